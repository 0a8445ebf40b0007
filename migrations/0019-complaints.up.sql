-- A report names a mail by its Message-ID alone.
ALTER TABLE message ADD COLUMN complained_at timestamptz;
COMMENT ON COLUMN message.complained_at IS 'when its recipient was first reported to have called it spam';
CREATE INDEX message_released ON message (id) WHERE released_at IS NOT NULL;
