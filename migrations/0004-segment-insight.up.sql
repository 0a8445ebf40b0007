ALTER TABLE job
  ADD COLUMN started_at timestamptz,
  ADD COLUMN result     jsonb;
COMMENT ON COLUMN job.result IS 'what a job found out, as far as it has come';

ALTER TABLE segment_version
  ADD COLUMN build_started_at timestamptz,
  ADD COLUMN built            integer NOT NULL DEFAULT 0,
  ADD COLUMN build_ms         double precision NOT NULL DEFAULT 0;
COMMENT ON COLUMN segment_version.built IS 'contacts that the version was built for by its builder';
COMMENT ON COLUMN segment_version.build_ms IS 'time its builder worked, together with the versions built beside it';

CREATE INDEX membership_change_version ON membership_change (version_id, effective_at, id) INCLUDE (entered);
