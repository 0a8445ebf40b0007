import { checkItem, type Fact, type IdentityKey, normalizeAddress, normalizePhone } from '@entente/event';
import { type Instant, isObject, type JsonObject, type Problem, type Uuid } from '@entente/kernel';
import { ApiProblem } from '../http/api-problem';

export interface TraitsChange {
  readonly key: IdentityKey;
  readonly traits: Record<string, unknown>;
  readonly source: number;
  readonly messageId: Uuid;
  readonly now: Instant;
}

/** The identify fact that sets traits of whoever has this key; throws 422 with every problem. */
export function traitsFact({ key, traits, source, messageId, now }: TraitsChange): Fact {
  const raw = { type: 'identify', userId: 'somebody', messageId, traits: inOneSpelling(traits) };
  const checked = checkItem(raw, { source, receivedAt: now, newId: () => messageId });
  const problems = [...addressProblems(traits), ...('problems' in checked ? checked.problems : [])];
  if ('problems' in checked || problems.length)
    throw new ApiProblem(422, 'invalid', 'The traits have problems.', distinct(problems));
  const { userId: _, ...fact } = checked.fact;
  return { ...fact, ...whoHas(key) };
}

function whoHas(key: IdentityKey): Pick<Fact, 'userId' | 'anonymousId' | 'contact'> {
  if (key.startsWith('user:')) return { userId: key.slice('user:'.length) };
  if (key.startsWith('anonymous:')) return { anonymousId: key.slice('anonymous:'.length) };
  return { contact: [key] };
}

const identifying = {
  email: {
    read: (text: string) => normalizeAddress(text)?.address,
    expected: 'one plain e-mail address, or null',
  },
  phone: {
    read: normalizePhone,
    expected: 'a phone number with its country code, such as +33612345678, or null',
  },
} as const;

/** What identifies somebody must be what it says: this is a trusted source. */
function addressProblems(traits: Record<string, unknown>): Problem[] {
  return (['email', 'phone'] as const).flatMap((name) => {
    const value = traits[name];
    if (value === undefined || value === null) return [];
    const { read, expected } = identifying[name];
    if (typeof value === 'string' && read(value) !== undefined) return [];
    return [{ path: `traits.${name}`, code: name, message: `is not ${expected}`, expected }];
  });
}

function inOneSpelling(traits: Record<string, unknown>): JsonObject {
  const spelled = Object.entries(traits).map(([name, value]) => {
    const read = name === 'email' || name === 'phone' ? identifying[name].read : undefined;
    return [name, (read && typeof value === 'string' && read(value)) || value];
  });
  const object: unknown = Object.fromEntries(spelled);
  return isObject(object) ? (object as JsonObject) : {};
}

const distinct = (problems: readonly Problem[]): Problem[] => [
  ...new Map(problems.map((problem) => [problem.path, problem])).values(),
];
