import { exists } from './exists';
import { numeric } from './numeric';

/** Adding an operator is one file and one line here; traits and event properties read this table. */
export const operators = {
  ...numeric,
  exists,
} as const;

export type OperatorName = keyof typeof operators;
export const operatorNames = Object.keys(operators) as OperatorName[];
