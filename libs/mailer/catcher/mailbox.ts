import { simpleParser, type ParsedMail } from 'mailparser';

/** A mail that was caught. */
export interface CaughtMail {
  /** Counts from 1. */
  readonly id: number;
  readonly from: string;
  readonly to: readonly string[];
  readonly receivedAt: number;
  readonly raw: Buffer;
}

/** Keeps the newest mails in memory, and counts all of them. */
export class Mailbox {
  private mails: CaughtMail[] = [];
  private readonly parsed = new WeakMap<CaughtMail, Promise<ParsedMail>>();
  /** Mails caught since the start, or since `clear`. */
  total = 0;
  private lastId = 0;

  constructor(private readonly limit: number) {}

  add(mail: Omit<CaughtMail, 'id'>): void {
    this.total += 1;
    this.lastId += 1;
    this.mails.push({ ...mail, id: this.lastId });
    if (this.mails.length >= this.limit * 1.1) this.mails = this.mails.slice(-this.limit);
  }

  get(id: number): CaughtMail | undefined {
    return this.mails.find((mail) => mail.id === id);
  }

  /** Newest first; `to` is part of a recipient's address. */
  list(filter: { readonly to?: string; readonly limit: number; readonly before?: number }): CaughtMail[] {
    const to = filter.to?.toLowerCase();
    const found: CaughtMail[] = [];
    for (let at = this.mails.length - 1; at >= 0 && found.length < filter.limit; at -= 1) {
      const mail = this.mails[at]!;
      if (filter.before !== undefined && mail.id >= filter.before) continue;
      if (!to || mail.to.some((address) => address.toLowerCase().includes(to))) found.push(mail);
    }
    return found;
  }

  count(to?: string): number {
    return to ? this.list({ to, limit: Infinity }).length : this.total;
  }

  clear(): void {
    this.mails = [];
    this.total = 0;
  }

  parse(mail: CaughtMail): Promise<ParsedMail> {
    const known = this.parsed.get(mail);
    if (known) return known;
    const parsed = simpleParser(mail.raw, {
      skipHtmlToText: true,
      skipTextToHtml: true,
      skipImageLinks: true,
    });
    this.parsed.set(mail, parsed);
    return parsed;
  }
}
