DROP TABLE import_problem, import_file, job, set_aside, outbox, suppression, address, permission_state, permission_head,
  permission_evidence, permission, message, enrollment, campaign_run, campaign_version, campaign, template_version, template,
  from_address, sending_domain, topic, timer, membership_change, membership, segment_version, segment, event, profile,
  contact, lineage, identity_link, identity, idempotent_request, audit_entry, access_key, source, lease, series, definitions,
  token_key, installation;
DROP SEQUENCE contact_id_seq;
DROP FUNCTION forget_old_audit_entries();
