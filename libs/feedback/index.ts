export {
  bouncedFeedback,
  clickedFeedback,
  openedFeedback,
  sentFeedback,
  unsubscribedFeedback,
  type ToldMessage,
} from './feedback-facts';
export { isMachine, verdict, type Hit, type Verdict } from './verdict';
