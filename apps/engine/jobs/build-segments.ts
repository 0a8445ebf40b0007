import { byContactId, SECOND, type ContactId, type Duration, type Instant } from '@entente/kernel';
import {
  buildingVersions,
  noteBuildBegun,
  noteBuilt,
  takeLease,
  writeVerdicts,
  type BuildingVersion,
  type BuildStep,
  type Verdict,
} from '@entente/storage';
import { isDataError } from '../data-error';
import type { Definitions } from '../definitions';
import { chunkSize, leaseLength, type Engine } from '../engine';
import { evaluateContacts } from '../evaluate-contacts';
import { passTime } from '../move-person';
import { settle } from '../settle';
import { untilSettled } from '../start-over';
import { whileLeased } from '../while-leased';
import { BuildPlan, type BuildChunk } from './build-plan';
import { swap } from './swaps';

/**
 * Builds segment versions a chunk of contacts at a time, while batches keep them for the contacts that they touch; then swaps them
 * in at once. Only who may differ from somebody without events and traits is decided for; the others are what everybody is. What is written
 * meanwhile is built afterwards, or what is under way would never end. Gives whether there is more to do.
 */
export async function buildSegments(engine: Engine): Promise<boolean> {
  const { database } = engine;
  const busy = isBusy(engine);
  const building = await buildingVersions(database);
  if (building.length === 0) {
    builds.delete(engine);
    return false;
  }
  const versions = inHand(engine, building);
  if (!(await takeBuild(engine))) return false;
  const now = engine.clock.now();
  const written = versions.map(({ age }) => Math.floor(now - age));
  const through = await engine.through.pastWhatWasDone(database, Math.max(...written));
  if (through === undefined) return true;
  const build = await buildOf(engine, versions, Math.min(...written, through));
  // To find who deviates, or to evaluate those who have done much, may take longer than a lease.
  if (build)
    await whileLeased(
      () => takeBuild(engine),
      () => buildOn(engine, build, smallest(versions.map((version) => version.cursor)), { through, busy }),
    );
  return true;
}

/** The next chunk behind a contact, or the swap when there is none. */
async function buildOn(
  engine: Engine,
  build: Build,
  cursor: ContactId,
  circumstances: Circumstances,
): Promise<void> {
  const { database } = engine;
  const began = performance.now();
  const chunk = await build.plan.chunkAfter(database, cursor, circumstances.busy);
  if (!chunk) {
    await swap(engine, build.versions);
    builds.delete(engine);
    return;
  }
  const built = await buildChunk(engine, build, chunk, circumstances);
  await noteBuilt(database, build.versions, { ...built, took: performance.now() - began });
}

const smallest = (cursors: readonly ContactId[]): ContactId =>
  cursors.reduce((a, b) => (BigInt(b) < BigInt(a) ? b : a));

const takeBuild = (engine: Engine): Promise<boolean> =>
  takeLease(engine.database, 'build', engine.id, leaseLength);

/** Versions that are built together. */
interface Build {
  readonly versions: readonly number[];
  readonly plan: BuildPlan;
  /** Since before its contacts were looked for: from these on batches keep the versions for whom they touch. */
  readonly definitions: Definitions;
}

/** What each engine is building. */
const builds = new WeakMap<Engine, Build>();

/**
 * What is left of the versions that are under way; where nothing is, all. None of them names a version that came later: whoever writes a segment
 * that some of them name has those written anew, too.
 */
function inHand(engine: Engine, building: readonly BuildingVersion[]): readonly BuildingVersion[] {
  const versions = new Set(builds.get(engine)?.versions);
  const left = building.filter(({ id }) => versions.has(id));
  return left.length > 0 ? left : building;
}

/** The build in hand, or a new one for other versions; undefined where one of them is not being built any more. */
async function buildOf(
  engine: Engine,
  left: readonly BuildingVersion[],
  written: Instant,
): Promise<Build | undefined> {
  const versions = left.map(({ id }) => id);
  const before = builds.get(engine);
  if (before?.versions.join() === versions.join()) return before;
  const definitions = await engine.definitions.current();
  if (!versions.every((version) => definitions.versions.has(version))) return undefined;
  const build: Build = {
    versions,
    definitions,
    plan: new BuildPlan(definitions.book, versions, written, definitions.commonNames),
  };
  await noteBuildBegun(engine.database, versions);
  builds.set(engine, build);
  return build;
}

/** How long the stream and the timers of each engine had worked by when, a second ago or longer. */
const bustles = new WeakMap<Engine, { readonly at: number; readonly worked: Duration }>();

/** The share of the time beyond which there is other work to leave time for: a timer now and then is none. */
const LITTLE = 0.05;

/** Whether the stream or the timers have something to do. */
function isBusy(engine: Engine): boolean {
  const now = performance.now();
  const { worked } = engine.bustle;
  const before = bustles.get(engine);
  if (!before || now - before.at >= SECOND) bustles.set(engine, { at: now, worked });
  return !before || worked - before.worked > LITTLE * Math.max(SECOND, now - before.at);
}

/** Up to when time has passed for the contacts of a chunk, and whether there is other work to leave time for. */
interface Circumstances {
  readonly through: Instant;
  readonly busy: boolean;
}

/** Gives for whom it was built, and up to whom: it ends early where there is something else to do by now. */
async function buildChunk(
  engine: Engine,
  build: Build,
  { contacts, deviating, to }: BuildChunk,
  circumstances: Circumstances,
): Promise<Pick<BuildStep, 'contacts' | 'to'>> {
  const { through } = circumstances;
  const { usual, verdicts } = build.plan;
  const decided = await inLanes(engine, deviating, circumstances, async (some) => {
    const rest = verdicts
      ? await writeFound(engine, build, some, through, (definitions) =>
          verdicts.at(engine.database, some, through, definitions),
        )
      : some;
    await evaluate(engine, build, rest, through);
  });
  const end = decided < deviating.length ? deviating[decided - 1]! : to;
  const built = contacts.filter((contact) => byContactId(contact, end) <= 0);
  const deviate = new Set(deviating);
  const others = built.filter((contact) => !deviate.has(contact));
  const rest = await writeFound(engine, build, others, through, () =>
    others.map((contact) => ({ contact, members: usual, due: undefined })),
  );
  for (let done = 0; done < rest.length;)
    done += await inLanes(engine, rest.slice(done), circumstances, (some) =>
      evaluate(engine, build, some, through),
    );
  return { contacts: built, to: end };
}

/** Writes what was found of those whom no batch may have decided for since the plan was made. Gives who is left to be evaluated. */
async function writeFound(
  engine: Engine,
  { definitions, versions }: Build,
  contacts: readonly ContactId[],
  now: Instant,
  verdictsBy: (definitions: Definitions) => Verdict[] | Promise<Verdict[]>,
): Promise<ContactId[]> {
  if (contacts.length === 0) return [];
  const written = await untilSettled(async () => {
    const latest = await engine.definitions.latest();
    // What is left of versions of which one was given up may mean something else.
    if (!versions.every((version) => latest.versions.has(version))) return [];
    const verdicts = await verdictsBy(latest);
    return engine.database.keyedTransaction(async (tx) => {
      await engine.definitions.hold(tx, latest);
      return writeVerdicts(tx, verdicts, { versions, before: definitions.generation, now });
    });
  }).catch((error: unknown) => {
    if (isDataError(error)) return [];
    throw error;
  });
  const done = new Set(written);
  return contacts.filter((contact) => !done.has(contact));
}

/** Transactions at a time where there is nothing else to do. */
const lanesAlone = 3;

/**
 * Each lane takes the next contacts when it has done with those before; several end when there is something else to do. Gives of
 * how many the work was done, the first ones, and of any at least one.
 */
async function inLanes(
  engine: Engine,
  contacts: readonly ContactId[],
  { busy }: Circumstances,
  work: (some: readonly ContactId[]) => Promise<void>,
): Promise<number> {
  const lanes = busy ? 1 : lanesAlone;
  const size = Math.min(Math.ceil(contacts.length / lanes), chunkSize);
  const { transactions } = engine.bustle;
  let from = 0;
  let isOver = false;
  const lane = async () => {
    while (from < contacts.length && !isOver) {
      const some = contacts.slice(from, (from += size));
      try {
        await work(some);
      } catch (error) {
        isOver = true;
        throw error;
      }
      isOver ||= !busy && engine.bustle.transactions !== transactions;
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: lanes }, lane));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  return Math.min(from, contacts.length);
}

async function evaluate(
  engine: Engine,
  { versions, plan }: Build,
  contacts: readonly ContactId[],
  through: Instant,
): Promise<void> {
  if (contacts.length === 0) return;
  await evaluateContacts(engine, {
    contacts,
    passed: Math.min(plan.written, through),
    move: (person, definitions) => {
      passTime(person, through + 1, through, definitions);
      person.clock = Math.max(person.clock, through);
      const building = versions.filter((id) => definitions.versions.has(id));
      settle(person, { kind: 'build' }, definitions, building);
    },
  });
}
