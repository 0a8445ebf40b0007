-- Lists: contacts put together by hand.

CREATE TABLE list (
  key         text PRIMARY KEY,
  name        text NOT NULL,
  description text NOT NULL DEFAULT '',
  revision    integer NOT NULL DEFAULT 1,
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE list_member (
  contact_id bigint NOT NULL,
  list_key   text NOT NULL REFERENCES list (key) ON DELETE CASCADE,
  joined     boolean NOT NULL,
  at         timestamptz NOT NULL,
  message    uuid NOT NULL,
  PRIMARY KEY (contact_id, list_key)
);
CREATE INDEX list_member_joined ON list_member (list_key, contact_id) WHERE joined;
COMMENT ON TABLE list_member IS 'the last word on each contact and list; of a person''s contacts the latest in event order counts';
COMMENT ON COLUMN list_member.message IS 'the event that tells of it';
