import type { Fields, Instant } from '@entente/kernel';
import type { Rule } from '@entente/segment';
import type { Known } from '../known';

export interface TemplateName {
  readonly key: string;
  /** The version that is pinned; the newest otherwise. */
  readonly version?: number;
}

/** What the contact looks like at this instant. */
export interface Stimulus {
  readonly facts: { holds(rule: Rule): boolean };
}

/** Something to be done outside of the walk. */
export interface Effect {
  readonly kind: 'send';
  readonly step: string;
  readonly visit: number;
  readonly template: string;
  readonly templateVersion?: number;
}

/** Where the walk goes from a step: on to the next one, to a named one, nowhere before an instant, or out. */
export type Way =
  | { readonly go: 'on' }
  | { readonly go: 'to'; readonly step: string }
  | { readonly go: 'wait'; readonly until: Instant }
  | { readonly go: 'out' };

export interface Arrival {
  readonly way: Way;
  readonly effects: readonly Effect[];
}

/** One node of a campaign. It answers for itself; nothing else asks what kind it is. */
export interface Step {
  readonly id: string;
  readonly kind: string;
  /** Where to go on instead of the following step. */
  readonly next?: string;
  /** Steps this one may jump to on its own account, with the JSON path that says so. */
  readonly jumps: readonly { readonly to: string; readonly path: string }[];
  /** Whether a walk always pauses here, which is what makes a loop through it harmless. */
  readonly pauses: boolean;
  /** Whether no walk goes on from here. */
  readonly ends: boolean;
  readonly rules: readonly Rule[];
  readonly template?: TemplateName;
  /** Arrives for the `visit`th time. */
  enter(visit: number, stimulus: Stimulus, now: Instant): Arrival;
}

/** What a kind of step makes of its own fields; `undefined` after it has told every problem. */
export type StepParts = Omit<Step, 'id' | 'kind' | 'next'>;

export interface StepKind {
  /** `id` is the step's id, or a stand-in when it has none. */
  parse(fields: Fields, id: string, known: Known): StepParts | undefined;
}

export const plain = { jumps: [], pauses: false, ends: false, rules: [] } as const;
