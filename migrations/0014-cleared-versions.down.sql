DROP INDEX segment_version_to_start;
DROP INDEX segment_version_uncleared;
ALTER TABLE segment_version DROP COLUMN cleared;
