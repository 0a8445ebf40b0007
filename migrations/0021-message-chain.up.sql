-- A mail that is held back is told of, and must not go round in a circle of campaigns.
ALTER TABLE message ADD COLUMN chain text[];
COMMENT ON COLUMN message.chain IS 'the campaigns that led to it with nobody waiting, its own last; null where that is the only one';
