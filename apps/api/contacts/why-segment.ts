import { type ContactId, type Instant, type Json, NotFound } from '@entente/kernel';
import { readTraits } from '@entente/profile';
import { explain, type HistoryEvent } from '@entente/segment';
import {
  findSegment,
  loadHistories,
  membershipSince,
  ownSource,
  ruleGround,
  segmentsOf,
  sourceRanks,
  storedRule,
  traitsOf,
  type Tx,
} from '@entente/storage';
import { shown } from '../http/views';
import type { WhySegment } from './why-view';

export interface Person {
  readonly contact: ContactId;
  readonly lineage: readonly ContactId[];
}

/** Whether somebody is in a segment, and every condition's value over what is known of them now. */
export async function whySegment(
  tx: Tx,
  { contact, lineage }: Person,
  key: string,
  now: Instant,
): Promise<WhySegment> {
  const segment = await findSegment(tx, key);
  if (!segment) throw new NotFound(`There is no segment ${key}.`);
  const since = segment.liveId === null ? undefined : await membershipSince(tx, contact, segment.liveId);
  const memberOf = await segmentsOf(tx, contact);
  const facts = {
    contact,
    timeZone: (await ruleGround(tx)).timeZone,
    traits: readTraits(await traitsOf(tx, contact), await sourceRanks(tx)),
    history: await historyOf(tx, lineage),
    memberOf: (other: string) => memberOf.has(other),
  };
  const because = explain(storedRule(segment.liveRule ?? segment.rule), facts, now) as unknown as Json;
  return {
    key,
    member: since !== undefined,
    since: shown(since ?? null),
    version: segment.liveVersion ?? segment.version,
    because,
  };
}

/** The events of a person, each once: a copy under two contacts of the lineage is one event. */
async function historyOf(tx: Tx, lineage: readonly ContactId[]): Promise<HistoryEvent[]> {
  const stored = [...(await loadHistories(tx, lineage)).values()].flat();
  const own = await ownSource(tx);
  const events = stored.map(({ message: id, at, name, properties, source }) => ({
    ...{ id, at, name, properties },
    ...(source === own && { own: true }),
  }));
  return [...new Map(events.map((event) => [event.id, event])).values()];
}
