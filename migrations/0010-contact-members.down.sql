ALTER TABLE membership DROP CONSTRAINT membership_pkey;
ALTER TABLE membership ADD PRIMARY KEY (contact_id, version_id);
CREATE INDEX membership_version ON membership (version_id, contact_id);
ALTER TABLE contact DROP COLUMN members;
