-- What the migrations give. Written by `npm run schema`; test/rules/schema.spec.ts compares.

-- Tables

CREATE TABLE access_key (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  name text NOT NULL,
  role text NOT NULL,
  source_id smallint,
  hash bytea NOT NULL,
  hint text NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  revoked_at timestamp with time zone
);
CREATE TABLE address (
  hash bytea NOT NULL
);
CREATE TABLE address_change (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  contact_id bigint NOT NULL,
  before bytea,
  at timestamp with time zone NOT NULL,
  quiet boolean NOT NULL
);
CREATE TABLE address_word (
  contact_id bigint NOT NULL,
  reason text NOT NULL,
  seq integer NOT NULL,
  suppressed boolean NOT NULL
);
CREATE TABLE audit_entry (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  at timestamp with time zone NOT NULL DEFAULT now(),
  key_id uuid NOT NULL,
  method text NOT NULL,
  route text NOT NULL,
  target text NOT NULL,
  status smallint NOT NULL
);
CREATE TABLE campaign (
  key text NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  status text NOT NULL DEFAULT 'draft'::text,
  draft jsonb NOT NULL,
  revision integer NOT NULL DEFAULT 1,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now()
);
CREATE TABLE campaign_run (
  version_id integer NOT NULL,
  planned_at timestamp with time zone NOT NULL,
  campaign_key text NOT NULL,
  status text NOT NULL,
  cursor bigint NOT NULL DEFAULT 0,
  audience integer NOT NULL DEFAULT 0,
  started_at timestamp with time zone,
  ended_at timestamp with time zone
);
CREATE TABLE campaign_version (
  id integer NOT NULL GENERATED ALWAYS AS IDENTITY,
  campaign_key text NOT NULL,
  version integer NOT NULL,
  definition jsonb NOT NULL,
  status text NOT NULL,
  live_at timestamp with time zone NOT NULL,
  retired_at timestamp with time zone
);
CREATE TABLE common_event_name (
  name text NOT NULL,
  since timestamp with time zone NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE company (
  id text NOT NULL,
  traits jsonb NOT NULL DEFAULT '{}'::jsonb,
  view jsonb NOT NULL DEFAULT '{}'::jsonb,
  version integer NOT NULL DEFAULT 0,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now()
) WITH (fillfactor=80);
CREATE TABLE company_contact (
  contact_id bigint NOT NULL,
  company_id text NOT NULL,
  joined_at timestamp with time zone NOT NULL,
  message uuid NOT NULL,
  told_at timestamp with time zone,
  told_message uuid
);
CREATE TABLE company_reread (
  source_id smallint NOT NULL,
  cursor text NOT NULL DEFAULT ''::text
);
CREATE TABLE company_telling (
  company_id text NOT NULL,
  begun boolean NOT NULL,
  cursor bigint NOT NULL DEFAULT 0,
  at timestamp with time zone NOT NULL,
  cause text NOT NULL
);
CREATE TABLE contact (
  id bigint NOT NULL,
  version integer NOT NULL DEFAULT 0,
  created_at timestamp with time zone NOT NULL,
  clock timestamp with time zone NOT NULL,
  generation bigint NOT NULL DEFAULT 0,
  state bytea NOT NULL DEFAULT '\x'::bytea,
  repair text,
  repair_tries smallint NOT NULL DEFAULT 0,
  repair_after timestamp with time zone,
  erased_at timestamp with time zone,
  members integer[] NOT NULL DEFAULT '{}'::integer[],
  due timestamp with time zone
) WITH (fillfactor=70);
CREATE TABLE deferred_event (
  contact_id bigint NOT NULL,
  place integer NOT NULL,
  owner_id bigint NOT NULL,
  message uuid NOT NULL,
  silent boolean NOT NULL
);
CREATE TABLE definitions (
  singleton boolean NOT NULL DEFAULT true,
  generation bigint NOT NULL DEFAULT 1,
  series_of bigint NOT NULL DEFAULT 0
);
CREATE TABLE enrollment (
  contact_id bigint NOT NULL,
  id uuid NOT NULL,
  campaign_key text NOT NULL,
  version_id integer NOT NULL,
  cause jsonb NOT NULL,
  status text NOT NULL,
  state jsonb NOT NULL,
  wake_at timestamp with time zone,
  entered_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone
);
CREATE TABLE event (
  contact_id bigint NOT NULL,
  message uuid NOT NULL,
  at timestamp with time zone NOT NULL,
  arrival timestamp with time zone NOT NULL,
  source_id smallint NOT NULL,
  type text NOT NULL,
  name text NOT NULL,
  cause text NOT NULL DEFAULT 'event'::text,
  properties jsonb NOT NULL,
  context jsonb,
  rare boolean NOT NULL DEFAULT true
);
CREATE TABLE forgotten_list (
  key text NOT NULL,
  deleted_at timestamp with time zone NOT NULL DEFAULT now()
);
CREATE TABLE forgotten_version (
  id integer NOT NULL
);
CREATE TABLE from_address (
  key text NOT NULL,
  name text NOT NULL,
  address text NOT NULL,
  domain text NOT NULL,
  reply_to text,
  postal_address text NOT NULL DEFAULT ''::text,
  revision integer NOT NULL DEFAULT 1,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now()
);
CREATE TABLE idempotent_request (
  key_id uuid NOT NULL,
  key text NOT NULL,
  body_hash bytea NOT NULL,
  status smallint,
  response jsonb,
  created_at timestamp with time zone NOT NULL DEFAULT now()
);
CREATE TABLE identity (
  key text NOT NULL,
  contact_id bigint NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now()
);
CREATE TABLE identity_link (
  a text NOT NULL,
  b text NOT NULL,
  kind text NOT NULL,
  at timestamp with time zone NOT NULL,
  message uuid NOT NULL,
  source_id smallint NOT NULL
);
CREATE TABLE import_file (
  job_id uuid NOT NULL,
  part integer NOT NULL,
  content bytea NOT NULL
);
CREATE TABLE import_problem (
  job_id uuid NOT NULL,
  row integer NOT NULL,
  ordinal integer NOT NULL,
  column_name text,
  code text NOT NULL,
  message text NOT NULL,
  entry text
);
CREATE TABLE installation (
  singleton boolean NOT NULL DEFAULT true,
  address_key bytea NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  time_zone text NOT NULL DEFAULT 'UTC'::text,
  rule_meaning integer NOT NULL DEFAULT 1,
  ground integer NOT NULL DEFAULT 1
);
CREATE TABLE job (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  kind text NOT NULL,
  target text NOT NULL,
  status text NOT NULL,
  done double precision NOT NULL DEFAULT 0,
  plan jsonb NOT NULL,
  cursor bigint NOT NULL DEFAULT 0,
  counts jsonb NOT NULL DEFAULT '{}'::jsonb,
  error text,
  created_by uuid,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  ended_at timestamp with time zone,
  started_at timestamp with time zone,
  result jsonb
);
CREATE TABLE lease (
  name text NOT NULL,
  owner uuid NOT NULL,
  leased_until timestamp with time zone NOT NULL
);
CREATE TABLE lineage (
  contact_id bigint NOT NULL,
  survivor_id bigint NOT NULL,
  since timestamp with time zone NOT NULL
);
CREATE TABLE list (
  key text NOT NULL,
  name text NOT NULL,
  description text NOT NULL DEFAULT ''::text,
  revision integer NOT NULL DEFAULT 1,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now()
);
CREATE TABLE list_member (
  contact_id bigint NOT NULL,
  list_key text NOT NULL,
  joined boolean NOT NULL,
  at timestamp with time zone NOT NULL,
  message uuid NOT NULL
);
CREATE TABLE membership (
  contact_id bigint NOT NULL,
  version_id integer NOT NULL,
  since timestamp with time zone NOT NULL
);
CREATE TABLE membership_change (
  contact_id bigint NOT NULL,
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  version_id integer NOT NULL,
  entered boolean NOT NULL,
  effective_at timestamp with time zone NOT NULL,
  recorded_at timestamp with time zone NOT NULL DEFAULT clock_timestamp(),
  cause jsonb NOT NULL
);
CREATE TABLE message (
  contact_id bigint NOT NULL,
  id uuid NOT NULL,
  enrollment_id uuid NOT NULL,
  step text NOT NULL,
  visit integer NOT NULL,
  campaign_key text NOT NULL,
  version_id integer NOT NULL,
  topic text NOT NULL,
  from_key text NOT NULL,
  template_key text NOT NULL,
  template_version integer NOT NULL,
  status text NOT NULL,
  reason text,
  entry_contact bigint,
  entry_seq integer,
  address_hash bytea,
  lane text NOT NULL DEFAULT ''::text,
  bucket smallint NOT NULL DEFAULT 0,
  attempts smallint NOT NULL DEFAULT 0,
  not_before timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  created_at timestamp with time zone NOT NULL,
  released_at timestamp with time zone,
  released_by uuid,
  ended_at timestamp with time zone,
  reply text,
  complained_at timestamp with time zone,
  opted_out_at timestamp with time zone,
  chain text[]
);
CREATE TABLE outbox (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  key text NOT NULL,
  record jsonb NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now()
);
CREATE TABLE permission (
  contact_id bigint NOT NULL,
  seq integer NOT NULL,
  topic text NOT NULL,
  channel text NOT NULL DEFAULT 'email'::text,
  act text NOT NULL,
  basis text NOT NULL,
  actor text NOT NULL,
  address_hash bytea,
  source_id smallint NOT NULL,
  message uuid,
  claimed_at timestamp with time zone,
  recorded_at timestamp with time zone NOT NULL,
  commitment bytea NOT NULL,
  hash bytea NOT NULL
);
CREATE TABLE permission_evidence (
  contact_id bigint NOT NULL,
  seq integer NOT NULL,
  salt bytea NOT NULL,
  evidence jsonb NOT NULL
);
CREATE TABLE permission_head (
  contact_id bigint NOT NULL,
  seq integer NOT NULL,
  hash bytea NOT NULL
);
CREATE TABLE permission_state (
  contact_id bigint NOT NULL,
  topic text NOT NULL,
  channel text NOT NULL DEFAULT 'email'::text,
  state text NOT NULL,
  basis text NOT NULL,
  address_hash bytea,
  seq integer NOT NULL
);
CREATE TABLE profile (
  contact_id bigint NOT NULL,
  traits jsonb NOT NULL DEFAULT '{}'::jsonb,
  email text,
  email_hash bytea
) WITH (fillfactor=80);
CREATE TABLE segment (
  key text NOT NULL,
  name text NOT NULL,
  revision integer NOT NULL DEFAULT 1,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  events boolean NOT NULL DEFAULT false
);
CREATE TABLE segment_version (
  id integer NOT NULL GENERATED ALWAYS AS IDENTITY,
  segment_key text NOT NULL,
  version integer NOT NULL,
  rule jsonb NOT NULL,
  status text NOT NULL,
  started_by text[] NOT NULL DEFAULT '{}'::text[],
  build_cursor bigint NOT NULL DEFAULT 0,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  live_at timestamp with time zone,
  retired_at timestamp with time zone,
  build_started_at timestamp with time zone,
  built integer NOT NULL DEFAULT 0,
  build_ms double precision NOT NULL DEFAULT 0,
  cleared boolean NOT NULL DEFAULT false,
  ground integer NOT NULL DEFAULT 1
);
CREATE TABLE sending_domain (
  domain text NOT NULL,
  dkim_selector text,
  dkim_private_key text,
  revision integer NOT NULL DEFAULT 1,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now()
);
CREATE TABLE series (
  key text NOT NULL,
  keep bigint NOT NULL,
  since bigint NOT NULL
);
CREATE TABLE set_aside (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  consumer text NOT NULL,
  topic text NOT NULL,
  partition integer NOT NULL,
  position bigint NOT NULL,
  key text NOT NULL,
  record jsonb NOT NULL,
  arrival timestamp with time zone NOT NULL,
  reason text NOT NULL,
  at timestamp with time zone NOT NULL DEFAULT now(),
  resolved_at timestamp with time zone,
  resolution text
);
CREATE TABLE source (
  id smallint NOT NULL GENERATED ALWAYS AS IDENTITY,
  key text NOT NULL,
  name text NOT NULL,
  trusted boolean NOT NULL,
  precedence smallint NOT NULL,
  revision integer NOT NULL DEFAULT 1,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now()
);
CREATE TABLE stream_partition (
  topic text NOT NULL,
  partition integer NOT NULL,
  first bigint NOT NULL DEFAULT 0,
  next bigint NOT NULL DEFAULT 0,
  last_arrival timestamp with time zone NOT NULL DEFAULT '-infinity'::timestamp with time zone
) WITH (fillfactor=50);
CREATE TABLE stream_position (
  consumer text NOT NULL,
  topic text NOT NULL,
  partition integer NOT NULL,
  next bigint NOT NULL,
  through timestamp with time zone NOT NULL
) WITH (fillfactor=50);
CREATE TABLE stream_record (
  topic text NOT NULL,
  partition integer NOT NULL,
  position bigint NOT NULL,
  arrival timestamp with time zone NOT NULL,
  key text NOT NULL,
  value text NOT NULL
) PARTITION BY RANGE (arrival);
CREATE TABLE suppression (
  address_hash bytea NOT NULL,
  topic text NOT NULL,
  reason text NOT NULL,
  at timestamp with time zone NOT NULL,
  lifted_at timestamp with time zone,
  detail text
);
CREATE TABLE template (
  key text NOT NULL,
  name text NOT NULL,
  version integer NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now()
);
CREATE TABLE template_version (
  template_key text NOT NULL,
  version integer NOT NULL,
  subject text NOT NULL,
  html text NOT NULL,
  text text,
  created_at timestamp with time zone NOT NULL DEFAULT now()
);
CREATE TABLE timer (
  contact_id bigint NOT NULL,
  bucket smallint NOT NULL,
  due timestamp with time zone NOT NULL
);
CREATE TABLE token_key (
  kid smallint NOT NULL,
  key bytea NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now()
);
CREATE TABLE topic (
  key text NOT NULL,
  name text NOT NULL,
  description text NOT NULL DEFAULT ''::text,
  revision integer NOT NULL DEFAULT 1,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now()
);

-- Sequences

CREATE SEQUENCE contact_id_seq;

-- Constraints

ALTER TABLE access_key ADD CONSTRAINT access_key_check CHECK (((role = 'ingest'::text) = (source_id IS NOT NULL)));
ALTER TABLE access_key ADD CONSTRAINT access_key_hash_key UNIQUE (hash);
ALTER TABLE access_key ADD CONSTRAINT access_key_pkey PRIMARY KEY (id);
ALTER TABLE access_key ADD CONSTRAINT access_key_role_check CHECK ((role = ANY (ARRAY['ingest'::text, 'read'::text, 'author'::text, 'publisher'::text, 'privacy'::text, 'admin'::text])));
ALTER TABLE access_key ADD CONSTRAINT access_key_source_id_fkey FOREIGN KEY (source_id) REFERENCES source(id);
ALTER TABLE address ADD CONSTRAINT address_pkey PRIMARY KEY (hash);
ALTER TABLE address_change ADD CONSTRAINT address_change_pkey PRIMARY KEY (id);
ALTER TABLE address_word ADD CONSTRAINT address_word_pkey PRIMARY KEY (contact_id, reason);
ALTER TABLE audit_entry ADD CONSTRAINT audit_entry_pkey PRIMARY KEY (id);
ALTER TABLE campaign ADD CONSTRAINT campaign_kind_check CHECK ((kind = ANY (ARRAY['campaign'::text, 'broadcast'::text])));
ALTER TABLE campaign ADD CONSTRAINT campaign_pkey PRIMARY KEY (key);
ALTER TABLE campaign ADD CONSTRAINT campaign_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'live'::text, 'paused'::text, 'canceled'::text, 'ended'::text])));
ALTER TABLE campaign_run ADD CONSTRAINT campaign_run_pkey PRIMARY KEY (version_id, planned_at);
ALTER TABLE campaign_run ADD CONSTRAINT campaign_run_status_check CHECK ((status = ANY (ARRAY['planned'::text, 'running'::text, 'done'::text, 'canceled'::text])));
ALTER TABLE campaign_run ADD CONSTRAINT campaign_run_version_id_fkey FOREIGN KEY (version_id) REFERENCES campaign_version(id) ON DELETE CASCADE;
ALTER TABLE campaign_version ADD CONSTRAINT campaign_version_campaign_key_fkey FOREIGN KEY (campaign_key) REFERENCES campaign(key) ON DELETE CASCADE;
ALTER TABLE campaign_version ADD CONSTRAINT campaign_version_campaign_key_version_key UNIQUE (campaign_key, version);
ALTER TABLE campaign_version ADD CONSTRAINT campaign_version_pkey PRIMARY KEY (id);
ALTER TABLE campaign_version ADD CONSTRAINT campaign_version_status_check CHECK ((status = ANY (ARRAY['live'::text, 'retired'::text])));
ALTER TABLE common_event_name ADD CONSTRAINT common_event_name_pkey PRIMARY KEY (name);
ALTER TABLE company ADD CONSTRAINT company_pkey PRIMARY KEY (id);
ALTER TABLE company_contact ADD CONSTRAINT company_contact_check CHECK (((told_at IS NULL) = (told_message IS NULL)));
ALTER TABLE company_contact ADD CONSTRAINT company_contact_pkey PRIMARY KEY (contact_id);
ALTER TABLE company_reread ADD CONSTRAINT company_reread_pkey PRIMARY KEY (source_id);
ALTER TABLE company_telling ADD CONSTRAINT company_telling_pkey PRIMARY KEY (company_id, begun);
ALTER TABLE contact ADD CONSTRAINT contact_pkey PRIMARY KEY (id);
ALTER TABLE deferred_event ADD CONSTRAINT deferred_event_pkey PRIMARY KEY (contact_id, place);
ALTER TABLE definitions ADD CONSTRAINT definitions_pkey PRIMARY KEY (singleton);
ALTER TABLE definitions ADD CONSTRAINT definitions_singleton_check CHECK (singleton);
ALTER TABLE enrollment ADD CONSTRAINT enrollment_pkey PRIMARY KEY (contact_id, id);
ALTER TABLE enrollment ADD CONSTRAINT enrollment_status_check CHECK ((status = ANY (ARRAY['active'::text, 'completed'::text, 'exited'::text, 'merged'::text, 'canceled'::text, 'failed'::text])));
ALTER TABLE event ADD CONSTRAINT event_pkey PRIMARY KEY (contact_id, message);
ALTER TABLE forgotten_list ADD CONSTRAINT forgotten_list_pkey PRIMARY KEY (key);
ALTER TABLE forgotten_version ADD CONSTRAINT forgotten_version_pkey PRIMARY KEY (id);
ALTER TABLE from_address ADD CONSTRAINT from_address_domain_fkey FOREIGN KEY (domain) REFERENCES sending_domain(domain);
ALTER TABLE from_address ADD CONSTRAINT from_address_pkey PRIMARY KEY (key);
ALTER TABLE idempotent_request ADD CONSTRAINT idempotent_request_pkey PRIMARY KEY (key_id, key);
ALTER TABLE identity ADD CONSTRAINT identity_pkey PRIMARY KEY (key);
ALTER TABLE identity_link ADD CONSTRAINT identity_link_check CHECK ((a < b));
ALTER TABLE identity_link ADD CONSTRAINT identity_link_kind_check CHECK ((kind = ANY (ARRAY['claim'::text, 'alias'::text, 'apart'::text])));
ALTER TABLE identity_link ADD CONSTRAINT identity_link_pkey PRIMARY KEY (a, b, kind);
ALTER TABLE import_file ADD CONSTRAINT import_file_job_id_fkey FOREIGN KEY (job_id) REFERENCES job(id) ON DELETE CASCADE;
ALTER TABLE import_file ADD CONSTRAINT import_file_pkey PRIMARY KEY (job_id, part);
ALTER TABLE import_problem ADD CONSTRAINT import_problem_job_id_fkey FOREIGN KEY (job_id) REFERENCES job(id) ON DELETE CASCADE;
ALTER TABLE import_problem ADD CONSTRAINT import_problem_pkey PRIMARY KEY (job_id, "row", ordinal);
ALTER TABLE installation ADD CONSTRAINT installation_pkey PRIMARY KEY (singleton);
ALTER TABLE installation ADD CONSTRAINT installation_singleton_check CHECK (singleton);
ALTER TABLE job ADD CONSTRAINT job_pkey PRIMARY KEY (id);
ALTER TABLE job ADD CONSTRAINT job_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'failed'::text, 'canceled'::text])));
ALTER TABLE lease ADD CONSTRAINT lease_pkey PRIMARY KEY (name);
ALTER TABLE lineage ADD CONSTRAINT lineage_check CHECK ((contact_id <> survivor_id));
ALTER TABLE lineage ADD CONSTRAINT lineage_pkey PRIMARY KEY (contact_id);
ALTER TABLE list ADD CONSTRAINT list_pkey PRIMARY KEY (key);
ALTER TABLE list_member ADD CONSTRAINT list_member_pkey PRIMARY KEY (contact_id, list_key);
ALTER TABLE membership ADD CONSTRAINT membership_pkey PRIMARY KEY (version_id, contact_id);
ALTER TABLE membership_change ADD CONSTRAINT membership_change_pkey PRIMARY KEY (contact_id, id);
ALTER TABLE message ADD CONSTRAINT message_contact_id_enrollment_id_step_visit_key UNIQUE (contact_id, enrollment_id, step, visit);
ALTER TABLE message ADD CONSTRAINT message_pkey PRIMARY KEY (contact_id, id);
ALTER TABLE message ADD CONSTRAINT message_status_check CHECK ((status = ANY (ARRAY['not-queued'::text, 'waiting'::text, 'sending'::text, 'sent'::text, 'failed'::text, 'refused'::text, 'canceled'::text, 'expired'::text, 'unknown'::text])));
ALTER TABLE outbox ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);
ALTER TABLE permission ADD CONSTRAINT permission_act_check CHECK ((act = ANY (ARRAY['granted'::text, 'confirmed'::text, 'withdrawn'::text, 'paused'::text, 'objected'::text])));
ALTER TABLE permission ADD CONSTRAINT permission_actor_check CHECK ((actor = ANY (ARRAY['recipient'::text, 'import'::text, 'api'::text, 'operator'::text])));
ALTER TABLE permission ADD CONSTRAINT permission_basis_check CHECK ((basis = ANY (ARRAY['consent'::text, 'existing-customer'::text, 'none'::text])));
ALTER TABLE permission ADD CONSTRAINT permission_pkey PRIMARY KEY (contact_id, seq);
ALTER TABLE permission_evidence ADD CONSTRAINT permission_evidence_pkey PRIMARY KEY (contact_id, seq);
ALTER TABLE permission_head ADD CONSTRAINT permission_head_pkey PRIMARY KEY (contact_id);
ALTER TABLE permission_state ADD CONSTRAINT permission_state_pkey PRIMARY KEY (contact_id, topic, channel);
ALTER TABLE permission_state ADD CONSTRAINT permission_state_state_check CHECK ((state = ANY (ARRAY['granted'::text, 'confirmed'::text, 'withdrawn'::text, 'paused'::text, 'objected'::text])));
ALTER TABLE profile ADD CONSTRAINT profile_pkey PRIMARY KEY (contact_id);
ALTER TABLE segment ADD CONSTRAINT segment_pkey PRIMARY KEY (key);
ALTER TABLE segment_version ADD CONSTRAINT segment_version_pkey PRIMARY KEY (id);
ALTER TABLE segment_version ADD CONSTRAINT segment_version_segment_key_fkey FOREIGN KEY (segment_key) REFERENCES segment(key) ON DELETE CASCADE;
ALTER TABLE segment_version ADD CONSTRAINT segment_version_segment_key_version_key UNIQUE (segment_key, version);
ALTER TABLE segment_version ADD CONSTRAINT segment_version_status_check CHECK ((status = ANY (ARRAY['building'::text, 'live'::text, 'replaced'::text, 'retired'::text])));
ALTER TABLE sending_domain ADD CONSTRAINT sending_domain_check CHECK (((dkim_selector IS NULL) = (dkim_private_key IS NULL)));
ALTER TABLE sending_domain ADD CONSTRAINT sending_domain_pkey PRIMARY KEY (domain);
ALTER TABLE series ADD CONSTRAINT series_pkey PRIMARY KEY (key);
ALTER TABLE set_aside ADD CONSTRAINT set_aside_consumer_topic_partition_position_key UNIQUE (consumer, topic, partition, "position");
ALTER TABLE set_aside ADD CONSTRAINT set_aside_pkey PRIMARY KEY (id);
ALTER TABLE set_aside ADD CONSTRAINT set_aside_resolution_check CHECK ((resolution = ANY (ARRAY['replayed'::text, 'dropped'::text])));
ALTER TABLE source ADD CONSTRAINT source_key_key UNIQUE (key);
ALTER TABLE source ADD CONSTRAINT source_pkey PRIMARY KEY (id);
ALTER TABLE stream_partition ADD CONSTRAINT stream_partition_pkey PRIMARY KEY (topic, partition);
ALTER TABLE stream_position ADD CONSTRAINT stream_position_pkey PRIMARY KEY (consumer, topic, partition);
ALTER TABLE stream_record ADD CONSTRAINT stream_record_pkey PRIMARY KEY (topic, partition, "position", arrival);
ALTER TABLE suppression ADD CONSTRAINT suppression_pkey PRIMARY KEY (address_hash, topic, reason);
ALTER TABLE suppression ADD CONSTRAINT suppression_reason_check CHECK ((reason = ANY (ARRAY['opt-out'::text, 'hard-bounce'::text, 'complaint'::text, 'operator'::text])));
ALTER TABLE template ADD CONSTRAINT template_pkey PRIMARY KEY (key);
ALTER TABLE template_version ADD CONSTRAINT template_version_pkey PRIMARY KEY (template_key, version);
ALTER TABLE template_version ADD CONSTRAINT template_version_template_key_fkey FOREIGN KEY (template_key) REFERENCES template(key) ON DELETE CASCADE;
ALTER TABLE timer ADD CONSTRAINT timer_pkey PRIMARY KEY (bucket, due, contact_id);
ALTER TABLE token_key ADD CONSTRAINT token_key_pkey PRIMARY KEY (kid);
ALTER TABLE topic ADD CONSTRAINT topic_pkey PRIMARY KEY (key);

-- Indexes

CREATE INDEX campaign_run_open ON public.campaign_run USING btree (planned_at) WHERE (status = ANY (ARRAY['planned'::text, 'running'::text]));
CREATE INDEX company_contact_company ON public.company_contact USING btree (company_id, contact_id);
CREATE INDEX contact_repair ON public.contact USING btree (repair_after NULLS FIRST) WHERE (repair IS NOT NULL);
CREATE INDEX enrollment_active ON public.enrollment USING btree (version_id) WHERE (status = 'active'::text);
CREATE INDEX enrollment_been ON public.enrollment USING btree (contact_id, campaign_key);
CREATE INDEX enrollment_campaign ON public.enrollment USING btree (campaign_key, contact_id);
CREATE INDEX enrollment_ended ON public.enrollment USING btree (contact_id, ended_at);
CREATE INDEX event_rare ON public.event USING btree (name, at) INCLUDE (contact_id) WHERE rare;
CREATE INDEX identity_contact ON public.identity USING btree (contact_id);
CREATE INDEX identity_link_claim_a ON public.identity_link USING btree (a, at, message, b) WHERE (kind = 'claim'::text);
CREATE INDEX identity_link_claim_b ON public.identity_link USING btree (b, at, message, a) WHERE (kind = 'claim'::text);
CREATE INDEX identity_link_told_a ON public.identity_link USING btree (a) WHERE (kind <> 'claim'::text);
CREATE INDEX identity_link_told_b ON public.identity_link USING btree (b) WHERE (kind <> 'claim'::text);
CREATE INDEX lineage_survivor ON public.lineage USING btree (survivor_id);
CREATE INDEX list_member_joined ON public.list_member USING btree (list_key, contact_id) WHERE joined;
CREATE INDEX membership_change_version ON public.membership_change USING btree (version_id, effective_at, id) INCLUDE (entered);
CREATE INDEX message_campaign ON public.message USING btree (campaign_key, status);
CREATE INDEX message_released ON public.message USING btree (id) WHERE (released_at IS NOT NULL);
CREATE INDEX message_sending ON public.message USING btree (released_at) WHERE (status = 'sending'::text);
CREATE INDEX message_waiting ON public.message USING btree (bucket, not_before) WHERE (status = 'waiting'::text);
CREATE INDEX profile_email_hash ON public.profile USING btree (email_hash);
CREATE INDEX segment_version_replaced ON public.segment_version USING btree (retired_at) WHERE (status = 'replaced'::text);
CREATE INDEX segment_version_to_start ON public.segment_version USING btree (id) WHERE ((started_by <> '{}'::text[]) AND (status = ANY (ARRAY['live'::text, 'replaced'::text])));
CREATE INDEX segment_version_uncleared ON public.segment_version USING btree (id) WHERE ((status = 'retired'::text) AND (NOT cleared));
CREATE UNIQUE INDEX campaign_version_live ON public.campaign_version USING btree (campaign_key) WHERE (status = 'live'::text);
CREATE UNIQUE INDEX segment_version_building ON public.segment_version USING btree (segment_key) WHERE (status = 'building'::text);
CREATE UNIQUE INDEX segment_version_live ON public.segment_version USING btree (segment_key) WHERE (status = 'live'::text);

-- Functions

CREATE OR REPLACE FUNCTION public.forget_old_audit_entries()
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  WITH forgotten AS (
    DELETE FROM audit_entry
    WHERE id IN (SELECT id FROM audit_entry ORDER BY id LIMIT 5000) AND at < now() - interval '400 days'
    RETURNING 1)
  SELECT count(*)::integer FROM forgotten
$function$
;
CREATE OR REPLACE FUNCTION public.stream_add_days(from_day date, days integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  day  date;
  name text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('stream_record'));
  FOR ahead IN 0 .. days - 1 LOOP
    day := from_day + ahead;
    name := 'stream_record_' || to_char(day, 'YYYYMMDD');
    CONTINUE WHEN to_regclass(name) IS NOT NULL;
    EXECUTE format('CREATE TABLE %I (LIKE stream_record)', name);
    EXECUTE format('ALTER TABLE stream_record ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
      name, day || ' 00:00:00+00', (day + 1) || ' 00:00:00+00');
  END LOOP;
END
$function$
;
CREATE OR REPLACE FUNCTION public.stream_append(to_topic text, partitions integer[], counts integer[], slots integer[], ordinals integer[], keys text[], vals text[], at timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
  bases  bigint[] := '{}';
  stamps timestamptz[] := '{}';
  base   bigint;
  stamp  timestamptz;
BEGIN
  FOR slot IN 1 .. cardinality(partitions) LOOP
    PERFORM FROM stream_partition p WHERE p.topic = to_topic AND p.partition = partitions[slot] FOR NO KEY UPDATE;
    UPDATE stream_partition p
    SET next = p.next + counts[slot],
        last_arrival = greatest(p.last_arrival, coalesce(at, date_trunc('milliseconds', clock_timestamp())))
    WHERE p.topic = to_topic AND p.partition = partitions[slot]
    RETURNING p.next - counts[slot], p.last_arrival INTO STRICT base, stamp;
    bases := bases || base;
    stamps := stamps || stamp;
  END LOOP;
  INSERT INTO stream_record (topic, partition, position, arrival, key, value)
  SELECT to_topic, partitions[r.slot], bases[r.slot] + r.ordinal, stamps[r.slot], r.key, r.value
  FROM unnest(slots, ordinals, keys, vals) AS r (slot, ordinal, key, value);
  PERFORM pg_notify('entente_stream', json_build_object('topic', to_topic, 'partitions', partitions)::text);
END
$function$
;
CREATE OR REPLACE FUNCTION public.stream_trim(before timestamp with time zone)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET lock_timeout TO '5s'
AS $function$
DECLARE
  day     regclass;
  needed  boolean;
  dropped integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('stream_record'));
  PERFORM FROM stream_partition ORDER BY topic, partition FOR NO KEY UPDATE;
  FOR day IN
    SELECT c.oid FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'stream_record'::regclass
      AND (to_date(right(c.relname, 8), 'YYYYMMDD') + 1)::timestamp AT TIME ZONE 'UTC' <= before
    ORDER BY c.relname
  LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM stream_position p, LATERAL (SELECT FROM %s r WHERE r.topic = p.topic
      AND r.partition = p.partition AND r.position >= p.next LIMIT 1) unread)', day) INTO needed;
    EXIT WHEN needed;
    EXECUTE format('DROP TABLE %s', day);
    dropped := dropped + 1;
  END LOOP;
  IF dropped > 0 THEN
    UPDATE stream_partition p SET first = coalesce(
      (SELECT min(r.position) FROM stream_record r WHERE r.topic = p.topic AND r.partition = p.partition), p.next);
  END IF;
  RETURN dropped;
END
$function$
;

-- Comments

COMMENT ON COLUMN access_key.hash IS 'SHA-256 of the key; the key itself is shown once';
COMMENT ON TABLE address IS 'the row lock that every release and every opt-out of an address takes';
COMMENT ON TABLE address_change IS 'contacts of whom it is still to be told whether the address that they have now is suppressed';
COMMENT ON COLUMN address_change.before IS 'the keyed hash of the address that the contact had before';
COMMENT ON TABLE address_word IS 'the last that was told of each contact, and each reason, about the suppression of its address';
COMMENT ON COLUMN address_word.seq IS 'of a person''s contacts the greatest counts, and of equal ones that of the later contact';
COMMENT ON COLUMN campaign.draft IS 'the definition as last written; publishing makes an immutable version of it';
COMMENT ON TABLE campaign_run IS 'one planned instant of a campaign or broadcast, enrolled in resumable chunks by contact';
COMMENT ON TABLE campaign_version IS 'immutable: an enrollment walks the version it began with';
COMMENT ON TABLE common_event_name IS 'names of so many events that what comes is not indexed by name; for good, since the index lacks it';
COMMENT ON COLUMN company.id IS 'the groupId of the tracking calls';
COMMENT ON COLUMN company.traits IS 'per trait and trusted source, the latest value in event order';
COMMENT ON COLUMN company.view IS 'the traits as rules read them: one value each, by precedence';
COMMENT ON COLUMN company.version IS 'grows with each change of the view; 0: nothing is known of the company';
COMMENT ON TABLE company_contact IS 'the latest group event of each contact, in event order; a person''s is the latest of their contacts''';
COMMENT ON COLUMN company_contact.told_at IS 'with told_message the group event of which the contact was told; a later one that names the same company may need no telling';
COMMENT ON TABLE company_reread IS 'sources whose rank changed, and the last company that has been read anew since';
COMMENT ON TABLE company_telling IS 'changes of companies on their way to their contacts: the walk that has begun, and what came since';
COMMENT ON COLUMN company_telling.at IS 'of the changes told together, the time of the oldest';
COMMENT ON COLUMN contact.version IS '0 until the contact has been evaluated for the first time';
COMMENT ON COLUMN contact.clock IS 'the instant up to which this contact has been evaluated; it never goes back';
COMMENT ON COLUMN contact.generation IS 'the definitions by which the state was last folded; older than a series is kept means: fold the history again';
COMMENT ON COLUMN contact.state IS 'the series of this contact''s events that rules need, as libs/segment/state-codec.ts writes them';
COMMENT ON COLUMN contact.repair IS 'why this contact must be evaluated again from its history';
COMMENT ON COLUMN contact.repair_after IS 'when it is tried again: each try doubles the pause';
COMMENT ON COLUMN contact.members IS 'the segment versions this contact is in, as table membership has them; those that are no longer kept may be among them until it is evaluated again';
COMMENT ON COLUMN contact.due IS 'when table timer has this contact; null: it does not';
COMMENT ON TABLE deferred_event IS 'stored events that change their contact once time has, which waits until every partition is read that far';
COMMENT ON COLUMN deferred_event.place IS 'the order in which they are applied: that of arrival';
COMMENT ON COLUMN deferred_event.owner_id IS 'the contact of the lineage that the event is stored under';
COMMENT ON COLUMN definitions.series_of IS 'the generation whose series are those of the table series';
COMMENT ON COLUMN enrollment.id IS 'derived from contact, campaign and cause, so that one cause enrolls once';
COMMENT ON COLUMN event.message IS 'a 128-bit key over source and messageId: the first copy in the log wins';
COMMENT ON COLUMN event.at IS 'event time: the earlier of the skew-corrected timestamp and the arrival';
COMMENT ON COLUMN event.rare IS 'false for what was stored since its name is in common_event_name';
COMMENT ON TABLE forgotten_list IS 'lists that were deleted, on which there may still be people';
COMMENT ON TABLE forgotten_version IS 'segment versions that were deleted, of which memberships may be left';
COMMENT ON TABLE identity IS 'a key (user:42, anonymous:…, email:…, crm:…) and the contact it first resolved to, for good';
COMMENT ON TABLE identity_link IS 'two keys that an event says are one person''s, or are not: the earliest claim, and the last word of a trusted source, in event order';
COMMENT ON TABLE import_file IS 'the file of an import until its rows are all taken in, in parts that are read one after the other';
COMMENT ON COLUMN import_problem.entry IS 'the ledger entry, as <contact>:<seq>, that a grant could not lift';
COMMENT ON COLUMN installation.address_key IS 'key of the keyed hash under which addresses are remembered';
COMMENT ON COLUMN installation.time_zone IS 'IANA name of the zone whose calendar applies to contacts that name none';
COMMENT ON COLUMN installation.rule_meaning IS 'what the release that last worked here takes rules and stored states to mean';
COMMENT ON COLUMN installation.ground IS 'grows with each change of what rules go by';
COMMENT ON COLUMN job.result IS 'what a job found out, as far as it has come';
COMMENT ON TABLE lease IS 'who works on a share of the timers, lanes, runs or jobs, and until when';
COMMENT ON TABLE lineage IS 'a contact that is part of another one today; a row leads to the survivor in one step';
COMMENT ON TABLE list_member IS 'the last word on each contact and list; of a person''s contacts the latest in event order counts';
COMMENT ON COLUMN list_member.message IS 'the event that tells of it';
COMMENT ON TABLE membership_change IS 'append-only log of entries and exits';
COMMENT ON TABLE message IS 'the send ledger: one row per enrollment, step and visit, for everybody a send considered';
COMMENT ON COLUMN message.entry_seq IS 'the permission entry (of contact entry_contact) that allowed the release';
COMMENT ON COLUMN message.complained_at IS 'when its recipient was first reported to have called it spam';
COMMENT ON COLUMN message.opted_out_at IS 'when its recipient was first reported to opt out';
COMMENT ON COLUMN message.chain IS 'the campaigns that led to it with nobody waiting, its own last; null where that is the only one';
COMMENT ON TABLE outbox IS 'facts that became true with another row, on their way to the stream';
COMMENT ON TABLE permission IS 'the consent ledger: append-only, chained per contact; ids and keyed hashes only';
COMMENT ON COLUMN permission.commitment IS 'SHA-256 over the salt and the evidence of the same contact and seq';
COMMENT ON COLUMN permission.hash IS 'SHA-256 over the previous entry''s hash and this entry';
COMMENT ON TABLE permission_evidence IS 'what names a person; erasure empties it and leaves the chain checkable';
COMMENT ON TABLE permission_head IS 'end of each contact''s chain; its row lock orders the entries';
COMMENT ON TABLE permission_state IS 'the fold of the ledger, written with each entry';
COMMENT ON COLUMN profile.traits IS 'per trait and source, the latest value in event order';
COMMENT ON COLUMN profile.email IS 'the address mail goes to: from trusted sources only';
COMMENT ON COLUMN segment.events IS 'whether entries and exits are told as events';
COMMENT ON COLUMN segment_version.status IS 'replaced: another one is live since retired_at, and what happened until then is still to be decided by this one; retired: nothing is any more';
COMMENT ON COLUMN segment_version.started_by IS 'segments whose edits are to start campaigns for whom the swap brings in; empty when that is done';
COMMENT ON COLUMN segment_version.built IS 'contacts that the version was built for by its builder';
COMMENT ON COLUMN segment_version.build_ms IS 'time its builder worked, together with the versions built beside it';
COMMENT ON COLUMN segment_version.cleared IS 'nothing is left of its memberships';
COMMENT ON COLUMN segment_version.ground IS 'that of the installation when it was written';
COMMENT ON TABLE series IS 'the series of events that contacts'' states hold, and the generation since which each is kept without a gap';
COMMENT ON TABLE set_aside IS 'records that failed alone and again: kept with their reason, to be replayed or dropped';
COMMENT ON COLUMN source.precedence IS 'among the sources that set a trait, the lowest precedence is read';
COMMENT ON TABLE stream_partition IS 'the counter of each partition: its lock is held to the commit, so positions have no holes and commit in order';
COMMENT ON TABLE stream_position IS 'how far a consumer''s effects go; moved in the transaction that commits them';
COMMENT ON COLUMN stream_position.next IS 'the first position not consumed yet';
COMMENT ON COLUMN stream_position.through IS 'every record that arrived before this instant is consumed; it never goes back';
COMMENT ON COLUMN suppression.topic IS 'a topic, or * for every marketing mail';
COMMENT ON TABLE timer IS 'the earliest instant at which time alone may change something for a contact; may be early, never late';
COMMENT ON TABLE token_key IS 'keys that sign mailed tokens: the highest kid signs, all of them verify';

-- Privileges of the application's role

GRANT DELETE, INSERT, SELECT, UPDATE ON access_key TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON address TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON address_change TO entente;
GRANT SELECT, USAGE ON address_change_id_seq TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON address_word TO entente;
GRANT INSERT, SELECT ON audit_entry TO entente;
GRANT SELECT, USAGE ON audit_entry_id_seq TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON campaign TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON campaign_run TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON campaign_version TO entente;
GRANT SELECT, USAGE ON campaign_version_id_seq TO entente;
GRANT INSERT, SELECT ON common_event_name TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON company TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON company_contact TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON company_reread TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON company_telling TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON contact TO entente;
GRANT SELECT, USAGE ON contact_id_seq TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON deferred_event TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON definitions TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON enrollment TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON event TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON forgotten_list TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON forgotten_version TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON from_address TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON idempotent_request TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON identity TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON identity_link TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON import_file TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON import_problem TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON installation TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON job TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON lease TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON lineage TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON list TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON list_member TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON membership TO entente;
GRANT INSERT, SELECT ON membership_change TO entente;
GRANT SELECT, USAGE ON membership_change_id_seq TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON message TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON outbox TO entente;
GRANT SELECT, USAGE ON outbox_id_seq TO entente;
GRANT INSERT, SELECT ON permission TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON permission_evidence TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON permission_head TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON permission_state TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON profile TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON segment TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON segment_version TO entente;
GRANT SELECT, USAGE ON segment_version_id_seq TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON sending_domain TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON series TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON set_aside TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON source TO entente;
GRANT SELECT, USAGE ON source_id_seq TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON stream_partition TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON stream_position TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON stream_record TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON suppression TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON template TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON template_version TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON timer TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON token_key TO entente;
GRANT DELETE, INSERT, SELECT, UPDATE ON topic TO entente;
