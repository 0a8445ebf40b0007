-- The foundation: definitions, contacts, events, segments, campaigns, messages, permissions, and the work around them.
-- Everything that grows with contacts carries contact_id in its primary key (see docs/storage.md).

-- ---------------------------------------------------------------- installation

CREATE TABLE installation (
  singleton   boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  address_key bytea NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN installation.address_key IS 'key of the keyed hash under which addresses are remembered';
INSERT INTO installation (address_key)
VALUES (decode(replace(gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));

CREATE TABLE token_key (
  kid        smallint PRIMARY KEY,
  key        bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE token_key IS 'keys that sign mailed tokens: the highest kid signs, all of them verify';
INSERT INTO token_key (kid, key)
VALUES (1, decode(replace(gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));

-- One row: what batches compare under the shared advisory lock; publishing moves it under the exclusive one.
CREATE TABLE definitions (
  singleton  boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  generation bigint NOT NULL DEFAULT 1,
  series_of  bigint NOT NULL DEFAULT 0
);
COMMENT ON COLUMN definitions.series_of IS 'the generation whose series are those of the table series';
INSERT INTO definitions DEFAULT VALUES;

CREATE TABLE series (
  key   text PRIMARY KEY,
  keep  integer NOT NULL,
  since bigint NOT NULL
);
COMMENT ON TABLE series IS 'the series of events that contacts'' states hold, and the generation since which each is kept without a gap';

CREATE TABLE lease (
  name         text PRIMARY KEY,
  owner        uuid NOT NULL,
  leased_until timestamptz NOT NULL
);
COMMENT ON TABLE lease IS 'who works on a share of the timers, lanes, runs or jobs, and until when';

-- ---------------------------------------------------------------- sources and keys

CREATE TABLE source (
  id         smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key        text NOT NULL UNIQUE,
  name       text NOT NULL,
  trusted    boolean NOT NULL,
  precedence smallint NOT NULL,
  revision   integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN source.precedence IS 'among the sources that set a trait, the lowest precedence is read';
INSERT INTO source (key, name, trusted, precedence)
VALUES ('entente', 'Entente itself', true, 1000), ('api', 'Marketing API', true, 10);

CREATE TABLE access_key (
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name       text NOT NULL,
  role       text NOT NULL CHECK (role IN ('ingest', 'read', 'author', 'publisher', 'privacy', 'admin')),
  source_id  smallint REFERENCES source,
  hash       bytea NOT NULL UNIQUE,
  hint       text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz,
  CHECK ((role = 'ingest') = (source_id IS NOT NULL))
);
COMMENT ON COLUMN access_key.hash IS 'SHA-256 of the key; the key itself is shown once';

CREATE TABLE audit_entry (
  id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at     timestamptz NOT NULL DEFAULT now(),
  key_id uuid NOT NULL,
  method text NOT NULL,
  route  text NOT NULL,
  target text NOT NULL,
  status smallint NOT NULL
);

-- The application may not delete here, but it may have the oldest entries forgotten after 400 days, some at a time.
CREATE FUNCTION forget_old_audit_entries() RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  WITH forgotten AS (
    DELETE FROM audit_entry
    WHERE id IN (SELECT id FROM audit_entry ORDER BY id LIMIT 5000) AND at < now() - interval '400 days'
    RETURNING 1)
  SELECT count(*)::integer FROM forgotten
$$;

CREATE TABLE idempotent_request (
  key_id     uuid NOT NULL,
  key        text NOT NULL,
  body_hash  bytea NOT NULL,
  status     smallint,
  response   jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (key_id, key)
);

-- ---------------------------------------------------------------- contacts

CREATE SEQUENCE contact_id_seq;

CREATE TABLE identity (
  key        text PRIMARY KEY,
  contact_id bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX identity_contact ON identity (contact_id);
COMMENT ON TABLE identity IS 'a key (user:42, anonymous:…, email:…, crm:…) and the contact it first resolved to, for good';

CREATE TABLE identity_link (
  a         text NOT NULL,
  b         text NOT NULL,
  kind      text NOT NULL CHECK (kind IN ('claim', 'alias', 'apart')),
  at        timestamptz NOT NULL,
  message   uuid NOT NULL,
  source_id smallint NOT NULL,
  PRIMARY KEY (a, b, kind),
  CHECK (a < b)
);
CREATE INDEX identity_link_claim_a ON identity_link (a, at, message, b) WHERE kind = 'claim';
CREATE INDEX identity_link_claim_b ON identity_link (b, at, message, a) WHERE kind = 'claim';
CREATE INDEX identity_link_told_b ON identity_link (b) WHERE kind <> 'claim';
CREATE INDEX identity_link_told_a ON identity_link (a) WHERE kind <> 'claim';
COMMENT ON TABLE identity_link IS 'two keys that an event says are one person''s, or are not: the earliest claim, and the last word of a trusted source, in event order';

CREATE TABLE lineage (
  contact_id  bigint PRIMARY KEY,
  survivor_id bigint NOT NULL,
  since       timestamptz NOT NULL,
  CHECK (contact_id <> survivor_id)
);
CREATE INDEX lineage_survivor ON lineage (survivor_id);
COMMENT ON TABLE lineage IS 'a contact that is part of another one today; a row leads to the survivor in one step';

CREATE TABLE contact (
  id         bigint PRIMARY KEY,
  version    integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  clock      timestamptz NOT NULL,
  generation bigint NOT NULL DEFAULT 0,
  state      jsonb NOT NULL DEFAULT '{}',
  repair     text,
  repair_tries smallint NOT NULL DEFAULT 0,
  repair_after timestamptz,
  erased_at  timestamptz
) WITH (fillfactor = 70);
COMMENT ON COLUMN contact.clock IS 'the instant up to which this contact has been evaluated; it never goes back';
COMMENT ON COLUMN contact.version IS '0 until the contact has been evaluated for the first time';
COMMENT ON COLUMN contact.generation IS 'the definitions by which the state was last folded; older than a series is kept means: fold the history again';
COMMENT ON COLUMN contact.repair IS 'why this contact must be evaluated again from its history';
COMMENT ON COLUMN contact.repair_after IS 'when it is tried again: each try doubles the pause';
CREATE INDEX contact_repair ON contact (repair_after NULLS FIRST) WHERE repair IS NOT NULL;

CREATE TABLE profile (
  contact_id bigint PRIMARY KEY,
  traits     jsonb NOT NULL DEFAULT '{}',
  email      text,
  email_hash bytea
) WITH (fillfactor = 80);
CREATE INDEX profile_email_hash ON profile (email_hash);
COMMENT ON COLUMN profile.traits IS 'per trait and source, the latest value in event order';
COMMENT ON COLUMN profile.email IS 'the address mail goes to: from trusted sources only';

CREATE TABLE event (
  contact_id bigint NOT NULL,
  message    uuid NOT NULL,
  at         timestamptz NOT NULL,
  arrival    timestamptz NOT NULL,
  source_id  smallint NOT NULL,
  type       text NOT NULL,
  name       text NOT NULL,
  cause      text NOT NULL DEFAULT 'event',
  properties jsonb NOT NULL,
  context    jsonb,
  PRIMARY KEY (contact_id, message)
);
COMMENT ON COLUMN event.message IS 'a 128-bit key over source and messageId: the first copy in the log wins';
COMMENT ON COLUMN event.at IS 'event time: the earlier of the skew-corrected timestamp and the arrival';

-- ---------------------------------------------------------------- segments

CREATE TABLE segment (
  key        text PRIMARY KEY,
  name       text NOT NULL,
  revision   integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE segment_version (
  id           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  segment_key  text NOT NULL REFERENCES segment ON DELETE CASCADE,
  version      integer NOT NULL,
  rule         jsonb NOT NULL,
  status       text NOT NULL CHECK (status IN ('building', 'live', 'retired')),
  enter_on_swap boolean NOT NULL DEFAULT false,
  build_cursor bigint NOT NULL DEFAULT 0,
  created_at   timestamptz NOT NULL DEFAULT now(),
  live_at      timestamptz,
  retired_at   timestamptz,
  UNIQUE (segment_key, version)
);
CREATE UNIQUE INDEX segment_version_live ON segment_version (segment_key) WHERE status = 'live';
CREATE UNIQUE INDEX segment_version_building ON segment_version (segment_key) WHERE status = 'building';

CREATE TABLE membership (
  contact_id bigint NOT NULL,
  version_id integer NOT NULL,
  since      timestamptz NOT NULL,
  PRIMARY KEY (contact_id, version_id)
);
CREATE INDEX membership_version ON membership (version_id, contact_id);

CREATE TABLE membership_change (
  contact_id   bigint NOT NULL,
  id           bigint GENERATED ALWAYS AS IDENTITY,
  version_id   integer NOT NULL,
  entered      boolean NOT NULL,
  effective_at timestamptz NOT NULL,
  recorded_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  cause        jsonb NOT NULL,
  PRIMARY KEY (contact_id, id)
);
COMMENT ON TABLE membership_change IS 'append-only log of entries and exits';

CREATE TABLE timer (
  contact_id bigint PRIMARY KEY,
  bucket     smallint NOT NULL,
  due        timestamptz NOT NULL
);
CREATE INDEX timer_due ON timer (bucket, due);
COMMENT ON TABLE timer IS 'the earliest instant at which time alone may change something for a contact; may be early, never late';

-- ---------------------------------------------------------------- what is written and from whom

CREATE TABLE topic (
  key         text PRIMARY KEY,
  name        text NOT NULL,
  description text NOT NULL DEFAULT '',
  revision    integer NOT NULL DEFAULT 1,
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE sending_domain (
  domain           text PRIMARY KEY,
  dkim_selector    text,
  dkim_private_key text,
  revision         integer NOT NULL DEFAULT 1,
  created_at       timestamptz NOT NULL DEFAULT now(),
  updated_at       timestamptz NOT NULL DEFAULT now(),
  CHECK ((dkim_selector IS NULL) = (dkim_private_key IS NULL))
);

CREATE TABLE from_address (
  key            text PRIMARY KEY,
  name           text NOT NULL,
  address        text NOT NULL,
  domain         text NOT NULL REFERENCES sending_domain,
  reply_to       text,
  postal_address text NOT NULL DEFAULT '',
  revision       integer NOT NULL DEFAULT 1,
  created_at     timestamptz NOT NULL DEFAULT now(),
  updated_at     timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE template (
  key        text PRIMARY KEY,
  name       text NOT NULL,
  version    integer NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE template_version (
  template_key text NOT NULL REFERENCES template ON DELETE CASCADE,
  version      integer NOT NULL,
  subject      text NOT NULL,
  html         text NOT NULL,
  text         text,
  created_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (template_key, version)
);

-- ---------------------------------------------------------------- campaigns

CREATE TABLE campaign (
  key        text PRIMARY KEY,
  kind       text NOT NULL CHECK (kind IN ('campaign', 'broadcast')),
  name       text NOT NULL,
  status     text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'live', 'paused', 'canceled', 'ended')),
  draft      jsonb NOT NULL,
  revision   integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN campaign.draft IS 'the definition as last written; publishing makes an immutable version of it';

CREATE TABLE campaign_version (
  id           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  campaign_key text NOT NULL REFERENCES campaign ON DELETE CASCADE,
  version      integer NOT NULL,
  definition   jsonb NOT NULL,
  status       text NOT NULL CHECK (status IN ('live', 'retired')),
  live_at      timestamptz NOT NULL,
  retired_at   timestamptz,
  UNIQUE (campaign_key, version)
);
CREATE UNIQUE INDEX campaign_version_live ON campaign_version (campaign_key) WHERE status = 'live';
COMMENT ON TABLE campaign_version IS 'immutable: an enrollment walks the version it began with';

CREATE TABLE campaign_run (
  version_id   integer NOT NULL REFERENCES campaign_version ON DELETE CASCADE,
  planned_at   timestamptz NOT NULL,
  campaign_key text NOT NULL,
  status       text NOT NULL CHECK (status IN ('planned', 'running', 'done', 'canceled')),
  cursor       bigint NOT NULL DEFAULT 0,
  audience     integer NOT NULL DEFAULT 0,
  started_at   timestamptz,
  ended_at     timestamptz,
  PRIMARY KEY (version_id, planned_at)
);
CREATE INDEX campaign_run_open ON campaign_run (planned_at) WHERE status IN ('planned', 'running');
COMMENT ON TABLE campaign_run IS 'one planned instant of a campaign or broadcast, enrolled in resumable chunks by contact';

CREATE TABLE enrollment (
  contact_id   bigint NOT NULL,
  id           uuid NOT NULL,
  campaign_key text NOT NULL,
  version_id   integer NOT NULL,
  cause        jsonb NOT NULL,
  status       text NOT NULL CHECK (status IN ('active', 'completed', 'exited', 'merged', 'canceled', 'failed')),
  state        jsonb NOT NULL,
  wake_at      timestamptz,
  entered_at   timestamptz NOT NULL,
  ended_at     timestamptz,
  PRIMARY KEY (contact_id, id)
);
CREATE INDEX enrollment_campaign ON enrollment (campaign_key, contact_id);
CREATE INDEX enrollment_been ON enrollment (contact_id, campaign_key);
CREATE INDEX enrollment_ended ON enrollment (contact_id, ended_at);
CREATE INDEX enrollment_active ON enrollment (version_id) WHERE status = 'active';
COMMENT ON COLUMN enrollment.id IS 'derived from contact, campaign and cause, so that one cause enrolls once';

CREATE TABLE message (
  contact_id       bigint NOT NULL,
  id               uuid NOT NULL,
  enrollment_id    uuid NOT NULL,
  step             text NOT NULL,
  visit            integer NOT NULL,
  campaign_key     text NOT NULL,
  version_id       integer NOT NULL,
  topic            text NOT NULL,
  from_key         text NOT NULL,
  template_key     text NOT NULL,
  template_version integer NOT NULL,
  status           text NOT NULL CHECK (status IN ('not-queued', 'waiting', 'sending', 'sent', 'failed', 'refused', 'canceled', 'expired', 'unknown')),
  reason           text,
  entry_contact    bigint,
  entry_seq        integer,
  address_hash     bytea,
  lane             text NOT NULL DEFAULT '',
  bucket           smallint NOT NULL DEFAULT 0,
  attempts         smallint NOT NULL DEFAULT 0,
  not_before       timestamptz NOT NULL,
  expires_at       timestamptz NOT NULL,
  created_at       timestamptz NOT NULL,
  released_at      timestamptz,
  released_by      uuid,
  ended_at         timestamptz,
  reply            text,
  PRIMARY KEY (contact_id, id),
  UNIQUE (contact_id, enrollment_id, step, visit)
);
CREATE INDEX message_waiting ON message (bucket, not_before) WHERE status = 'waiting';
CREATE INDEX message_sending ON message (released_at) WHERE status = 'sending';
CREATE INDEX message_campaign ON message (campaign_key, status);
COMMENT ON TABLE message IS 'the send ledger: one row per enrollment, step and visit, for everybody a send considered';
COMMENT ON COLUMN message.entry_seq IS 'the permission entry (of contact entry_contact) that allowed the release';

-- ---------------------------------------------------------------- permission

CREATE TABLE permission (
  contact_id   bigint NOT NULL,
  seq          integer NOT NULL,
  topic        text NOT NULL,
  channel      text NOT NULL DEFAULT 'email',
  act          text NOT NULL CHECK (act IN ('granted', 'confirmed', 'withdrawn', 'paused', 'objected')),
  basis        text NOT NULL CHECK (basis IN ('consent', 'existing-customer', 'none')),
  actor        text NOT NULL CHECK (actor IN ('recipient', 'import', 'api', 'operator')),
  address_hash bytea,
  source_id    smallint NOT NULL,
  message      uuid,
  claimed_at   timestamptz,
  recorded_at  timestamptz NOT NULL,
  commitment   bytea NOT NULL,
  hash         bytea NOT NULL,
  PRIMARY KEY (contact_id, seq)
);
COMMENT ON TABLE permission IS 'the consent ledger: append-only, chained per contact; ids and keyed hashes only';
COMMENT ON COLUMN permission.commitment IS 'SHA-256 over the salt and the evidence of the same contact and seq';
COMMENT ON COLUMN permission.hash IS 'SHA-256 over the previous entry''s hash and this entry';

CREATE TABLE permission_evidence (
  contact_id bigint NOT NULL,
  seq        integer NOT NULL,
  salt       bytea NOT NULL,
  evidence   jsonb NOT NULL,
  PRIMARY KEY (contact_id, seq)
);
COMMENT ON TABLE permission_evidence IS 'what names a person; erasure empties it and leaves the chain checkable';

CREATE TABLE permission_head (
  contact_id bigint PRIMARY KEY,
  seq        integer NOT NULL,
  hash       bytea NOT NULL
);
COMMENT ON TABLE permission_head IS 'end of each contact''s chain; its row lock orders the entries';

CREATE TABLE permission_state (
  contact_id   bigint NOT NULL,
  topic        text NOT NULL,
  channel      text NOT NULL DEFAULT 'email',
  state        text NOT NULL CHECK (state IN ('granted', 'confirmed', 'withdrawn', 'paused', 'objected')),
  basis        text NOT NULL,
  address_hash bytea,
  seq          integer NOT NULL,
  PRIMARY KEY (contact_id, topic, channel)
);
COMMENT ON TABLE permission_state IS 'the fold of the ledger, written with each entry';

CREATE TABLE address (
  hash bytea PRIMARY KEY
);
COMMENT ON TABLE address IS 'the row lock that every release and every opt-out of an address takes';

CREATE TABLE suppression (
  address_hash bytea NOT NULL,
  topic        text NOT NULL,
  reason       text NOT NULL CHECK (reason IN ('opt-out', 'hard-bounce', 'complaint', 'operator')),
  at           timestamptz NOT NULL,
  lifted_at    timestamptz,
  detail       text,
  PRIMARY KEY (address_hash, topic, reason)
);
COMMENT ON COLUMN suppression.topic IS 'a topic, or * for every marketing mail';

-- ---------------------------------------------------------------- work around the flow

CREATE TABLE outbox (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key        text NOT NULL,
  record     jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE outbox IS 'facts that became true with another row, on their way to the stream';

CREATE TABLE set_aside (
  id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  consumer    text NOT NULL,
  topic       text NOT NULL,
  partition   integer NOT NULL,
  position    bigint NOT NULL,
  key         text NOT NULL,
  record      jsonb NOT NULL,
  arrival     timestamptz NOT NULL,
  reason      text NOT NULL,
  at          timestamptz NOT NULL DEFAULT now(),
  resolved_at timestamptz,
  resolution  text CHECK (resolution IN ('replayed', 'dropped')),
  UNIQUE (consumer, topic, partition, position)
);
COMMENT ON TABLE set_aside IS 'records that failed alone and again: kept with their reason, to be replayed or dropped';

CREATE TABLE job (
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  kind       text NOT NULL,
  target     text NOT NULL,
  status     text NOT NULL CHECK (status IN ('waiting', 'running', 'done', 'failed', 'canceled')),
  done       double precision NOT NULL DEFAULT 0,
  plan       jsonb NOT NULL,
  cursor     bigint NOT NULL DEFAULT 0,
  counts     jsonb NOT NULL DEFAULT '{}',
  error      text,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  ended_at   timestamptz
);

CREATE TABLE import_file (
  job_id  uuid NOT NULL REFERENCES job ON DELETE CASCADE,
  part    integer NOT NULL,
  content bytea NOT NULL,
  PRIMARY KEY (job_id, part)
);
COMMENT ON TABLE import_file IS 'the file of an import until its rows are all taken in, in parts that are read one after the other';

CREATE TABLE import_problem (
  job_id   uuid NOT NULL REFERENCES job ON DELETE CASCADE,
  row      integer NOT NULL,
  ordinal  integer NOT NULL,
  column_name text,
  code     text NOT NULL,
  message  text NOT NULL,
  entry    text,
  PRIMARY KEY (job_id, row, ordinal)
);
COMMENT ON COLUMN import_problem.entry IS 'the ledger entry, as <contact>:<seq>, that a grant could not lift';
