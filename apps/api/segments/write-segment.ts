import { canonicalJson, Conflict, type Json, NotFound, type Problem } from '@entente/kernel';
import { costProblems, parseRule, ruleText, unknownReferences, type Rule } from '@entente/segment';
import {
  alterSegment,
  countersOf,
  type Database,
  deleteSegment,
  findSegment,
  lockAuthored,
  publish,
  publishSegment,
  segmentKeys,
  tellerKeys,
  tryPublishing,
  type SegmentRow,
  keysOfLists,
  topicKeys,
  usersOf,
  type Tx,
} from '@entente/storage';
import { ApiProblem } from '../http/api-problem';
import type { Precondition } from '../http/precondition';
import type { SegmentBody } from './segment-body';

/** Problems told at once. */
const MOST_PROBLEMS = 100;

export interface Written {
  readonly row: SegmentRow;
  /** Whether a version is to be built. */
  readonly building: boolean;
}

/** Writes a segment; a rule that means the same as the newest version's makes no new version. */
export function writeSegment(
  database: Database,
  key: string,
  bodyOf: (current: SegmentRow | undefined) => SegmentBody,
  ifMatch: Precondition,
): Promise<Written> {
  return database.transaction(async (tx) => {
    await publish(tx);
    ifMatch(await lockAuthored(tx, 'segment', key));
    const current = await findSegment(tx, key);
    const building = await save(tx, key, bodyOf(current), current);
    return { row: (await findSegment(tx, key))!, building };
  });
}

/** Checks an edit as `writeSegment` would, and gives the rule that it would publish; nothing is written. */
export function tryEdit(
  database: Database,
  key: string,
  bodyOf: (current: SegmentRow | undefined) => SegmentBody,
  ifMatch: Precondition,
): Promise<Rule> {
  return database.transaction(async (tx) => {
    const current = await findSegment(tx, key);
    ifMatch(current?.revision);
    const body = bodyOf(current);
    const rule = await checkedRule(tx, body.rule, key, current?.rule);
    await refuseSilence(tx, key, body, current);
    await tryPublishing(tx, { key, rule });
    return rule;
  });
}

async function save(
  tx: Tx,
  key: string,
  body: SegmentBody,
  current: SegmentRow | undefined,
): Promise<boolean> {
  const rule = await checkedRule(tx, body.rule, key, current?.rule);
  const { name = key, events } = body;
  await refuseSilence(tx, key, body, current);
  if (current && current.status !== 'retired' && sameRule(rule, current.rule)) {
    await alterSegment(tx, { key, name, events });
    return false;
  }
  await publishSegment(tx, { key, name, rule, events, enterOnSwap: body.effects === 'start' });
  return true;
}

async function refuseSilence(
  tx: Tx,
  key: string,
  body: SegmentBody,
  current: SegmentRow | undefined,
): Promise<void> {
  if (!current?.events || body.events) return;
  const counters = await countersOf(tx, key);
  if (counters.length)
    throw new Conflict(
      `The events of the segment ${key} are counted by ${counters.slice(0, 10).join(', ')}.`,
    );
}

const sameRule = (rule: Rule, stored: Json): boolean => {
  const parsed = parseRule(stored, 'rule', true);
  return 'rule' in parsed && ruleText(rule) === ruleText(parsed.rule);
};

/**
 * A rule as its author wrote it, with every name in it known, which may be that of its `own` segment, and at a cost within the
 * budget; throws 422 with all problems. The one that is `stored` was taken when it was written.
 */
export async function checkedRule(tx: Tx, json: unknown, own?: string, stored?: Json): Promise<Rule> {
  const isStored = stored !== undefined && canonicalJson(json as Json) === canonicalJson(stored);
  const parsed = parseRule(json, 'rule', isStored);
  const known = await knownKeys(tx, own);
  const unknown = unknownReferences(parsed.references, ({ to, key }) => known[to].has(key));
  if ('problems' in parsed) throw refusal('The rule has problems.', [...parsed.problems, ...unknown]);
  if (unknown.length) throw refusal('The rule names what does not exist.', unknown);
  const costs = costProblems(parsed.rule);
  if (costs.length) throw refusal('The rule costs too much.', costs);
  return parsed.rule;
}

const refusal = (detail: string, problems: readonly Problem[]): ApiProblem =>
  new ApiProblem(422, 'invalid', detail, problems.slice(0, MOST_PROBLEMS));

/** What a rule may refer to; that of its own segment would be a circle, which is told as such. */
async function knownKeys(tx: Tx, own: string | undefined) {
  const known = {
    segment: await segmentKeys(tx),
    teller: await tellerKeys(tx),
    list: await keysOfLists(tx),
    topic: new Set(await topicKeys(tx)),
  };
  if (own !== undefined) for (const keys of [known.segment, known.teller]) keys.add(own);
  return known;
}

/** Deletes a segment that nothing names. */
export function removeSegment(database: Database, key: string, ifMatch: Precondition): Promise<void> {
  return database.transaction(async (tx) => {
    await publish(tx);
    const revision = await lockAuthored(tx, 'segment', key);
    if (revision === undefined) throw new NotFound(`There is no segment ${key}.`);
    ifMatch(revision);
    const users = await usersOf(tx, 'segment', key);
    if (users.length) throw new Conflict(`The segment ${key} is used by ${users.slice(0, 10).join(', ')}.`);
    await deleteSegment(tx, key);
  });
}
