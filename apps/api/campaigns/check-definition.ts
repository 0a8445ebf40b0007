import { asStored, parseBroadcast, parseCampaign, type Campaign, type Known } from '@entente/campaign';
import { type CampaignKind, definitionNames, type Tx } from '@entente/storage';
import { Invalid } from '@entente/kernel';
import { ApiProblem } from '../http/api-problem';

const parsers = { campaign: parseCampaign, broadcast: parseBroadcast };

/** Reads a definition against the names that exist now; throws 422 with every problem. */
export async function checkDefinition(tx: Tx, kind: CampaignKind, json: unknown): Promise<Campaign> {
  const parsed = parsers[kind](json, await knownNames(tx));
  if ('campaign' in parsed) return withOneSchedule(parsed.campaign);
  throw new ApiProblem(422, 'invalid', `The ${kind} has problems.`, parsed.problems);
}

/** A definition that was checked when it was written; what it names may be gone by now. */
export function storedDefinition(kind: CampaignKind, json: unknown): Campaign | undefined {
  const parsed = parsers[kind](json, asStored);
  return 'campaign' in parsed ? parsed.campaign : undefined;
}

async function knownNames(tx: Tx): Promise<Known> {
  const { topics, fromAddresses, segments, tellers, lists, templates } = await definitionNames(tx);
  return {
    topic: (key) => topics.has(key),
    from: (key) => fromAddresses.has(key),
    segment: (key) => segments.has(key),
    teller: (key) => tellers.has(key),
    list: (key) => lists.has(key),
    template: (key, version) => (templates.get(key) ?? 0) >= (version ?? 1),
  };
}

/** A campaign's planned instants are those of one schedule. */
function withOneSchedule(campaign: Campaign): Campaign {
  const second = campaign.triggers.flatMap(({ audience }, index) => (audience ? [index] : []))[1];
  if (second === undefined) return campaign;
  throw Invalid.at(
    `triggers[${second}]`,
    'two-schedules',
    'A campaign has one schedule at most.',
    'another campaign for the second schedule',
  );
}
