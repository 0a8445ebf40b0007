-- What is canceled while another release or time zone has all segments built anew must not leave a version behind that goes by the one before.
ALTER TABLE installation ADD COLUMN ground integer NOT NULL DEFAULT 1;
COMMENT ON COLUMN installation.ground IS 'grows with each change of what rules go by';
ALTER TABLE segment_version ADD COLUMN ground integer NOT NULL DEFAULT 1;
COMMENT ON COLUMN segment_version.ground IS 'that of the installation when it was written';
