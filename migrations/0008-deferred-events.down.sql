DROP TABLE deferred_event;
