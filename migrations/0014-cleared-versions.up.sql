-- What is left to do of swaps is asked for all the time, while most versions are long done with.
ALTER TABLE segment_version ADD COLUMN cleared boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN segment_version.cleared IS 'nothing is left of its memberships';
CREATE INDEX segment_version_uncleared ON segment_version (id) WHERE status = 'retired' AND NOT cleared;
CREATE INDEX segment_version_to_start ON segment_version (id) WHERE started_by <> '{}' AND status IN ('live', 'replaced');
