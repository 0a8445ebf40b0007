import { ANYTHING } from '@entente/segment';

/** SQL: whether an event is of one of the names in a parameter, among which `ANYTHING` stands for all. */
export const named = (parameter: `$${number}`): string =>
  `(name = ANY(${parameter}::text[]) OR '${ANYTHING}' = ANY(${parameter}::text[]))`;
