export { advance, enroll, type Advance, type EnrollmentState } from './advance';
export { mayEnter, nextPlanned, startedBy, type Campaign, type Reentry } from './campaign';
export { causeKey, keptOf, type Cause } from './cause';
export { asStored, type Known } from './known';
export { parseBroadcast } from './parse-broadcast';
export { parseCampaign, type Parsed } from './parse-campaign';
export type { Effect, Step, Stimulus, TemplateName } from './steps';
export type { Trigger, Who } from './triggers';
