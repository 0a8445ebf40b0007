import { refusal } from '@entente/delivery';
import { Conflict } from '@entente/kernel';
import {
  alreadyIn,
  audienceFacts,
  type CampaignRow,
  type Database,
  findSegment,
  listMembers,
  type MemberRow,
} from '@entente/storage';
import { checkDefinition } from '../campaigns/check-definition';
import { allPages } from '../http/csv';
import { Shown, ShownCounts, ShownJson } from '../http/views';

const CHUNK = 2_000;
const EXAMPLES = 3;

export class Audience {
  @Shown('integer', { description: 'Members of its segment now.' }) audience!: number;
  @Shown('integer') willGet!: number;
  @ShownCounts({ description: 'Who will not get it, by reason.' }) wont!: Record<string, number>;
  @ShownJson({ description: 'Some of them, by reason.' }) examples!: Record<string, string[]>;
}

/** Counts, as things are now, who would get a broadcast and who would not, by the gates that its messages will meet. */
export async function countAudience(database: Database, row: CampaignRow): Promise<Audience> {
  const { topic, triggers } = await checkDefinition(database, 'broadcast', row.draft);
  const version = (await findSegment(database, triggers[0]!.audience!))?.liveId ?? undefined;
  if (version === undefined)
    throw new Conflict('Its segment is still being built. Try again when it is live.');
  const read = (last?: MemberRow) => listMembers(database, version, { after: last?.contact, limit: CHUNK });
  const tally = new Tally();
  for await (const rows of allPages(read, CHUNK)) {
    const members = rows.map(({ contact }) => contact);
    tally.audience += members.length;
    for (const refusal of await refused(database, { members, topic, campaign: row.key }))
      tally.add(...refusal);
  }
  return tally.result();
}

/** Counts refusals by reason, and keeps the first few of each. */
class Tally {
  audience = 0;
  private readonly counts = new Map<string, number>();
  private readonly examples = new Map<string, string[]>();

  add(contact: string, reason: string): void {
    this.counts.set(reason, (this.counts.get(reason) ?? 0) + 1);
    const examples = this.examples.get(reason) ?? [];
    if (examples.length < EXAMPLES) this.examples.set(reason, [...examples, `id:${contact}`]);
  }

  result(): Audience {
    const refusedCount = [...this.counts.values()].reduce((sum, count) => sum + count, 0);
    return {
      audience: this.audience,
      willGet: this.audience - refusedCount,
      wont: Object.fromEntries(this.counts),
      examples: Object.fromEntries(this.examples),
    };
  }
}

async function refused(
  database: Database,
  { members, topic, campaign }: { members: readonly string[]; topic: string; campaign: string },
): Promise<[contact: string, reason: string][]> {
  const facts = await audienceFacts(database, members, topic);
  const before = await alreadyIn(database, members, campaign);
  return members.flatMap((contact) => {
    const reason = before.has(contact)
      ? 'got-it-before'
      : refusal({ ...facts.get(contact), campaign: 'live' })?.reason;
    return reason === undefined ? [] : [[contact, reason] as [string, string]];
  });
}
