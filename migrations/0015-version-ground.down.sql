ALTER TABLE segment_version DROP COLUMN ground;
ALTER TABLE installation DROP COLUMN ground;
