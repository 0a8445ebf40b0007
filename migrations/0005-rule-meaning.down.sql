ALTER TABLE installation DROP COLUMN rule_meaning, DROP COLUMN time_zone;
