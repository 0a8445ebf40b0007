ALTER TABLE timer DROP CONSTRAINT timer_pkey;
ALTER TABLE timer ADD PRIMARY KEY (contact_id);
CREATE INDEX timer_due ON timer (bucket, due);
ALTER TABLE contact DROP COLUMN due;
