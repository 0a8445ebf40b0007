import { patientFetch } from './patient-fetch';

/** A mail as the local catcher lists it. */
export interface CaughtMail {
  readonly id: number;
  readonly to: readonly string[];
  readonly subject: string;
  readonly oneClickUrl: string | null;
  readonly receivedAt: string;
}

interface Listing {
  readonly total: number;
  readonly messages: readonly CaughtMail[];
}

const PAGE = 500;

/** The inbox of everybody: reads the catcher's JSON. */
export class Inbox {
  private readonly mails: CaughtMail[] = [];

  constructor(private readonly url: string) {}

  async count(): Promise<number> {
    return (await this.get<{ total: number }>('api/messages/count')).total;
  }

  /** Every mail so far, the oldest first. */
  async all(): Promise<readonly CaughtMail[]> {
    const known = this.mails.at(-1)?.id ?? 0;
    const fresh: CaughtMail[] = [];
    for (let before: number | undefined; ; before = fresh.at(-1)!.id) {
      const from = before === undefined ? '' : `&before=${before}`;
      const { messages } = await this.get<Listing>(`api/messages?limit=${PAGE}${from}`);
      const unread = messages.filter(({ id }) => id > known);
      fresh.push(...unread);
      if (unread.length < PAGE) break;
    }
    this.mails.push(...fresh.reverse());
    return this.mails;
  }

  async html(id: number): Promise<string> {
    return (await this.get<{ html: string }>(`api/messages/${id}`)).html;
  }

  private async get<T>(path: string): Promise<T> {
    const response = await patientFetch(`${this.url}/${path}`);
    if (!response.ok) throw new Error(`the inbox answered ${response.status} to ${path}`);
    return (await response.json()) as T;
  }
}
