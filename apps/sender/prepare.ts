import { MINUTE, type Instant } from '@entente/kernel';
import { prepareMail, type PreparedMail } from '@entente/mailer';
import type { TokenKey } from '@entente/message';
import type { SourceRank } from '@entente/profile';
import { isAllowedRecipient } from '@entente/runtime';
import {
  messageMaterial,
  readTokenKeys,
  sourceRanks,
  type DueMessage,
  type FromMaterial,
  type MessageMaterial,
  type Stopped,
} from '@entente/storage';
import type { Sender } from './sender';
import { TemplateCache } from './template-cache';
import { writeMail, type Writing } from './write-mail';

/** A message that is ready to be released; without a mail there is nobody to write to, and the gates will say so. */
export interface Ready {
  readonly message: DueMessage;
  readonly mail?: PreparedMail;
  readonly addressHash?: Buffer;
}

export interface Preparation {
  readonly ready: readonly Ready[];
  readonly stopped: readonly Stopped[];
}

type Prepared = Ready | Stopped;

/** What every mail needs and hardly changes. */
interface Surroundings {
  readonly ranks: readonly SourceRank[];
  readonly tokenKey: TokenKey;
  readonly readAt: Instant;
}

/** Writes and signs due messages, before anything is locked. */
export class Preparer {
  private readonly templates = new TemplateCache();
  private surroundings: Surroundings | undefined;

  constructor(private readonly sender: Sender) {}

  async prepare(messages: readonly DueMessage[]): Promise<Preparation> {
    const surroundings = await this.read();
    const material = await messageMaterial(this.sender.database, messages);
    const all = await Promise.all(
      messages.map((message) => this.prepareOne(message, material.get(message.id)!, surroundings)),
    );
    return {
      ready: all.filter((one): one is Ready => 'message' in one),
      stopped: all.filter((one): one is Stopped => 'status' in one),
    };
  }

  private async read(): Promise<Surroundings> {
    const { database, clock } = this.sender;
    const now = clock.now();
    if (this.surroundings && now < this.surroundings.readAt + MINUTE) return this.surroundings;
    const [tokenKey] = await readTokenKeys(database);
    this.surroundings = { ranks: await sourceRanks(database), tokenKey: tokenKey!, readAt: now };
    return this.surroundings;
  }

  private async prepareOne(
    message: DueMessage,
    material: MessageMaterial,
    { ranks, tokenKey }: Surroundings,
  ): Promise<Prepared> {
    const { database, settings, clock } = this.sender;
    const now = clock.now();
    const { email, emailHash, from } = material;
    if (message.expiresAt <= now) return stop(message, 'expired', 'expired');
    if (!email || !emailHash) return { message };
    if (!isAllowedRecipient(settings.allowedRecipients, email))
      return stop(message, 'refused', 'not-allowed-recipient');
    const template = await this.templates.get(database, message.template, message.templateVersion);
    if (!from) return stop(message, 'failed', 'no-from-address');
    if (!template) return stop(message, 'failed', 'no-template');
    const tracking = settings.tracking === 'on';
    const { publicUrl } = settings;
    const named = { ...material, email, emailHash, from };
    return this.write({ message, material: named, template, ranks, tokenKey, publicUrl, tracking, now });
  }

  private async write(writing: Writing): Promise<Prepared> {
    const { message, material } = writing;
    try {
      const mail = await prepareMail(writeMail(writing), dkimOf(material.from));
      return { message, mail, addressHash: material.emailHash };
    } catch (error) {
      const { campaign, template, templateVersion } = message;
      this.sender.log.error(
        { err: error, campaign, template, templateVersion },
        'a mail could not be written',
      );
      return stop(message, 'failed', 'not-writable');
    }
  }
}

const stop = (
  { contact, id }: DueMessage,
  status: Stopped['status'],
  reason: Stopped['reason'],
): Stopped => ({
  contact,
  id,
  status,
  reason,
});

const dkimOf = ({ domain, dkimSelector, dkimPrivateKey }: FromMaterial) =>
  dkimSelector && dkimPrivateKey ? { domain, selector: dkimSelector, privateKey: dkimPrivateKey } : undefined;
