import type { Json, JsonObject } from '@entente/kernel';
import { bounds } from './bounds';

const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** A text that can be stored and compared: not empty, not long, no NUL and no half of a surrogate pair. */
export const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= bounds.text && !UNSTORABLE.test(value);

const BACKSLASH = '\\';
const ESCAPED = /\\([.\\])/g;
const STEP = /(?:\\[.\\]|[^.])+/g;

/** A dot path, such as `address.city`: names between single dots. A dot in a name is `\.`, and a backslash `\\`. */
export const isPath = (value: unknown): value is string =>
  isText(value) &&
  value
    .replace(ESCAPED, '-')
    .split('.')
    .every((step) => step !== '');

/** Whether a backslash in it stands for nothing. */
export const hasLoneBackslash = (path: string): boolean => path.replace(ESCAPED, '').includes(BACKSLASH);

/** Among an event's properties, these name the instant at which it happened, its own name, and what was around it. */
export const INSTANT = '$at';
export const NAME = '$name';
export const CONTEXT = '$context';

/** Whether a path of an event leads into what was around it. */
export const isOfContext = (path: string): boolean => path.startsWith(`${CONTEXT}.`);

/** Whether it leads to one of its properties. */
export const isOfProperties = (path: string): boolean => path !== NAME && !isOfContext(path);

/** A path taken apart into names, for `valueAt`. */
export const stepsOf = (path: string): readonly string[] =>
  path.includes(BACKSLASH) ? path.match(STEP)!.map((step) => step.replace(ESCAPED, '$1')) : path.split('.');

/** What stands beside a value in the same object, by dot paths. */
export const besideIn =
  (root: JsonObject) =>
  (path: string): Json | undefined =>
    valueAt(root, stepsOf(path));

/** The value that a path leads to through objects; undefined when there is none, and for null, which is no value. */
export function valueAt(root: JsonObject, steps: readonly string[]): Json | undefined {
  let value: Json = root;
  for (const step of steps) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    if (!Object.hasOwn(value, step)) return undefined;
    value = (value as JsonObject)[step]!;
  }
  return value ?? undefined;
}
