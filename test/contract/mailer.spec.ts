import { openCaptureMailer, openSmtpMailer, startCatcher } from '@entente/mailer';
import { describeMailer } from './mailer-contract';

describeMailer('the capturing mailer', async () => {
  const mailer = openCaptureMailer();
  return {
    mailer,
    arrived: () => mailer.sent.map(({ envelopeFrom, to, raw }) => ({ from: envelopeFrom, to: [to], raw })),
    close: () => mailer.close(),
  };
});

describeMailer('the SMTP mailer', async () => {
  const catcher = await startCatcher({ smtpPort: 0, inboxPort: 0, host: '127.0.0.1' });
  const mailer = openSmtpMailer(catcher.smtpUrl);
  return {
    mailer,
    arrived: () => catcher.list().map(({ from, to, raw }) => ({ from, to, raw })),
    close: async () => {
      await mailer.close();
      await catcher.close();
    },
  };
});
