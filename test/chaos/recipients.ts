import { setTimeout as sleep } from 'node:timers/promises';
import type { MarketingApi } from '../demo/marketing-api';
import type { Random } from '../demo/random';
import type { Somebody } from './people';
import type { Place } from './place';
import type { ReceivedMail } from './slow-inbox';

/** An opt-out by one click, and when its answer came. */
export interface OptOut {
  readonly email: string;
  readonly answeredAt: number;
}

const LOOK_MS = 200;
const TIMEOUT_MS = 4_000;
const LATEST_MS = 3_000;

/** People who say yes through a form of the shop, and those who opt out with one click of a mail they got. */
export class Recipients {
  /** Addresses with a permission, and whose they are. */
  readonly granted = new Map<string, string>();
  readonly optOuts: OptOut[] = [];
  /** How often a permission was given again after an opt-out, and taken: never. */
  regranted = 0;
  private readonly asked = new Set<string>();
  private read = 0;
  private readonly leaving = new Set<Promise<void>>();

  constructor(
    private readonly place: Place,
    private readonly api: MarketingApi,
    private readonly random: Random,
  ) {}

  /** Goes on until told to stop; resolves when every opt-out has been answered. */
  async act(people: readonly Somebody[], stop: Promise<unknown>): Promise<void> {
    let isOver = false;
    void stop.then(() => (isOver = true));
    while (!isOver) {
      await this.grantSome(people);
      for (const mail of this.newMails()) if (this.random.chance(0.2)) this.leave(mail);
      await sleep(LOOK_MS);
    }
    await Promise.all(this.leaving);
  }

  private async grantSome(people: readonly Somebody[]): Promise<void> {
    const may = people.filter(
      ({ hasAccount, isPlain, user }) => hasAccount && !isPlain && !this.asked.has(user),
    );
    for (const { user, email } of this.random.some(may, 3)) {
      if (!(await this.isKnown(user))) continue;
      this.asked.add(user);
      if (this.random.chance(0.85) && (await this.grant(user))) this.granted.set(email, user);
    }
  }

  /** Gives a permission to somebody whose account has reached the engine. */
  async welcome(user: string, email: string): Promise<void> {
    if (!(await this.grant(user))) throw new Error(`${user} could not give a permission`);
    this.granted.set(email, user);
  }

  /** A permission names an address, so the account must have reached the engine. */
  private async isKnown(user: string): Promise<boolean> {
    try {
      const { email } = await this.api.get<{ email?: string | null }>(`contacts/user:${user}`);
      return typeof email === 'string';
    } catch {
      return false;
    }
  }

  /** Whether a permission stands; asked again while there is no answer. */
  private async grant(user: string): Promise<boolean> {
    for (let attempt = 1; attempt < 100; attempt += 1) {
      try {
        await this.api.post(`contacts/user:${user}/permissions`, {
          topic: 'newsletter',
          act: 'grant',
          evidence: { page: 'https://shop.example/sign-up' },
        });
        return true;
      } catch (error) {
        if (isRefusal(error)) return false;
        await sleep(LOOK_MS);
      }
    }
    return false;
  }

  private newMails(): readonly ReceivedMail[] {
    const fresh = this.place.inbox.mails.slice(this.read);
    this.read += fresh.length;
    return fresh;
  }

  private leave(mail: ReceivedMail): void {
    const left = this.optOut(mail).finally(() => this.leaving.delete(left));
    this.leaving.add(left);
  }

  private async optOut({ to: email, oneClickUrl: url }: ReceivedMail): Promise<void> {
    await sleep(this.random.next() ** 2 * LATEST_MS);
    if (url === undefined) throw new Error(`a mail to ${email} has no List-Unsubscribe`);
    while (!(await isAnswered(url))) await sleep(LOOK_MS);
    this.optOuts.push({ email, answeredAt: Date.now() });
    if (this.random.chance(0.3)) await this.regrant(email);
  }

  /** A form that is sent again must not undo what the recipient did. */
  private async regrant(email: string): Promise<void> {
    if (await this.grant(this.granted.get(email)!)) this.regranted += 1;
  }
}

/** The ledger forbids it, or there is no address that is believed: asking again changes nothing. */
function isRefusal(error: unknown): boolean {
  const { status = 0 } = error as { status?: number };
  return status >= 400 && status < 500 && status !== 429;
}

/** What a mailbox provider does (RFC 8058). */
async function isAnswered(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}
