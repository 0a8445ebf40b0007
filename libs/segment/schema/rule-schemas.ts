import { mailSchemas } from '../behavior/mail';
import { seriesSchemas } from '../behavior/named';
import { bounds } from '../bounds';
import { unitNames } from '../calendar-unit';
import { ANY } from '../comparisons/filter-of';
import { numeric } from '../comparisons/numeric';
import type { OperatorTable } from '../comparisons/operator-table';
import { operators } from '../comparisons/registry';
import { kindNamed, kindNames } from '../conditions/registry';
import { startSchemas } from '../parse-starts';
import { zoneSchema } from '../time-zone';
import { operatorSchemas } from './operator-schemas';
import { anyOf, closed, pairOf, refTo, scalar, type Schema, type SchemaName } from './schema';

/** The rule language as schemas that refer to each other, for OpenAPI. What they do not say, such as bounds of a whole rule, `parseRule` does. */
export const ruleSchemas = (): Readonly<Record<SchemaName, Schema>> => ({
  Rule: { description: 'A group or a condition. See docs/segments.md.', oneOf: [...groups, ...conditions()] },
  Comparison: {
    description: 'A value that must be equal, or operators that must all hold.',
    ...anyOf(scalar, withOperators(operators)),
  },
  NumberComparison: { ...anyOf({ type: 'number' }, withOperators(numeric)) },
  Filter: {
    description:
      'Comparisons by the path of a property, all for the same event. `$name` is its name, `$at` its instant, `$context` what was around it.',
    type: 'object',
    properties: {
      [ANY]: {
        description: 'Filters one of which must hold.',
        type: 'array',
        items: refTo('Filter'),
        minItems: 2,
        maxItems: bounds.filters,
      },
    },
    additionalProperties: refTo('Comparison'),
    minProperties: 1,
    maxProperties: bounds.filters,
  },
  Window: {
    description:
      'How far back or ahead: exactly, or by the calendar, of the time zone of the contact or of another.',
    ...anyOf(
      { type: 'string', example: 'P30D' },
      closed({ calendar: { type: 'string', example: 'P3M' }, zone: zoneSchema }, ['calendar']),
    ),
  },
  During: {
    description:
      'Whole units of the calendar in the time zone of the contact, or in another, counted from the present one, which is 0.',
    ...anyOf(...unitNames.map((unit) => closed({ [unit]: unitNumbers, ...startSchemas(unit) }, [unit]))),
  },
  Series: {
    description: 'The events of some names that pass one filter, or what became of mails.',
    ...anyOf(closed(seriesSchemas, ['event']), closed(mailSchemas, ['message'])),
  },
});

const unitNumber: Schema = { type: 'integer' };
const unitNumbers = anyOf(unitNumber, pairOf(unitNumber));

const nodes: Schema = { type: 'array', items: refTo('Rule'), minItems: 1, maxItems: bounds.nodes };
const groups: readonly Schema[] = [
  closed({ all: nodes }, ['all']),
  closed({ any: nodes }, ['any']),
  closed({ not: refTo('Rule') }, ['not']),
];

const conditions = (): Schema[] =>
  kindNames.map((name) => {
    const { schemas, required = [] } = kindNamed(name);
    return { title: name, ...closed(schemas, [name, ...required]) };
  });

const withOperators = (table: OperatorTable): Schema => ({
  ...closed(operatorSchemas(table)),
  minProperties: 1,
});
