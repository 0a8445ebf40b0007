-- What is kept of a contact's events for the rules, in few bytes. States are folded again from the stored events.
ALTER TABLE contact ALTER COLUMN state DROP DEFAULT;
ALTER TABLE contact ALTER COLUMN state TYPE bytea USING '\x';
ALTER TABLE contact ALTER COLUMN state SET DEFAULT '\x';
COMMENT ON COLUMN contact.state IS 'the series of this contact''s events that rules need, as libs/segment/state-codec.ts writes them';
UPDATE contact SET generation = 0;
