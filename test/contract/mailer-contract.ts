import { prepareMail, type Mailer } from '@entente/mailer';
import { mailFor } from '../support/mails';

/** What the suite needs of an adapter: a mailer, and what arrived through it. */
export interface MailerUnderTest {
  readonly mailer: Mailer;
  arrived(): { readonly from: string; readonly to: readonly string[]; readonly raw: Buffer }[];
  close(): Promise<void>;
}

/** The contract that every adapter of the Mailer port keeps. */
export function describeMailer(name: string, open: () => Promise<MailerUnderTest>): void {
  describe(`${name} keeps the Mailer contract`, () => {
    let test: MailerUnderTest;
    beforeEach(async () => (test = await open()));
    afterEach(() => test.close());

    it('hands a mail over to its one recipient and says so', async () => {
      const session = await test.mailer.open();
      expect(await session.send(mailFor())).toMatchObject({ phase: 'final', code: 250 });
      expect(test.arrived()).toMatchObject([{ from: 'news@shop.example', to: ['ana@example.com'] }]);
    });

    it('hands over every byte as prepared', async () => {
      const prepared = await prepareMail(mailFor());
      const session = await test.mailer.open();
      await session.send(prepared);
      expect(test.arrived()[0]!.raw.equals(prepared.raw)).toBe(true);
    });

    it('takes mails one after another in one session, and in several at once', async () => {
      const sessions = await Promise.all([test.mailer.open(), test.mailer.open()]);
      await Promise.all(
        sessions.map(async (session, nth) => {
          for (let n = 0; n < 5; n += 1)
            expect((await session.send(mailFor({ to: `a${nth}-${n}@example.com` }))).code).toBe(250);
        }),
      );
      expect(new Set(test.arrived().flatMap(({ to }) => to)).size).toBe(10);
    });

    it('is open until it is quit, and then sends nothing', async () => {
      const session = await test.mailer.open();
      expect(session.isOpen).toBe(true);
      await session.quit();
      expect(session.isOpen).toBe(false);
      expect(await session.send(mailFor())).toMatchObject({ phase: 'connect' });
      await session.quit();
      expect(test.arrived()).toEqual([]);
    });

    it('sends nothing once taken back', async () => {
      const session = await test.mailer.open();
      const reply = await session.send(mailFor(), { signal: AbortSignal.abort() });
      expect(reply.code).toBeUndefined();
      expect(test.arrived()).toEqual([]);
    });

    it('refuses what would reach somebody else or say something else', async () => {
      const session = await test.mailer.open();
      const unsafe = [
        mailFor({ to: 'a@example.com, evil@example.net' }),
        mailFor({ to: 'a@example.com\r\nRCPT TO:<evil@example.net>' }),
        mailFor({ to: '"evil@example.net x"@example.com' }),
        mailFor({ envelopeFrom: 'a@example.com> SIZE=1' }),
        mailFor({ subject: 'a\r\nBcc: evil@example.net' }),
        mailFor({ from: { name: 'a\nBcc: evil@example.net', address: 'a@example.com' } }),
        mailFor({ headers: { Bcc: 'evil@example.net' } }),
        mailFor({ headers: { Precedence: 'bulk\r\nBcc: evil@example.net' } }),
        mailFor({ messageId: '<a@b>\r\nBcc: evil@example.net' }),
      ];
      for (const mail of unsafe) await expect(session.send(mail)).rejects.toThrow('cannot be sent');
      expect(test.arrived()).toEqual([]);
    });

    it('ends its sessions when it is closed', async () => {
      const session = await test.mailer.open();
      await test.mailer.close();
      expect(session.isOpen).toBe(false);
    });
  });
}
