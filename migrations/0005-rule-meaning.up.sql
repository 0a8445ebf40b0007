ALTER TABLE installation
  ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC',
  ADD COLUMN rule_meaning integer NOT NULL DEFAULT 1;
COMMENT ON COLUMN installation.time_zone IS 'IANA name of the zone whose calendar applies to contacts that name none';
COMMENT ON COLUMN installation.rule_meaning IS 'what the release that last worked here takes rules and stored states to mean';
-- States that are stored already were folded by a release that took them to mean something else.
UPDATE installation SET rule_meaning = 0 WHERE EXISTS (SELECT FROM segment_version);

-- How much is kept of a series may be said in milliseconds.
ALTER TABLE series ALTER COLUMN keep TYPE bigint;
