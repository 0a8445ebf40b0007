import { Inject, Injectable } from '@nestjs/common';
import type { IdentityKey } from '@entente/event';
import { type Clock, Conflict, Invalid, type JsonObject, NotFound, parseInstant } from '@entente/kernel';
import {
  Database,
  entryText,
  findContact,
  findTopic,
  type Recorded,
  recordPermission,
  resolveKeys,
} from '@entente/storage';
import { type Access } from '../access/access';
import { CLOCK } from '../surroundings';
import type { ApiAct, PermissionAnswer, PermissionBody } from './contact-body';
import { auditContact } from './contact-reference';
import { ContactWrites } from './contact-writes';

const ledgerActs = {
  grant: 'granted',
  confirm: 'confirmed',
  withdraw: 'withdrawn',
} as const satisfies Record<ApiAct, string>;

/** Acts of permission that another system tells, with their evidence. */
@Injectable()
export class PermissionActs {
  constructor(
    private readonly database: Database,
    private readonly writes: ContactWrites,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Records an act for somebody, who is made a contact when they are new. Throws 409 where the ledger forbids it. */
  async record(key: IdentityKey, body: PermissionBody, access: Access): Promise<PermissionAnswer> {
    await this.check(body);
    const contact = await this.contactFor(key);
    auditContact(access, contact);
    const address = key.startsWith('email:') ? key.slice('email:'.length) : undefined;
    const source = await this.writes.apiSource();
    const recorded = await this.database.transaction((tx) =>
      recordPermission(tx, {
        contact,
        topic: body.topic,
        act: ledgerActs[body.act],
        actor: 'api',
        way: 'api',
        basis: body.act === 'withdraw' ? 'none' : body.basis,
        ...(address && { address }),
        source,
        ...(body.claimedAt && { claimedAt: parseInstant(body.claimedAt)! }),
        evidence: (body.evidence ?? {}) as JsonObject,
        at: this.clock.now(),
      }),
    );
    return answerOf(recorded);
  }

  private async check({ topic, act, evidence, claimedAt }: PermissionBody): Promise<void> {
    const every = topic === '*' && act === 'withdraw';
    if (!every && !(await findTopic(this.database, topic)))
      throw Invalid.at('topic', 'unknown-topic', `There is no topic ${topic}.`, 'the key of a topic');
    if (act !== 'withdraw' && !Object.keys(evidence ?? {}).length)
      throw Invalid.at(
        'evidence',
        'missing',
        'A permission without evidence proves nothing.',
        'page, wording, ip, …',
      );
    if (claimedAt && parseInstant(claimedAt)! > this.clock.now())
      throw Invalid.at('claimedAt', 'future', 'It cannot have happened yet.', 'an instant that has passed');
  }

  /** The contact a key points to; a new one is told to the engine before anything is recorded about it. */
  private async contactFor(key: IdentityKey): Promise<string> {
    const known = await findContact(this.database, key);
    if (known !== undefined) return known;
    if (key.startsWith('id:')) throw new NotFound('There is no such contact.');
    await this.writes.replace(key, {});
    return (await resolveKeys(this.database, [key])).get(key)!;
  }
}

const refusals: Record<string, string> = {
  withdrawn: 'The recipient has withdrawn; only their own act lifts that.',
  'no-address':
    'No mail address of this contact is known. One that was written a moment ago is known once the engine has read it: try again, or name the contact as email:….',
  suppressed: 'The recipient of this address has opted out; only their own act lifts that.',
};

function answerOf(recorded: Recorded): PermissionAnswer {
  if (recorded.refused === undefined)
    return { state: recorded.state, entry: entryText(recorded.entry), already: recorded.already };
  const entry = recorded.entry ? ` It is entry ${entryText(recorded.entry)} of the ledger.` : '';
  const reason = refusals[recorded.refused] ?? `The ledger refuses it: ${recorded.refused}.`;
  throw new Conflict(reason + entry, [{ path: 'act', code: recorded.refused, message: reason }]);
}
