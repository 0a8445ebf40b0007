import { identityNames } from '@entente/event';
import { ANYTHING } from '@entente/segment';

const others = identityNames.map((name) => `'${name}'`).join(', ');

/** SQL: whether an event may be meant by one of the names in a parameter, among which may be `ANYTHING`. */
export const named = (parameter: `$${number}`): string =>
  `(name = ANY(${parameter}::text[]) OR ('${ANYTHING}' = ANY(${parameter}::text[]) AND name NOT IN (${others})))`;
