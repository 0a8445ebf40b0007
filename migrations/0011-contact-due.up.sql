-- Whoever is evaluated is locked and loaded anyway: when they are to be looked at again comes with their row, and goes back with it.
ALTER TABLE contact ADD COLUMN due timestamptz;
COMMENT ON COLUMN contact.due IS 'when table timer has this contact; null: it does not';
UPDATE contact SET due = timer.due FROM timer WHERE timer.contact_id = contact.id;

-- Nobody asks for a timer by its contact alone any more.
ALTER TABLE timer DROP CONSTRAINT timer_pkey;
DROP INDEX timer_due;
ALTER TABLE timer ADD PRIMARY KEY (bucket, due, contact_id);
