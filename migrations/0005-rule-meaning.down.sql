DELETE FROM series;
UPDATE definitions SET series_of = 0;
ALTER TABLE series ALTER COLUMN keep TYPE integer;
ALTER TABLE installation DROP COLUMN rule_meaning, DROP COLUMN time_zone;
