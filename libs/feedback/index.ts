export {
  bouncedFeedback,
  clickedFeedback,
  openedFeedback,
  segmentFeedback,
  sentFeedback,
  enteredFeedback,
  leftFeedback,
  listFeedback,
  unsubscribedFeedback,
  type ToldMessage,
} from './feedback-facts';
export { verdict, type Hit, type Verdict } from './verdict';
