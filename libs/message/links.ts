import type { ContactId, Uuid } from '@entente/kernel';
import { signToken, type TokenKey, type TokenPayload, type TokenPurpose } from './tokens';

/** Where each kind of token is answered, under PUBLIC_URL. */
export const tokenPaths: Readonly<Record<TokenPurpose, string>> = {
  unsubscribe: '/u/',
  preferences: '/p/',
  click: '/c/',
  open: '/o/',
};

/** Whom a message's links speak for. */
export interface LinkOwner {
  readonly contact: ContactId;
  readonly addressHash: Buffer;
  readonly message: Uuid;
  readonly topic: string;
}

/** Makes the addresses of one message; `publicUrl` is the site's address as recipients see it. */
export class MessageLinks {
  readonly unsubscribeUrl: string;
  readonly preferencesUrl: string;

  private readonly base: string;

  constructor(
    private readonly key: TokenKey,
    publicUrl: string,
    private readonly owner: LinkOwner,
  ) {
    this.base = publicUrl.replace(/\/+$/, '');
    this.unsubscribeUrl = this.url({ ...owner, purpose: 'unsubscribe' });
    this.preferencesUrl = this.url({ ...owner, purpose: 'preferences' });
  }

  openUrl(): string {
    return this.url({ ...this.owner, purpose: 'open' });
  }

  /** The address that counts a click and leads to `url`, which `safeLink` has passed. */
  clickUrl(url: string, link: number): string {
    return this.url({ ...this.owner, purpose: 'click', url, link });
  }

  private url(payload: TokenPayload): string {
    return this.base + tokenPaths[payload.purpose] + signToken(this.key, payload);
  }
}

/**
 * The link as it may stand in a mail, or undefined: http and https with a host and without a user name, mailto, tel,
 * or a place in the mail itself.
 */
export function safeLink(text: string): string | undefined {
  if (text.length > maxKnownCharacters) return checkedLink(text);
  if (knownLinks.has(text)) return knownLinks.get(text);
  const link = checkedLink(text);
  if (knownLinks.size >= maxKnownLinks) knownLinks.clear();
  knownLinks.set(text, link);
  return link;
}

/** Most links of a template are the same in every mail. */
const knownLinks = new Map<string, string | undefined>();
const maxKnownLinks = 2_000;
const maxKnownCharacters = 500;

function checkedLink(text: string): string | undefined {
  const link = text.trim();
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0020\u007f\\]/.test(link)) return undefined;
  if (/^(?:mailto:|tel:|#)/i.test(link)) return link;
  return isWebLink(link) && isOpenUrl(link) ? link : undefined;
}

/** Whether a link is one that clicks can be counted on. */
export const isWebLink = (link: string): boolean => /^https?:\/\/[^/]/i.test(link);

function isOpenUrl(link: string): boolean {
  if (!URL.canParse(link)) return false;
  const { username, password, hostname } = new URL(link);
  return username === '' && password === '' && hostname !== '';
}
