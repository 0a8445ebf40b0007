import { checkIdentity, checkItem, type Fact } from '@entente/event';
import { Invalid, NotFound, type Instant, type Uuid } from '@entente/kernel';
import { ApiProblem } from '../http/api-problem';

export interface CompanyTraits {
  readonly company: string;
  readonly traits: Record<string, unknown>;
  readonly source: number;
  readonly messageId: Uuid;
  readonly now: Instant;
}

/** The fact that sets traits of a company and names nobody; throws 422 with every problem. */
export function companyFact({ company, traits, source, messageId, now }: CompanyTraits): Fact {
  const raw = { type: 'group', userId: 'somebody', groupId: company, messageId, traits };
  const checked = checkItem(raw, { source, receivedAt: now, newId: () => messageId });
  if ('problems' in checked)
    throw new ApiProblem(422, 'invalid', 'The traits have problems.', checked.problems);
  const { userId: _, ...fact } = checked.fact;
  return fact;
}

/** The id of a company that should exist: what no company can be called is not found. */
export function existingCompany(text: string): string {
  const checked = checkIdentity(text);
  if (!('id' in checked)) throw new NotFound('There is no such company.');
  return checked.id;
}

/** The id of a company that may be new. */
export function newCompany(text: string): string {
  const checked = checkIdentity(text);
  if ('id' in checked) return checked.id;
  throw Invalid.at('company', checked.code, `The company ${checked.wrong}.`, 'the groupId of the company');
}
