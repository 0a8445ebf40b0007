ALTER TABLE contact ALTER COLUMN state DROP DEFAULT;
ALTER TABLE contact ALTER COLUMN state TYPE jsonb USING '{}';
ALTER TABLE contact ALTER COLUMN state SET DEFAULT '{}';
COMMENT ON COLUMN contact.state IS NULL;
UPDATE contact SET generation = 0;
