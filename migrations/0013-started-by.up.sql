-- Several segments are built together: whose author asked is remembered, so that what one took back does not hold for the others.
ALTER TABLE segment_version RENAME COLUMN enter_on_swap TO started_by;
ALTER TABLE segment_version ALTER COLUMN started_by DROP DEFAULT,
  ALTER COLUMN started_by TYPE text[] USING CASE WHEN started_by THEN ARRAY[segment_key] ELSE '{}' END,
  ALTER COLUMN started_by SET DEFAULT '{}';
COMMENT ON COLUMN segment_version.started_by IS 'segments whose edits are to start campaigns for whom the swap brings in; empty when that is done';
