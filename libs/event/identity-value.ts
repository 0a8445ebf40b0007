import { isStorable } from './check-data';

export const LONGEST_ID = 200;

/** What programs send when they know nobody: as identities they would make one person of everybody. */
const NOBODY = new Set([
  ...[
    '',
    '0',
    '-1',
    '""',
    "''",
    '{}',
    '[]',
    '[object object]',
    'nan',
    'nil',
    'none',
    'null',
    'undefined',
    'void',
  ],
  ...['true', 'false', 'anonymous', 'guest', 'unknown', 'unidentified', 'not_authenticated', 'visitor'],
  ...[
    'n/a',
    'na',
    '#n/a',
    'default',
    'id',
    'userid',
    'user_id',
    'anonymousid',
    'anonymous_id',
    'distinct_id',
  ],
  ...['00000000-0000-0000-0000-000000000000'],
]);

/** An id as text (a whole number becomes its digits), or what is wrong with it. */
export function checkId(value: unknown): { id: string } | { code: string; wrong: string } {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return checkId(String(value));
  if (typeof value !== 'string')
    return { code: 'type', wrong: 'is neither text nor a whole number below 2^53' };
  const id = value.trim();
  if (id.length > LONGEST_ID) return { code: 'length', wrong: `is longer than ${LONGEST_ID} characters` };
  if (!isStorable(id)) return { code: 'text', wrong: 'holds a NUL or half of a surrogate pair' };
  return { id };
}

/** An id that may stand for one person: `checkId`, and not a word for nobody. */
export function checkIdentity(value: unknown): { id: string } | { code: string; wrong: string } {
  const checked = checkId(value);
  if (!('id' in checked) || !NOBODY.has(checked.id.toLowerCase())) return checked;
  return { code: 'nobody', wrong: `is ${JSON.stringify(checked.id)}, which stands for nobody: leave it out` };
}
