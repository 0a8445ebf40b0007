-- A list may have a million people, each of whom leaves it with an event: they leave in pieces, after the list is gone.
ALTER TABLE list_member DROP CONSTRAINT list_member_list_key_fkey;
CREATE TABLE forgotten_list (key text PRIMARY KEY, deleted_at timestamptz NOT NULL DEFAULT now());
COMMENT ON TABLE forgotten_list IS 'lists that were deleted, on which there may still be people';
