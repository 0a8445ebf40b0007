import { Inject, Injectable } from '@nestjs/common';
import { MINUTE, NotFound, type Instant } from '@entente/kernel';
import { readToken, signToken, type TokenKey, type TokenPayload, type TokenPurpose } from '@entente/message';
import { RESOURCES, type Resources } from '@entente/runtime';
import { readTokenKeys } from '@entente/storage';

/** How soon a key that another process has just made is known here. */
const REREAD_AFTER = MINUTE;

/** Reads and signs the tokens in mailed links. The keys are remembered, so that a token needs no look-up. */
@Injectable()
export class MailedTokens {
  private keys: readonly TokenKey[] = [];
  private readAt: Instant = -Infinity;

  constructor(@Inject(RESOURCES) private readonly resources: Resources) {}

  /** What the token says. Throws NotFound for one that is not ours, whatever is wrong with it. */
  async open(purpose: TokenPurpose, token: string): Promise<TokenPayload> {
    const payload = await this.tryOpen(purpose, token);
    if (!payload) throw new NotFound('no such page');
    return payload;
  }

  /** What the token says, or undefined for one that is not ours. */
  async tryOpen(purpose: TokenPurpose, token: string): Promise<TokenPayload | undefined> {
    return readToken(this.keys, purpose, token) ?? readToken(await this.freshKeys(), purpose, token);
  }

  async sign(payload: TokenPayload): Promise<string> {
    const [key] = this.keys.length > 0 ? this.keys : await this.freshKeys();
    return signToken(key!, payload);
  }

  private async freshKeys(): Promise<readonly TokenKey[]> {
    const now = this.resources.clock.now();
    if (now - this.readAt < REREAD_AFTER) return this.keys;
    this.keys = await readTokenKeys(this.resources.database);
    this.readAt = now;
    return this.keys;
  }
}
