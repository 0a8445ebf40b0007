ALTER TABLE installation ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC';
COMMENT ON COLUMN installation.time_zone IS 'IANA name of the zone whose calendar applies to contacts that name none';
