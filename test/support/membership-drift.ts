const kept = `version_id IN (SELECT id FROM segment_version WHERE status <> 'retired')`;
const own = `SELECT id AS contact_id, version_id FROM contact CROSS JOIN unnest(members) AS version_id WHERE ${kept}`;
const table = `SELECT contact_id, version_id FROM membership WHERE ${kept}`;

/** SQL: `contact_id`, `version_id` where the rows of contacts and the memberships of segments do not say the same. */
export const driftOfContacts = `(${own} EXCEPT ${table}) UNION ALL (${table} EXCEPT ${own})`;
