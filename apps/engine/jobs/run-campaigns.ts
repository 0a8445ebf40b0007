import { causeKey, nextPlanned, type Trigger } from '@entente/campaign';
import { stableUuid, type ContactId, type Instant } from '@entente/kernel';
import {
  dueRuns,
  endRun,
  membersAfter,
  missRun,
  moveRun,
  queueMessages,
  takeLease,
  type CampaignRun,
  type QueuedMessage,
} from '@entente/storage';
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
  const definitions = await engine.definitions.latest();
  const published = definitions.campaigns.get(run.version);
  const trigger = published && scheduleOf(published);
  if (!published || !trigger) return false;
  const now = engine.clock.now();
  if (isMissed(run, published, now)) {
    await engine.database.transaction((tx) =>
      missRun(tx, run, nextAfter(published, trigger, run.plannedAt, now)),
    );
    return true;
  }
  const segment = liveVersion(definitions, trigger.audience!);
  if (segment === undefined) return false;
  const contacts = await membersAfter(engine.database, segment, run.cursor, chunkSize);
  if (contacts.length > 0) {
    await enrollChunk(engine, run, published, contacts, through);
    return true;
  }
  const next = nextAfter(published, trigger, run.plannedAt, now);
  await engine.database.transaction((tx) => endRun(tx, run, next));
  return false;
}

const liveVersion = (definitions: Definitions, segment: string): number | undefined =>
  [...definitions.versions.values()].find(
    (one) => one.segment === segment && one.status === 'live' && one.until === Infinity,
  )?.id;

const scheduleOf = ({ campaign }: PublishedCampaign): Trigger | undefined =>
  campaign.triggers.find((one) => one.audience !== undefined);

/** A campaign's planned instant that has not begun within its age limit is left out; a broadcast waits for its author. */
const isMissed = (run: CampaignRun, { kind, campaign }: PublishedCampaign, now: Instant): boolean =>
  kind === 'campaign' && !run.begun && now - run.plannedAt > campaign.maxAge;

/** The next instant that is not missed already; none in a version that newcomers do not get any more. */
function nextAfter(
  published: PublishedCampaign,
  trigger: Trigger,
  after: Instant,
  now: Instant,
): Instant | undefined {
  if (!published.current) return undefined;
  return nextPlanned(trigger, Math.max(after, now - published.campaign.maxAge));
}

async function enrollChunk(
  engine: Engine,
  run: CampaignRun,
  published: PublishedCampaign,
  contacts: readonly ContactId[],
  through: Instant,
): Promise<void> {
  const begun = new Set<ContactId>();
  let place = run;
  await evaluateContacts(engine, {
    contacts,
    begin: (definitions) => {
      if (!definitions.campaigns.has(run.version)) throw new RunTaken();
      begun.clear();
    },
    move: (person, definitions) => {
      if (person.repair !== null) return;
      passTime(person, through + 1, through, definitions);
      const published = definitions.campaigns.get(run.version)!;
      const segment = liveVersion(definitions, scheduleOf(published)!.audience!);
      if (segment === undefined || !person.members.has(segment) || person.erased || person.absorbed) return;
      person.clock = Math.max(person.clock, through);
      person.evaluated = true;
      if (begin(person, published, { kind: 'planned', at: run.plannedAt }, definitions)) begun.add(person.id);
    },
    after: async (tx, some, set) => {
      const failed = some.filter((id) => set.persons.get(id)?.repair !== null);
      const enrolled = [...begun].filter((id) => set.persons.get(id)?.repair === null);
      const cursor = some.at(-1)!;
      const audience = enrolled.length + failed.length;
      if (!(await moveRun(tx, place, { cursor, audience }))) throw new RunTaken();
      await queueMessages(
        tx,
        failed.flatMap((contact) => unsendable(contact, published, run)),
      );
      place = { ...place, cursor };
    },
  }).catch((error: unknown) => {
    if (!(error instanceof RunTaken)) throw error;
  });
}

/** Who cannot be evaluated is considered too, and shows in the report with that reason. */
function unsendable(
  contact: ContactId,
  { key, kind, versionId, campaign }: PublishedCampaign,
  run: CampaignRun,
): QueuedMessage[] {
  const enrollment = stableUuid('enrollment', key, causeKey({ kind: 'planned', at: run.plannedAt }));
  const step = campaign.steps.find(({ template }) => template !== undefined);
  if (!step?.template) return [];
  const message = {
    contact,
    id: stableUuid('message', contact, enrollment, step.id, '1'),
    enrollment,
    step: step.id,
    visit: 1,
    campaign: key,
    version: versionId,
    topic: campaign.topic,
    from: campaign.from,
    template: step.template.key,
    templateVersion: step.template.version,
    notQueued: 'evaluation-failed' as const,
    isTold: kind === 'campaign',
    chain: [key],
    lane: '',
    at: run.plannedAt,
    expiresAt: run.plannedAt,
  };
  return [message];
}

/** Somebody else moved the run on, or it was canceled: the chunk is rolled back. */
class RunTaken extends Error {}
