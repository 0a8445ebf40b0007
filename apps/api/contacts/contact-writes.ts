import { Inject, Injectable } from '@nestjs/common';
import { type IdentityKey, recordOf } from '@entente/event';
import { type Clock, type ContactId, NotFound } from '@entente/kernel';
import { saidBy, type SourcedTraits } from '@entente/profile';
import { Database, findContact, findSource, traitsOf } from '@entente/storage';
import type { Stream } from '@entente/stream';
import { uuidv7 } from 'uuidv7';
import { CLOCK, STREAM } from '../surroundings';
import type { TraitsAccepted } from './contact-body';
import { traitsFact } from './traits-fact';

/** Changes of contacts, all of which are events of the source `api`. */
@Injectable()
export class ContactWrites {
  constructor(
    private readonly database: Database,
    @Inject(STREAM) private readonly stream: Stream,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Makes the traits given the only ones that the API says of somebody, who may be new. */
  async replace(key: IdentityKey, traits: Record<string, unknown>): Promise<TraitsAccepted> {
    const contact = await this.existing(key);
    const source = await this.apiSource();
    const said = contact === undefined ? {} : takenBack(source, await traitsOf(this.database, contact));
    const address =
      key.startsWith('email:') && contact === undefined ? { email: key.slice('email:'.length) } : {};
    return this.append(key, { ...said, ...address, ...traits }, source);
  }

  /** Sets the traits given of a contact that exists; null takes one back. */
  async merge(key: IdentityKey, traits: Record<string, unknown>): Promise<TraitsAccepted> {
    if ((await this.existing(key)) === undefined) throw new NotFound('There is no such contact.');
    return this.append(key, traits, await this.apiSource());
  }

  /** The id of the source under which the API's own writes are kept. */
  async apiSource(): Promise<number> {
    return (await findSource(this.database, 'api'))!.id;
  }

  private async existing(key: IdentityKey): Promise<ContactId | undefined> {
    const contact = await findContact(this.database, key);
    if (contact === undefined && key.startsWith('id:')) throw new NotFound('There is no such contact.');
    return contact;
  }

  private async append(
    key: IdentityKey,
    traits: Record<string, unknown>,
    source: number,
  ): Promise<TraitsAccepted> {
    const messageId = uuidv7();
    const fact = traitsFact({ key, traits, source, messageId, now: this.clock.now() });
    await this.stream.append([recordOf(fact)]);
    return { contact: key, accepted: messageId };
  }
}

/** What a source says of somebody today, taken back; by what a person is reached is not, for being left out. */
function takenBack(source: number, traits: SourcedTraits): Record<string, null> {
  const { email: _, phone: __, ...others } = saidBy(source, traits);
  return others;
}
