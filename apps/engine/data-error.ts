import { DomainError } from '@entente/kernel';
import { sqlState } from '@entente/storage';

/** SQLSTATE classes that blame the data: cardinality, data exception, constraint violation. */
const dataStates = ['21', '22', '23'];

/** Whether an error lies in what was handled, and would come again; any other is tried again, and discards nothing. */
export function isDataError(error: unknown): boolean {
  const state = sqlState(error);
  if (state) return dataStates.includes(state.slice(0, 2));
  return (
    error instanceof DomainError ||
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof SyntaxError
  );
}

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
