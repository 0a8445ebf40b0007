import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Fact, type IdentityKey, recordOf } from '@entente/event';
import { type Clock, Conflict, type ContactId, Invalid } from '@entente/kernel';
import { Database } from '@entente/storage';
import type { Stream } from '@entente/stream';
import { uuidv7 } from 'uuidv7';
import { type Access, Caller } from '../access/access';
import { Needs } from '../access/needs';
import { Does } from '../http/documented';
import { CLOCK, STREAM } from '../surroundings';
import { MergeAnswer, MergeBody, SplitBody } from './contact-body';
import { contactOf, newIdentityKey } from './contact-reference';
import { ContactWrites } from './contact-writes';

/** An operator's word on who is one person with whom; it travels as an event, like everything said of a contact. */
@ApiTags('contacts')
@Controller('api/v1/contacts')
export class MergesController {
  constructor(
    private readonly database: Database,
    private readonly writes: ContactWrites,
    @Inject(STREAM) private readonly stream: Stream,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post(':contact/merge')
  @HttpCode(202)
  @Needs('publisher')
  @Does('Says that two identities are one person', { 202: MergeAnswer })
  async merge(
    @Param('contact') reference: string,
    @Body() { with: other, dryRun }: MergeBody,
    @Caller() access: Access,
  ): Promise<MergeAnswer> {
    const pair = await this.pairOf(reference, 'with', other, access);
    if (pair.contacts[0] === pair.contacts[1]) throw new Conflict('They are one person already.');
    return this.tell(pair, false, dryRun);
  }

  @Post(':contact/split')
  @HttpCode(202)
  @Needs('publisher')
  @Does('Says that two identities are two persons, and takes their merge back', { 202: MergeAnswer })
  async split(
    @Param('contact') reference: string,
    @Body() { from: other, dryRun }: SplitBody,
    @Caller() access: Access,
  ): Promise<MergeAnswer> {
    const pair = await this.pairOf(reference, 'from', other, access);
    if (pair.keys[0] === pair.keys[1]) throw new Conflict('This is one identity.');
    return this.tell(pair, true, dryRun);
  }

  private async pairOf(reference: string, path: string, other: string, access: Access): Promise<Pair> {
    const keys = [keyOf(reference, 'contact'), keyOf(other, path)] as const;
    const contacts = [
      await contactOf(this.database, reference, access),
      await contactOf(this.database, other),
    ] as const;
    return { keys, contacts };
  }

  private async tell(pair: Pair, apart: boolean, dryRun: boolean): Promise<MergeAnswer> {
    const messageId = uuidv7();
    const answer = { contacts: pair.contacts.map((id) => `id:${id}`), dryRun };
    if (dryRun) return { ...answer, accepted: null };
    const fact: Fact = {
      v: 1,
      type: 'alias',
      source: await this.writes.apiSource(),
      messageId,
      contact: [...pair.keys],
      timestamp: this.clock.now(),
      ...(apart && { apart }),
    };
    await this.stream.append([recordOf(fact)]);
    return { ...answer, accepted: messageId };
  }
}

interface Pair {
  readonly keys: readonly [IdentityKey, IdentityKey];
  readonly contacts: readonly [ContactId, ContactId];
}

/** A contact's number is no identity: it stays with whoever keeps the first of their keys. */
function keyOf(reference: string, path: string): IdentityKey {
  const key = newIdentityKey(reference, path);
  if (!key.startsWith('id:')) return key;
  throw Invalid.at(
    path,
    'identity',
    'Name an identity, not a number.',
    'user:42, email:…, crm:17, anonymous:…',
  );
}
