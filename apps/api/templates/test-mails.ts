import { Inject, Injectable } from '@nestjs/common';
import { classifyReply } from '@entente/delivery';
import { normalizeAddress } from '@entente/event';
import { type Clock, Invalid } from '@entente/kernel';
import { type DkimKey, type Mailer, NotConnected, type Reply } from '@entente/mailer';
import { dress, type Mail, MessageLinks, type Rendered } from '@entente/message';
import { isAllowedRecipient, type Settings } from '@entente/runtime';
import {
  addressHash,
  addressKey,
  Database,
  findFromAddress,
  findSendingDomain,
  type FromAddressRow,
  isSuppressed,
  listFromAddresses,
} from '@entente/storage';
import { randomBytes, randomUUID } from 'node:crypto';
import { CLOCK, MAILER, SETTINGS } from '../surroundings';
import type { TemplatePreviewBody, TestMail } from './template-body';

/** Test mails of one preview: the links that stand in them, and how they leave. */
export interface TestSending {
  readonly links: { readonly unsubscribeUrl: string; readonly preferencesUrl: string };
  send(rendered: Rendered): Promise<TestMail[]>;
}

/**
 * Sends renderings to testers. They are no messages: no ledger row, no tracking, and links signed with a key that
 * nobody has, so that a tester's click changes nothing for anybody.
 */
@Injectable()
export class TestMails {
  constructor(
    private readonly database: Database,
    @Inject(MAILER) private readonly mailer: Mailer,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Checks all addresses before anything is sent; throws 422. */
  async prepare({ testTo = [], from }: TemplatePreviewBody): Promise<TestSending> {
    const addresses: string[] = [];
    for (const [index, text] of testTo.entries())
      addresses.push(await this.testerAt(`testTo[${index}]`, text));
    const links = this.deadLinks();
    const session = {};
    const sender = addresses.length ? await this.sender(from) : undefined;
    return {
      links: { unsubscribeUrl: links.unsubscribeUrl, preferencesUrl: links.preferencesUrl },
      send: (rendered) =>
        sender ? this.sendAll(addresses, { rendered, links, sender, session }) : Promise.resolve([]),
    };
  }

  private async testerAt(path: string, text: string): Promise<string> {
    const address = normalizeAddress(text)?.address;
    if (!address)
      throw Invalid.at(path, 'address', `"${text}" is not one plain e-mail address.`, 'local@domain');
    if (!isAllowedRecipient(this.settings.allowedRecipients, address))
      throw Invalid.at(
        path,
        'not-allowed',
        `This installation may not mail ${address}.`,
        'one of ALLOWED_RECIPIENTS',
      );
    const hash = addressHash(await addressKey(this.database), address);
    if (await isSuppressed(this.database, hash))
      throw Invalid.at(path, 'suppressed', `${address} must not be mailed.`, 'another address');
    return address;
  }

  private deadLinks(): MessageLinks {
    const owner = { contact: '1', addressHash: Buffer.alloc(32), message: randomUUID(), topic: 'test' };
    return new MessageLinks({ kid: 0, key: randomBytes(32) }, this.settings.publicUrl, owner);
  }

  private async sender(key: string | undefined): Promise<FromAddressRow> {
    const candidates = key ? [await findFromAddress(this.database, key)] : await this.firstTwo();
    if (candidates.length === 1 && candidates[0]) return candidates[0];
    throw Invalid.at(
      'from',
      'from',
      'Say which from address the test mails come from.',
      'the key of a from address',
    );
  }

  private firstTwo = (): Promise<FromAddressRow[]> => listFromAddresses(this.database, { limit: 2 });

  private async sendAll(addresses: readonly string[], mail: TestMailParts): Promise<TestMail[]> {
    const dkim = await this.dkimKey(mail.sender.domain);
    const sent: TestMail[] = [];
    for (const to of addresses) {
      const reply = mail.session.reply ?? (await this.handOver(testMail(to, mail, this.clock.now()), dkim));
      if (reply.phase === 'connect') mail.session.reply = reply;
      sent.push({ to, outcome: classifyReply(reply).is, reply: reply.text ?? null });
    }
    return sent;
  }

  private async dkimKey(domain: string): Promise<DkimKey | undefined> {
    const { dkimSelector, dkimPrivateKey } = (await findSendingDomain(this.database, domain)) ?? {};
    return dkimSelector && dkimPrivateKey
      ? { domain, selector: dkimSelector, privateKey: dkimPrivateKey }
      : undefined;
  }

  private async handOver(mail: Mail, dkim: DkimKey | undefined): Promise<Reply> {
    try {
      const connection = await this.mailer.open();
      try {
        return await connection.send(mail, { dkim });
      } finally {
        await connection.quit();
      }
    } catch (error) {
      if (error instanceof NotConnected) return error.reply;
      throw error;
    }
  }
}

interface TestMailParts {
  /** Why no session could be had: nothing more is tried then. */
  readonly session: { reply?: Reply };
  readonly rendered: Rendered;
  readonly links: MessageLinks;
  readonly sender: FromAddressRow;
}

const testMail = (to: string, { rendered, links, sender }: TestMailParts, date: number): Mail =>
  dress(
    { ...rendered, subject: `[Test] ${rendered.subject}` },
    {
      links,
      owner: { contact: '1', addressHash: Buffer.alloc(32), message: randomUUID(), topic: 'test' },
      from: { name: sender.name, address: sender.address },
      to,
      ...(sender.replyTo && { replyTo: sender.replyTo }),
      postalAddress: sender.postalAddress,
      sendingDomain: sender.domain,
      topicName: 'Test',
      campaign: 'test',
      tracking: false,
      date,
    },
  );
