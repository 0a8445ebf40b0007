import { WEEKDAYS } from './calendar';
import { unitNames, type UnitName, type UnitStarts } from './calendar-unit';
import { below, quote, type Findings } from './findings';
import { word, type Schema } from './schema/schema';
import { zoneNamed, zoneSchema } from './time-zone';

type StartName = keyof UnitStarts;

const MONTHS = 12;

const starts: Readonly<Record<StartName, Start>> = {
  weekStarts: {
    units: ['week'],
    usual: 'monday',
    expected: `one of ${WEEKDAYS.join(', ')}`,
    schema: word(...WEEKDAYS),
    read: (raw) => WEEKDAYS.find((day) => day === raw),
  },
  yearStarts: {
    units: ['quarter', 'year'],
    usual: 1,
    expected: `a month from 1 to ${MONTHS}`,
    schema: { type: 'integer', minimum: 1, maximum: MONTHS },
    read: (raw) =>
      Number.isInteger(raw) && (raw as number) >= 1 && (raw as number) <= MONTHS ? raw : undefined,
  },
  zone: {
    units: unitNames,
    usual: undefined,
    wrong: 'That is no time zone.',
    expected: 'the IANA name of a time zone, such as "Europe/Paris" or "UTC"',
    schema: zoneSchema,
    read: zoneNamed,
  },
};

interface Start {
  readonly units: readonly UnitName[];
  /** What goes without saying. */
  readonly usual: unknown;
  readonly wrong?: string;
  readonly expected: string;
  readonly schema: Schema;
  /** In its canonical form; undefined where it is none. */
  read(raw: unknown): unknown;
}

const startNames = Object.keys(starts) as StartName[];

/** What may stand beside a unit. */
export const startSchemas = (unit: UnitName): Readonly<Record<string, Schema>> =>
  Object.fromEntries(
    startNames
      .filter((name) => starts[name].units.includes(unit))
      .map((name) => [name, { description: starts[name].expected, ...starts[name].schema }]),
  );

/** What stands beside a unit, in its canonical form: without what goes without saying. */
export function parseStarts(
  unit: UnitName,
  fields: Readonly<Partial<Record<StartName, unknown>>>,
  path: string,
  findings: Findings,
): UnitStarts | undefined {
  const written = startNames.filter((name) => fields[name] !== undefined);
  const read = written.map((name) => [name, readOne(unit, name, fields[name], below(path, name), findings)]);
  if (read.some(([, start]) => start === undefined)) return undefined;
  const unusual = read.filter(([name, start]) => start !== starts[name as StartName].usual);
  return Object.fromEntries(unusual) as UnitStarts;
}

function readOne(unit: UnitName, name: StartName, raw: unknown, path: string, findings: Findings): unknown {
  const { units, wrong = 'None begins then.', expected, read } = starts[name];
  if (!units.includes(unit))
    return findings.add(
      path,
      'out-of-place',
      `Beside ${quote(unit)} this says nothing.`,
      `${quote(name)} beside ${units.map(quote).join(' or ')} only`,
    );
  return read(raw) ?? findings.add(path, 'unit', wrong, expected);
}
