-- What rules know of the addresses that contacts have. Whoever has a suppressed one already is told of it, which starts nothing.
CREATE TABLE address_word (
  contact_id bigint NOT NULL,
  reason text NOT NULL,
  seq integer NOT NULL,
  suppressed boolean NOT NULL,
  PRIMARY KEY (contact_id, reason)
);
COMMENT ON TABLE address_word IS 'the last that was told of each contact, and each reason, about the suppression of its address';
COMMENT ON COLUMN address_word.seq IS 'of a person''s contacts the greatest counts, and of equal ones that of the later contact';

INSERT INTO address_word (contact_id, reason, seq, suppressed)
SELECT p.contact_id, s.reason, 1, true
FROM suppression s JOIN profile p ON p.email_hash = s.address_hash
WHERE s.topic = '*' AND s.lifted_at IS NULL
  AND NOT EXISTS (SELECT FROM lineage l WHERE l.contact_id = p.contact_id)
  AND NOT EXISTS (SELECT FROM contact c WHERE c.id = p.contact_id AND c.erased_at IS NOT NULL);

INSERT INTO outbox (key, record)
SELECT 'id:' || contact_id, jsonb_build_object(
  'v', 1, 'type', 'track', 'source', (SELECT id FROM source WHERE key = 'entente'),
  'messageId', 'address:' || contact_id || ':' || reason, 'contact', jsonb_build_array('id:' || contact_id),
  'name', 'Address Suppressed', 'properties', jsonb_build_object('reason', reason, 'entry', contact_id || ':1'),
  'timestamp', floor(extract(epoch FROM now()) * 1000)::bigint, 'cause', 'reread')
FROM address_word;
