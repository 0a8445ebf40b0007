import { parseBroadcast, parseCampaign, type Campaign, type Known } from '@entente/campaign';
import { type CampaignKind, definitionNames, type Tx } from '@entente/storage';
import { ApiProblem } from '../http/api-problem';

const parsers = { campaign: parseCampaign, broadcast: parseBroadcast };

/** Reads a definition against the names that exist now; throws 422 with every problem. */
export async function checkDefinition(tx: Tx, kind: CampaignKind, json: unknown): Promise<Campaign> {
  const parsed = parsers[kind](json, await knownNames(tx));
  if ('campaign' in parsed) return parsed.campaign;
  throw new ApiProblem(422, 'invalid', `The ${kind} has problems.`, parsed.problems);
}

async function knownNames(tx: Tx): Promise<Known> {
  const { topics, fromAddresses, segments, templates } = await definitionNames(tx);
  return {
    topic: (key) => topics.has(key),
    from: (key) => fromAddresses.has(key),
    segment: (key) => segments.has(key),
    template: (key, version) => (templates.get(key) ?? 0) >= (version ?? 1),
  };
}
