import { address } from './address';
import { erased } from './erased';
import type { Gate, GateFacts, GateRefusal } from './gate';
import { paused } from './paused';
import { permission } from './permission';
import { suppressed } from './suppressed';

export type { EndReason, Gate, GateFacts, GateRefusal, StandingSuppression } from './gate';

/** In order of authority: what the person asked for, then the state of our own campaign. A gate is one file and one line here. */
export const gates = { erased, address, suppressed, permission, paused } satisfies Record<string, Gate>;
export type GateName = keyof typeof gates;

export interface Refusal extends GateRefusal {
  readonly gate: GateName;
}

/** Why this message must not go now, by the first gate that objects; undefined when it may. */
export function refusal(facts: GateFacts): Refusal | undefined {
  for (const [gate, objects] of Object.entries(gates) as [GateName, Gate][]) {
    const objection = objects(facts);
    if (objection) return { gate, ...objection };
  }
  return undefined;
}
