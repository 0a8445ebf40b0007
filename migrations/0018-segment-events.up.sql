-- Other rules may count when somebody entered or left a segment, whose author asks for these events.
ALTER TABLE segment ADD COLUMN events boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN segment.events IS 'whether entries and exits are told as events';
