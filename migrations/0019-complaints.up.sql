-- A report names a mail by its Message-ID alone, and the same report may come again.
ALTER TABLE message ADD COLUMN complained_at timestamptz;
COMMENT ON COLUMN message.complained_at IS 'when its recipient was first reported to have called it spam';
ALTER TABLE message ADD COLUMN opted_out_at timestamptz;
COMMENT ON COLUMN message.opted_out_at IS 'when its recipient was first reported to opt out';
CREATE INDEX message_released ON message (id) WHERE released_at IS NOT NULL;
