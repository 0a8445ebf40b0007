DROP TABLE common_event_name;
ALTER TABLE event DROP COLUMN rare;
