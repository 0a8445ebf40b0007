/** SQL: whether the memberships of a version are kept. */
export const isKept = `version_id IN (SELECT id FROM segment_version WHERE status <> 'retired')`;

const members = `SELECT id AS contact_id, version_id FROM contact CROSS JOIN unnest(members) AS version_id WHERE ${isKept}`;
const membership = `SELECT contact_id, version_id FROM membership WHERE ${isKept}`;
const due = `SELECT id AS contact_id, due FROM contact WHERE due IS NOT NULL`;
const timer = `SELECT contact_id, due FROM timer WHERE bucket = contact_id % 16`;

const apart = (one: string, other: string): string =>
  `((${one} EXCEPT ALL ${other}) UNION ALL (${other} EXCEPT ALL ${one}))`;

/**
 * SQL: `contact_id`, `version_id` where the rows of contacts do not say the same as the memberships of segments, or, without a version,
 * as the timers.
 */
export const driftOfContacts = `SELECT contact_id, version_id FROM ${apart(members, membership)} AS of_members
  UNION ALL SELECT contact_id, NULL FROM ${apart(due, timer)} AS of_timers`;
