DROP INDEX membership_change_version;
ALTER TABLE segment_version DROP COLUMN build_started_at, DROP COLUMN built, DROP COLUMN build_ms;
ALTER TABLE job DROP COLUMN started_at, DROP COLUMN result;
