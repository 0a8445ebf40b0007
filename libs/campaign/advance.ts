import type { Instant } from '@entente/kernel';
import type { Campaign } from './campaign';
import { following } from './check-walk';
import type { Effect, Stimulus, Way } from './steps';

/** Where one contact stands in one campaign version; plain JSON. */
export interface EnrollmentState {
  /** The step the contact waits at; null before the first one and after the last. */
  readonly step: string | null;
  /** How often the contact has arrived at each step. */
  readonly visits: { readonly [step: string]: number };
  readonly status: 'active' | 'completed' | 'exited' | 'failed';
  /** When to go on; null once the walk has ended. */
  readonly wakeAt: Instant | null;
}

export interface Advance {
  readonly state: EnrollmentState;
  readonly effects: readonly Effect[];
}

/** A contact at the door, to be advanced at once. Nobody is turned away here; see `mayEnter`. */
export const enroll = (_campaign: Campaign, now: Instant): EnrollmentState => ({
  step: null,
  visits: {},
  status: 'active',
  wakeAt: now,
});

/**
 * Walks one contact on to the next wait or to the end. Same input, same output: no clock, no I/O, no randomness.
 * Invariants
 * 1. Nothing happens before `wakeAt`.
 * 2. Each pair of step and visit sends at most once in the life of an enrollment.
 * 3. Afterwards the walk has ended, or `wakeAt` says when it goes on.
 */
export function advance(
  campaign: Campaign,
  state: EnrollmentState,
  stimulus: Stimulus,
  now: Instant,
): Advance {
  if (state.status !== 'active' || (state.wakeAt !== null && now < state.wakeAt))
    return { state, effects: [] };
  const start = startOf(campaign, state);
  return start === undefined
    ? ended({ state, effects: [] }, 'failed')
    : walk(campaign, { state, effects: [] }, start, stimulus, now);
}

type Place = ReturnType<typeof following>;

/** Where a walk goes on from its state: the position after its wait; undefined when there is no such step. */
function startOf({ steps }: Campaign, { step }: EnrollmentState): Place | undefined {
  if (step === null) return 0;
  const position = positionOf(steps, step);
  return position < 0 ? undefined : following(steps, position);
}

const positionOf = (steps: Campaign['steps'], step: string): number =>
  steps.findIndex(({ id }) => id === step);

function walk(campaign: Campaign, from: Advance, start: Place, stimulus: Stimulus, now: Instant): Advance {
  let { state, effects } = from;
  let place = start;
  // A checked campaign pauses before it comes to a step twice, so this ends; one that does not is broken.
  for (let hops = 0; place !== 'end'; hops += 1) {
    const step = campaign.steps[place];
    if (!step || hops >= campaign.steps.length) return ended({ state, effects }, 'failed');
    const visit = (Object.hasOwn(state.visits, step.id) ? state.visits[step.id]! : 0) + 1;
    const arrival = step.enter(visit, stimulus, now);
    state = { ...state, visits: { ...state.visits, [step.id]: visit } };
    effects = [...effects, ...arrival.effects];
    if (arrival.way.go === 'wait')
      return { state: { ...state, step: step.id, wakeAt: arrival.way.until }, effects };
    if (arrival.way.go === 'out') return ended({ state, effects }, 'exited');
    place = placeAfter(campaign.steps, place, arrival.way);
  }
  return ended({ state, effects }, 'completed');
}

const placeAfter = (steps: Campaign['steps'], place: number, way: Way): Place =>
  way.go === 'to' ? positionOf(steps, way.step) : following(steps, place);

const ended = ({ state, effects }: Advance, status: EnrollmentState['status']): Advance => ({
  state: { ...state, step: null, status, wakeAt: null },
  effects,
});
