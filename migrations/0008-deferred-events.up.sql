CREATE TABLE deferred_event (
  contact_id bigint NOT NULL,
  place integer NOT NULL,
  owner_id bigint NOT NULL,
  message uuid NOT NULL,
  silent boolean NOT NULL,
  PRIMARY KEY (contact_id, place)
);
COMMENT ON TABLE deferred_event IS 'stored events that change their contact once time has, which waits until every partition is read that far';
COMMENT ON COLUMN deferred_event.place IS 'the order in which they are applied: that of arrival';
COMMENT ON COLUMN deferred_event.owner_id IS 'the contact of the lineage that the event is stored under';
