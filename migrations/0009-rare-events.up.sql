ALTER TABLE event ADD COLUMN rare boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN event.rare IS 'stored while its name was in no row of common_event_name';
CREATE INDEX event_rare ON event (name, at) INCLUDE (contact_id) WHERE rare;

CREATE TABLE common_event_name (
  name  text PRIMARY KEY,
  since timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE common_event_name IS 'names of so many events that an index over them would cost more than it gains; for good, since the index lacks what came since';
GRANT SELECT, INSERT ON common_event_name TO entente;
