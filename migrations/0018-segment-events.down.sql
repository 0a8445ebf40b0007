ALTER TABLE segment DROP COLUMN events;
