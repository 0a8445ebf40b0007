import { isObject, type Problem } from '@entente/kernel';

/** Deeper bodies are refused: nothing that people write needs more. */
const MAX_DEPTH = 64;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** What is wrong with a text that nothing can store: a NUL character or half a surrogate pair. */
function flaw(text: string): Pick<Problem, 'code' | 'message'> | undefined {
  if (text.includes('\u0000')) return { code: 'nul', message: 'has a NUL character, which no text may have' };
  if (LONE_SURROGATE.test(text)) return { code: 'surrogate', message: 'has half a surrogate pair' };
  return undefined;
}

/** Every text in a value, names of fields too, that could not be stored or would be unsafe as a name. */
export function textProblems(value: unknown, path = '', depth = 0): Problem[] {
  if (depth > MAX_DEPTH)
    return [{ path, code: 'depth', message: `is nested deeper than ${MAX_DEPTH} levels` }];
  if (typeof value === 'string') return at(path, flaw(value));
  if (Array.isArray(value))
    return value.flatMap((item, index) => textProblems(item, `${path}[${index}]`, depth + 1));
  return isObject(value) ? fieldProblems(value, path, depth) : [];
}

function fieldProblems(value: Record<string, unknown>, path: string, depth: number): Problem[] {
  return Object.keys(value).flatMap((key) => {
    if (FORBIDDEN_KEYS.has(key))
      return [{ path, code: 'name', message: `the name "${key}" cannot be used`, expected: 'another name' }];
    const inner = path ? `${path}.${key}` : key;
    return [...at(path, flaw(key)), ...textProblems(value[key], inner, depth + 1)];
  });
}

const at = (path: string, found: Pick<Problem, 'code' | 'message'> | undefined): Problem[] =>
  found ? [{ path, ...found }] : [];
