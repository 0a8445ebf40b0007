COMMENT ON COLUMN segment_version.started_by IS NULL;
ALTER TABLE segment_version ALTER COLUMN started_by DROP DEFAULT,
  ALTER COLUMN started_by TYPE boolean USING started_by <> '{}',
  ALTER COLUMN started_by SET DEFAULT false;
ALTER TABLE segment_version RENAME COLUMN started_by TO enter_on_swap;
