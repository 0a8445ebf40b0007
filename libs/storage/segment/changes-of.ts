/**
 * SQL for the entries and exits of a contact in a version. Found by the contact, of whom there are few: to the planner the index by version looks as
 * good, in which it would read those of everybody else, for each contact again.
 */
export const changesOf = (contact: string, version: string): string => `(
  SELECT * FROM (SELECT * FROM membership_change WHERE contact_id = ${contact} ORDER BY id DESC OFFSET 0) AS own
  WHERE version_id = ${version})`;
