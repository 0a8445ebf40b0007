-- Companies: what sources say of them, which contact belongs to which, and which changes their contacts have yet to be told.

CREATE TABLE company (
  id         text PRIMARY KEY,
  traits     jsonb NOT NULL DEFAULT '{}',
  view       jsonb NOT NULL DEFAULT '{}',
  version    integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);
COMMENT ON COLUMN company.id IS 'the groupId of the tracking calls';
COMMENT ON COLUMN company.traits IS 'per trait and trusted source, the latest value in event order';
COMMENT ON COLUMN company.view IS 'the traits as rules read them: one value each, by precedence';
COMMENT ON COLUMN company.version IS 'grows with each change of the view; 0: nothing is known of the company';

CREATE TABLE company_contact (
  contact_id   bigint PRIMARY KEY,
  company_id   text NOT NULL,
  joined_at    timestamptz NOT NULL,
  message      uuid NOT NULL,
  told_at      timestamptz,
  told_message uuid,
  CHECK ((told_at IS NULL) = (told_message IS NULL))
);
CREATE INDEX company_contact_company ON company_contact (company_id, contact_id);
COMMENT ON TABLE company_contact IS 'the latest group event of each contact, in event order; a person''s is the latest of their contacts''';
COMMENT ON COLUMN company_contact.told_at IS 'with told_message the group event of which the contact was told; a later one that names the same company may need no telling';

CREATE TABLE company_telling (
  company_id text NOT NULL,
  begun      boolean NOT NULL,
  cursor     bigint NOT NULL DEFAULT 0,
  at         timestamptz NOT NULL,
  cause      text NOT NULL,
  PRIMARY KEY (company_id, begun)
);
COMMENT ON TABLE company_telling IS 'changes of companies on their way to their contacts: the walk that has begun, and what came since';
COMMENT ON COLUMN company_telling.at IS 'of the changes told together, the time of the oldest';

CREATE TABLE company_reread (
  source_id smallint PRIMARY KEY,
  cursor    text NOT NULL DEFAULT ''
);
COMMENT ON TABLE company_reread IS 'sources whose rank changed, and the last company that has been read anew since';

-- What Entente itself says of a contact, the company they belong to, is read before what any other source says.
UPDATE source SET precedence = -1 WHERE key = 'entente';
