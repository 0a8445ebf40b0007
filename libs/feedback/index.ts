export {
  addressFeedback,
  bouncedFeedback,
  clickedFeedback,
  complainedFeedback,
  openedFeedback,
  sentFeedback,
  enteredFeedback,
  leftFeedback,
  listFeedback,
  unsubscribedFeedback,
  withheldFeedback,
  type FollowedMessage,
  type ToldMessage,
} from './feedback-facts';
export { originTold, type Origin } from './origin';
export { reactionTo, reportTypes, usualReport, type Reaction } from './report-types';
export { verdict, type Hit, type Verdict } from './verdict';
