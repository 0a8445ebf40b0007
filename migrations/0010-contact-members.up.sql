-- Whoever is evaluated is locked and loaded anyway: what they are a member of comes with their row, and goes back with it.
ALTER TABLE contact ADD COLUMN members integer[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN contact.members IS 'the segment versions this contact is in, as table membership has them; those that are no longer kept may be among them until it is evaluated again';
UPDATE contact SET members = had.versions
FROM (SELECT contact_id, array_agg(version_id ORDER BY version_id) AS versions FROM membership GROUP BY 1) AS had
WHERE contact.id = had.contact_id;

-- Nobody asks for memberships by contact any more.
ALTER TABLE membership DROP CONSTRAINT membership_pkey;
DROP INDEX membership_version;
ALTER TABLE membership ADD PRIMARY KEY (version_id, contact_id);
