import type { JsonObject } from '@entente/kernel';
import { compileBook, evaluate, parseRule, traitsNamed, type HistoryEvent, type Rule } from '.';
import { stepsOf } from './read';

const ruleOf = (json: unknown, stored = false): Rule => {
  const read = parseRule(json, 'rule', stored);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.rule;
};
const found = (json: unknown): string[] => {
  const read = parseRule(json);
  return 'problems' in read ? read.problems.map(({ path, code }) => `${path} ${code}`) : [];
};
const event = (properties: JsonObject, name = 'X'): HistoryEvent => ({ at: 1, id: '1', name, properties });
const holds = (
  json: unknown,
  { traits = {}, history = [] }: { traits?: JsonObject; history?: readonly HistoryEvent[] },
): boolean =>
  evaluate(ruleOf(json), { contact: '1', timeZone: 'UTC', traits, history, memberOf: () => false }, 2);

describe('a path', () => {
  it.each([
    ['a', ['a']],
    ['a.b', ['a', 'b']],
    [String.raw`a\.b`, ['a.b']],
    [String.raw`a\.b.c\.d`, ['a.b', 'c.d']],
    [String.raw`a\\.b`, ['a\\', 'b']],
    [String.raw`a\\\.b`, ['a\\.b']],
    [String.raw`\.`, ['.']],
    [String.raw`a.\.\\`, ['a', '.\\']],
    ['a]\\.b', ['a].b']],
  ])('%s leads through %j', (path, names) => {
    expect(stepsOf(path)).toEqual(names);
    expect(found({ trait: path, exists: true })).toEqual([]);
    const traits = names.reduceRight<JsonObject[string]>((inner, name) => ({ [name]: inner }), 'x');
    expect(holds({ trait: path, eq: 'x' }, { traits: traits as JsonObject })).toBe(true);
    expect(holds({ event: 'X', where: { [path]: 'x' } }, { history: [event(traits as JsonObject)] })).toBe(
      true,
    );
  });

  it.each([String.raw`a\b`, '\\', String.raw`a\\\b`, String.raw`\$name`, String.raw`a\.\.\ `])(
    '%s has a backslash that stands for nothing',
    (path) => {
      expect(found({ trait: path, exists: true })).toEqual(['rule.trait path']);
      expect(found({ event: 'X', sum: { of: path, gt: 1 } })).toEqual(['rule.sum.of path']);
      expect(found({ trait: 'a', some: { b: { eq: { property: path } } } })).toEqual([
        'rule.some.b.eq.property path',
      ]);
    },
  );

  it.each([String.raw`a\\..b`, String.raw`.a\.b`, String.raw`a\..`])('%s lacks a name', (path) =>
    expect(found({ trait: path, exists: true })).toEqual(['rule.trait path']),
  );

  it('that is stored with such a backslash leads to the name that has it', () => {
    const { trait } = ruleOf({ trait: 'a\\b.c\\', exists: true }, true) as { trait: string };
    expect(stepsOf(trait)).toEqual(['a\\b', 'c\\']);
  });
});

describe('a name with a dot in it', () => {
  const dotted = { 'utm.source': 'news', utm: { source: 'ads' } };

  it('is not the field of an object', () => {
    const both = { traits: dotted, history: [event(dotted)] };
    expect(holds({ trait: String.raw`utm\.source`, eq: 'news' }, both)).toBe(true);
    expect(holds({ trait: 'utm.source', eq: 'ads' }, both)).toBe(true);
    const where = { [String.raw`utm\.source`]: 'news', 'utm.source': 'ads' };
    expect(holds({ event: 'X', where }, both)).toBe(true);
    const beside = { [String.raw`utm\.source`]: { ne: { property: 'utm.source' } } };
    expect(holds({ event: 'X', where: beside }, both)).toBe(true);
    expect(holds({ trait: 'utm.source', ne: { trait: String.raw`utm\.source` } }, both)).toBe(true);
    const list = { list: [dotted] };
    expect(holds({ trait: 'list', some: { [String.raw`utm\.source`]: 'news' } }, { traits: list })).toBe(
      true,
    );
  });

  it('is neither reserved nor of a company', () => {
    const history = [
      event({ '$context.locale': 'fr', $name: 'Y' }),
      { ...event({ 'company.plan': 'pro' }, 'Identified'), identify: true },
    ];
    expect(holds({ event: 'X', where: { [String.raw`$context\.locale`]: 'fr' } }, { history })).toBe(true);
    const changed = { before: '2026-01-01' };
    expect(holds({ trait: String.raw`company\.plan`, changed }, { history })).toBe(true);
    expect(holds({ trait: 'company.plan', changed }, { history })).toBe(false);
  });

  it('is named, kept and looked for by itself', () => {
    const changed = { before: { trait: String.raw`ends\.at.day` } };
    const rule = ruleOf({ trait: String.raw`utm\.source`, changed });
    expect(traitsNamed(rule)).toEqual(['utm.source', 'ends.at', 'timezone']);
    const where = { [String.raw`utm\.source`]: 'news', [String.raw`a.b\\`]: 1 };
    const counted = ruleOf({ event: 'X', where, distinct: { of: String.raw`n\.m`, gte: 2 } });
    const book = compileBook([{ id: 1, segment: 's', status: 'live', rule: counted }]);
    expect(book.deviation([1], 2).events).toMatchObject([
      { properties: { 'utm.source': 'news', a: { 'b\\': 1 } } },
    ]);
    const said = { 'utm.source': 'news', a: { 'b\\': 1 } };
    const state = book.foldAll([1, 2].map((n) => ({ ...event({ ...said, 'n.m': n }), id: `${n}` })));
    expect(book.members({ contact: '1', state, traits: {} }, 2)).toEqual(new Set([1]));
  });
});
