-- Between the swap and the moment at which all that was before it has happened, both versions of a segment are kept.
ALTER TABLE segment_version DROP CONSTRAINT segment_version_status_check;
ALTER TABLE segment_version ADD CHECK (status IN ('building', 'live', 'replaced', 'retired'));
CREATE INDEX segment_version_replaced ON segment_version (retired_at) WHERE status = 'replaced';
COMMENT ON COLUMN segment_version.status IS 'replaced: another one is live since retired_at, and what happened until then is still to be decided by this one; retired: nothing is any more';
