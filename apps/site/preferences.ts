import { Inject, Injectable } from '@nestjs/common';
import type { Way } from '@entente/consent';
import { NotFound, type JsonObject } from '@entente/kernel';
import type { TokenPayload } from '@entente/message';
import { RESOURCES, type Resources } from '@entente/runtime';
import { gateFacts, lockAddress, optOut, ownSource, recordPermissions, type Tx } from '@entente/storage';
import type { Choice } from './pages/preferences-page';
import { isErased, readTopics, type Topic } from './recipients';

/** What somebody posted: which topics they were offered, and which of them they ticked. */
export interface Wish {
  readonly shown: ReadonlySet<string>;
  readonly ticked: ReadonlySet<string>;
}

const way: Way = 'preferences';

@Injectable()
export class Preferences {
  constructor(@Inject(RESOURCES) private readonly resources: Resources) {}

  /** Every topic, and whether its mails may go to the token's contact at the token's address. */
  async read(token: TokenPayload): Promise<Choice[]> {
    return choicesOf(this.resources.database, token);
  }

  /**
   * Makes the choices as wished, in one transaction: what was ticked is granted by the recipient, what was not is withdrawn. Topics
   * that were not offered, or do not exist, stay as they are. `evidence` is what was shown for a topic.
   */
  async save(token: TokenPayload, wish: Wish, evidence: (topic: Topic) => JsonObject): Promise<void> {
    await this.resources.database.transaction(async (tx) => {
      await lockAddress(tx, token.addressHash);
      const offered = (await choicesOf(tx, token)).filter(({ topic }) => wish.shown.has(topic.key));
      const changed = offered.filter(({ topic, on }) => on !== wish.ticked.has(topic.key));
      await this.grant(
        tx,
        token,
        changed.filter(({ on }) => !on),
        evidence,
      );
      await this.withdraw(
        tx,
        token,
        changed.filter(({ on }) => on),
        evidence,
      );
    });
  }

  private async grant(
    tx: Tx,
    token: TokenPayload,
    choices: readonly Choice[],
    evidence: (topic: Topic) => JsonObject,
  ): Promise<void> {
    const acts = choices.map(({ topic }) => ({ topic: topic.key, evidence: { way, ...evidence(topic) } }));
    const common = await this.common(tx, token);
    await recordPermissions(
      tx,
      acts.map((act) => ({
        ...common,
        ...act,
        act: 'granted' as const,
        actor: 'recipient' as const,
        basis: 'consent' as const,
      })),
    );
  }

  private async withdraw(
    tx: Tx,
    token: TokenPayload,
    choices: readonly Choice[],
    evidence: (topic: Topic) => JsonObject,
  ): Promise<void> {
    const common = await this.common(tx, token);
    for (const { topic } of choices)
      await optOut(tx, { ...common, topic: topic.key, evidence: { way, ...evidence(topic) } });
  }

  private async common(tx: Tx, { contact, addressHash, message }: TokenPayload) {
    const source = await ownSource(tx);
    return { contact, address: addressHash, way, message, source, at: this.resources.clock.now() };
  }
}

async function choicesOf(tx: Tx, { contact, addressHash }: TokenPayload): Promise<Choice[]> {
  if (await isErased(tx, contact)) throw new NotFound('no such page');
  const topics = await readTopics(tx);
  const facts = await gateFacts(
    tx,
    topics.map(({ key }) => ({ contact, topic: key, addressHash })),
  );
  return topics.map((topic, i) => ({ topic, on: isOn(facts[i]!) }));
}

/** A bounce keeps mail back but is nobody's choice. */
const isOn = ({ permission, suppressions }: Awaited<ReturnType<typeof gateFacts>>[number]): boolean =>
  permission.allowed && suppressions.every(({ reason }) => reason !== 'opt-out');
