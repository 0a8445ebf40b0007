export {
  bouncedFeedback,
  clickedFeedback,
  openedFeedback,
  sentFeedback,
  unsubscribedFeedback,
  type ToldMessage,
} from './feedback-facts';
export { verdict, type Hit, type Verdict } from './verdict';
