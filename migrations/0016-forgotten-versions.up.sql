-- A segment's memberships may be millions: they are deleted in pieces, after the segment, for nothing is read while something is published.
CREATE TABLE forgotten_version (id integer PRIMARY KEY);
COMMENT ON TABLE forgotten_version IS 'segment versions that were deleted, of which memberships may be left';
