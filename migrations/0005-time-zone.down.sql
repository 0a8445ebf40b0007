ALTER TABLE installation DROP COLUMN time_zone;
