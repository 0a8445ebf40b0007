ALTER TABLE event ADD COLUMN rare boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN event.rare IS 'false for what was stored since its name is in common_event_name';
CREATE INDEX event_rare ON event (name, at) INCLUDE (contact_id) WHERE rare;

CREATE TABLE common_event_name (
  name  text PRIMARY KEY,
  since timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE common_event_name IS 'names of so many events that what comes is not indexed by name; for good, since the index lacks it';
