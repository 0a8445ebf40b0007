export { startCatcher, type Catcher, type CatcherOptions } from './catcher/catcher';
export { openCaptureMailer, type CaptureMailer } from './capture';
export { prepareMail } from './compose';
export type { DkimKey } from './dkim';
export { readFeedbackReport, type FeedbackReport } from './feedback-report';
export * from './mailer';
export { openSmtpMailer, type SmtpTimeouts } from './smtp';
