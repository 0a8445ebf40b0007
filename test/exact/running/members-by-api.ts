import { membersAt } from '../../chaos/checks/membership-log';
import { beyond, type Findings } from '../../chaos/checks/findings';
import type { Query } from '../../chaos/reading';
import type { MarketingApi } from '../../demo/marketing-api';

interface Page {
  readonly items: readonly { readonly contact: string }[];
  readonly next: string | null;
}

/** Members that the API lists are those of the log; who comes or goes meanwhile may be among them or not. */
export async function checkApi(
  query: Query,
  api: MarketingApi,
  rules: readonly string[],
  findings: Findings,
): Promise<void> {
  const before = await membersAt(query, Date.now(), rules);
  const listed = new Set<string>();
  const keysOf = await keysByContact(query);
  for (const rule of rules)
    for (const contact of await membersOf(api, rule))
      for (const key of keysOf.get(contact) ?? [contact]) listed.add(`${rule} ${key}`);
  const after = await membersAt(query, Date.now(), rules);
  findings.add('2', 'members that the API lists are those of the log', listed.size, [
    ...beyond(listed, new Set([...before, ...after]), 'listed only'),
    ...beyond(new Set([...before].filter((place) => after.has(place))), listed, 'logged only'),
  ]);
}

async function membersOf(api: MarketingApi, rule: string): Promise<string[]> {
  const path = `segments/${rule}/members?limit=500`;
  const contacts: string[] = [];
  for (let next: string | null = path; next !== null;) {
    const page: Page = await api.get<Page>(next);
    contacts.push(...page.items.map(({ contact }) => contact));
    next = page.next && `${path}&cursor=${encodeURIComponent(page.next)}`;
  }
  return contacts;
}

async function keysByContact(query: Query): Promise<Map<string, string[]>> {
  const rows = await query<{ contact: string; keys: string[] }>(
    "SELECT 'id:' || contact_id AS contact, array_agg(key) AS keys FROM identity GROUP BY contact_id",
  );
  return new Map(rows.map(({ contact, keys }) => [contact, keys]));
}
