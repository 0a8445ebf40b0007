import type { FeedbackName } from '@entente/event';
import { parseFilter, type Filter } from '../comparisons/filter';
import { Findings } from '../findings';

/** The feed of what Entente tells with these properties. */
export const ownFeed = (name: FeedbackName, values: OwnValues) =>
  ({ event: name, own: true, ...whereOwn(values) }) as const;

/** Properties, and the value or values that they may have, or operators for them; those without any are not asked for. */
export interface OwnValues {
  readonly [property: string]: string | readonly string[] | object | undefined;
}

function whereOwn(values: OwnValues): { readonly where?: Filter } {
  const asked = Object.entries(values).flatMap(([property, value]) =>
    value === undefined ? [] : [[property, Array.isArray(value) ? { in: value } : value] as const],
  );
  const where = asked.length > 0 && parseFilter(Object.fromEntries(asked), '', new Findings());
  return where ? { where } : {};
}
