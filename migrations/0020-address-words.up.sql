-- What rules know of the addresses that contacts have. Whoever has a suppressed one already is told of it, which starts nothing. Where this was here
-- before, and was taken back, what had been told then is counted on from.
CREATE TABLE address_word (
  contact_id bigint NOT NULL,
  reason text NOT NULL,
  seq integer NOT NULL,
  suppressed boolean NOT NULL,
  PRIMARY KEY (contact_id, reason)
);
COMMENT ON TABLE address_word IS 'the last that was told of each contact, and each reason, about the suppression of its address';
COMMENT ON COLUMN address_word.seq IS 'of a person''s contacts the greatest counts, and of equal ones that of the later contact';

CREATE TABLE address_change (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  contact_id bigint NOT NULL,
  before bytea,
  at timestamptz NOT NULL,
  quiet boolean NOT NULL
);
COMMENT ON TABLE address_change IS 'contacts of whom it is still to be told whether the address that they have now is suppressed';
COMMENT ON COLUMN address_change.before IS 'the keyed hash of the address that the contact had before';

INSERT INTO address_word (contact_id, reason, seq, suppressed)
SELECT DISTINCT ON (contact, reason) contact, reason, seq, suppressed
FROM (
  SELECT split_part(properties->>'entry', ':', 1)::bigint AS contact, properties->>'reason' AS reason,
    split_part(properties->>'entry', ':', 2)::integer AS seq, name = 'Address Suppressed' AS suppressed
  FROM (
    SELECT name, source_id, properties FROM event WHERE rare AND name IN ('Address Suppressed', 'Address Cleared')
    UNION ALL
    SELECT name, source_id, properties FROM event WHERE NOT rare AND name IN ('Address Suppressed', 'Address Cleared')
      AND EXISTS (SELECT FROM common_event_name WHERE name IN ('Address Suppressed', 'Address Cleared'))
  ) AS named
  WHERE source_id = (SELECT id FROM source WHERE key = 'entente')
) AS told
ORDER BY contact, reason, seq DESC;

INSERT INTO address_change (contact_id, at, quiet)
SELECT p.contact_id, now(), true
FROM suppression s JOIN profile p ON p.email_hash = s.address_hash
WHERE s.topic = '*' AND s.lifted_at IS NULL
UNION
SELECT contact_id, now(), true FROM address_word;
