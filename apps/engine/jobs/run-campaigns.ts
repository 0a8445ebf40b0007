import { nextPlanned } from '@entente/campaign';
import type { ContactId, Instant } from '@entente/kernel';
import { dueRuns, endRun, membersAfter, moveRun, takeLease, type CampaignRun } from '@entente/storage';
import type { Definitions, PublishedCampaign } from '../definitions';
import { chunkSize, leaseLength, type Engine } from '../engine';
import { evaluateContacts } from '../evaluate-contacts';
import { passTime } from '../move-person';
import { begin } from '../walk-campaigns';

/** Enrolls whoever planned instants that have come are for, a chunk at a time. Gives whether there is more to do. */
export async function runCampaigns(engine: Engine): Promise<boolean> {
  const now = engine.clock.now();
  const planned = await dueRuns(engine.database, now);
  let more = false;
  for (const run of planned) {
    const through = await engine.through.atLeast(engine.database, run.plannedAt);
    if (through === undefined) more = true;
    else if (await takeLease(engine.database, leaseOf(run), engine.id, leaseLength)) {
      more = (await moveOn(engine, run, through)) || more;
    }
  }
  return more;
}

const leaseOf = (run: CampaignRun): string => `run/${run.version}/${run.plannedAt}`;

async function moveOn(engine: Engine, run: CampaignRun, through: Instant): Promise<boolean> {
  const definitions = await engine.database.transaction((tx) => engine.definitions.current(tx));
  const published = definitions.campaigns.get(run.version);
  const trigger = published?.campaign.triggers.find((one) => one.audience !== undefined);
  const segment = trigger && liveVersion(definitions, trigger.audience!);
  if (!published || !trigger || segment === undefined) return false;
  const contacts = await membersAfter(engine.database, segment, run.cursor, chunkSize);
  if (contacts.length > 0) {
    await enrollChunk(engine, run, contacts, through);
    return true;
  }
  const next = nextAfter(published, trigger, run.plannedAt, engine.clock.now());
  await engine.database.transaction((tx) => endRun(tx, run, next));
  return false;
}

const liveVersion = (definitions: Definitions, segment: string): number | undefined =>
  [...definitions.versions.values()].find((one) => one.segment === segment && one.status === 'live')?.id;

/** Instants that were missed for longer than the campaign's age limit are left out. */
function nextAfter(
  { campaign }: PublishedCampaign,
  trigger: PublishedCampaign['campaign']['triggers'][number],
  after: Instant,
  now: Instant,
): Instant | undefined {
  return nextPlanned(trigger, Math.max(after, now - campaign.maxAge));
}

async function enrollChunk(
  engine: Engine,
  run: CampaignRun,
  contacts: readonly ContactId[],
  through: Instant,
): Promise<void> {
  const begun = new Set<ContactId>();
  await evaluateContacts(engine, {
    contacts,
    histories: false,
    before: async () => begun.clear(),
    move: (person, definitions) => {
      passTime(person, through + 1, through, definitions);
      const published = definitions.campaigns.get(run.version)!;
      const segment = liveVersion(
        definitions,
        published.campaign.triggers.find((one) => one.audience)!.audience!,
      );
      if (segment === undefined || !person.members.has(segment) || person.erased || person.absorbed) return;
      person.clock = Math.max(person.clock, through);
      person.evaluated = true;
      if (begin(person, published, { kind: 'planned', at: run.plannedAt }, definitions)) begun.add(person.id);
    },
    after: async (tx, _definitions, set) => {
      const audience = [...begun].filter((id) => set.persons.get(id)!.repair === null).length;
      const moved = await moveRun(tx, run, { cursor: contacts.at(-1)!, audience });
      if (!moved) throw new RunTaken();
    },
  }).catch((error: unknown) => {
    if (!(error instanceof RunTaken)) throw error;
  });
}

/** Somebody else moved the run on, or it was canceled: the chunk is rolled back. */
class RunTaken extends Error {}
