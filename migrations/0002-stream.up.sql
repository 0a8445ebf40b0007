-- The stream: where each consumer stands, and the log itself where PostgreSQL keeps it (with Kafka those tables stay empty).

CREATE TABLE stream_position (
  consumer  text NOT NULL,
  topic     text NOT NULL,
  partition integer NOT NULL,
  next      bigint NOT NULL,
  through   timestamptz NOT NULL,
  PRIMARY KEY (consumer, topic, partition)
) WITH (fillfactor = 50);
COMMENT ON TABLE stream_position IS 'how far a consumer''s effects go; moved in the transaction that commits them';
COMMENT ON COLUMN stream_position.next IS 'the first position not consumed yet';
COMMENT ON COLUMN stream_position.through IS 'every record that arrived before this instant is consumed; it never goes back';

CREATE TABLE stream_partition (
  topic        text NOT NULL,
  partition    integer NOT NULL,
  first        bigint NOT NULL DEFAULT 0,
  next         bigint NOT NULL DEFAULT 0,
  last_arrival timestamptz NOT NULL DEFAULT '-infinity',
  PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50);
COMMENT ON TABLE stream_partition IS 'the counter of each partition: its lock is held to the commit, so positions have no holes and commit in order';

-- One table per day of arrival (UTC): made ahead by stream_add_days, dropped whole by stream_trim.
CREATE TABLE stream_record (
  topic     text NOT NULL,
  partition integer NOT NULL,
  position  bigint NOT NULL,
  arrival   timestamptz NOT NULL,
  key       text NOT NULL,
  value     text NOT NULL,
  PRIMARY KEY (topic, partition, position, arrival)
) PARTITION BY RANGE (arrival);

-- Appends records to several partitions at once. `slots` says which of `partitions` a record goes to (from 1), `ordinals` its
-- place among this call's records of that partition (from 0). Callers name partitions in ascending order: that is the lock order.
-- `at` replaces the server's clock where an installation is driven by a virtual one.
CREATE FUNCTION stream_append(
  to_topic text, partitions integer[], counts integer[], slots integer[], ordinals integer[], keys text[], vals text[], at timestamptz
) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
  bases  bigint[] := '{}';
  stamps timestamptz[] := '{}';
  base   bigint;
  stamp  timestamptz;
BEGIN
  FOR slot IN 1 .. cardinality(partitions) LOOP
    PERFORM FROM stream_partition p WHERE p.topic = to_topic AND p.partition = partitions[slot] FOR NO KEY UPDATE;
    UPDATE stream_partition p
    SET next = p.next + counts[slot],
        last_arrival = greatest(p.last_arrival, coalesce(at, date_trunc('milliseconds', clock_timestamp())))
    WHERE p.topic = to_topic AND p.partition = partitions[slot]
    RETURNING p.next - counts[slot], p.last_arrival INTO STRICT base, stamp;
    bases := bases || base;
    stamps := stamps || stamp;
  END LOOP;
  INSERT INTO stream_record (topic, partition, position, arrival, key, value)
  SELECT to_topic, partitions[r.slot], bases[r.slot] + r.ordinal, stamps[r.slot], r.key, r.value
  FROM unnest(slots, ordinals, keys, vals) AS r (slot, ordinal, key, value);
  PERFORM pg_notify('entente_stream', json_build_object('topic', to_topic, 'partitions', partitions)::text);
END
$$;

-- Makes the tables of these days where they are missing. The application may call it though it owns no table.
CREATE FUNCTION stream_add_days(from_day date, days integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  day  date;
  name text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('stream_record'));
  FOR ahead IN 0 .. days - 1 LOOP
    day := from_day + ahead;
    name := 'stream_record_' || to_char(day, 'YYYYMMDD');
    CONTINUE WHEN to_regclass(name) IS NOT NULL;
    EXECUTE format('CREATE TABLE %I (LIKE stream_record)', name);
    EXECUTE format('ALTER TABLE stream_record ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
      name, day || ' 00:00:00+00', (day + 1) || ' 00:00:00+00');
  END LOOP;
END
$$;

-- Drops the days that ended by `before`, oldest first, up to the first one that a consumer on record has not read to its end;
-- gives how many it dropped. Remove the positions of a consumer that will not come back, or nothing is dropped any more.
CREATE FUNCTION stream_trim(before timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s'
AS $$
DECLARE
  day     regclass;
  needed  boolean;
  dropped integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('stream_record'));
  PERFORM FROM stream_partition ORDER BY topic, partition FOR NO KEY UPDATE;
  FOR day IN
    SELECT c.oid FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'stream_record'::regclass
      AND (to_date(right(c.relname, 8), 'YYYYMMDD') + 1)::timestamp AT TIME ZONE 'UTC' <= before
    ORDER BY c.relname
  LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM stream_position p, LATERAL (SELECT FROM %s r WHERE r.topic = p.topic
      AND r.partition = p.partition AND r.position >= p.next LIMIT 1) unread)', day) INTO needed;
    EXIT WHEN needed;
    EXECUTE format('DROP TABLE %s', day);
    dropped := dropped + 1;
  END LOOP;
  IF dropped > 0 THEN
    UPDATE stream_partition p SET first = coalesce(
      (SELECT min(r.position) FROM stream_record r WHERE r.topic = p.topic AND r.partition = p.partition), p.next);
  END IF;
  RETURN dropped;
END
$$;
