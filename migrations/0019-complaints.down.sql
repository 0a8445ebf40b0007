DROP INDEX message_released;
ALTER TABLE message DROP COLUMN complained_at, DROP COLUMN opted_out_at;
