import { refusal, type Refusal } from '@entente/delivery';
import type { Instant } from '@entente/kernel';
import type { PreparedMail } from '@entente/mailer';
import {
  gateFacts,
  isPresent,
  lockAddresses,
  releaseMessages,
  statusesOfCampaigns,
  stopMessages,
  type DueMessage,
  type RecipientFacts,
  type Release,
  type Stopped,
  type Tx,
} from '@entente/storage';
import type { Ready } from './prepare';
import type { Sender } from './sender';

/** A message that has been released and may leave now, once. */
export interface Released {
  readonly message: DueMessage;
  readonly mail: PreparedMail;
  readonly addressHash: Buffer;
  readonly releasedAt: Instant;
}

export interface ReleaseResult {
  readonly released: readonly Released[];
  /** How many the gates ended. */
  readonly stopped: number;
}

/**
 * Asks the gates under the locks of the addresses and releases what they let through, in one transaction: an opt-out that was
 * committed before is seen, one that comes later finds the message gone (promise 4). What the gates refuse ends with the reason,
 * or goes on waiting.
 */
export async function release(sender: Sender, ready: readonly Ready[]): Promise<ReleaseResult> {
  const at = sender.clock.now();
  const { released, stopped } = await sender.database.transaction(async (tx) => {
    if (!(await isPresent(tx, sender.id))) return { released: new Set<string>(), stopped: [] };
    await lockAddresses(tx, ready.flatMap(({ addressHash }) => addressHash ?? []).sort(Buffer.compare));
    const verdicts = await ask(tx, ready);
    const refused = verdicts.flatMap(stoppedBy);
    await stopMessages(tx, refused, at);
    const releases = verdicts.flatMap(releaseOf);
    return { released: await releaseMessages(tx, releases, { by: sender.id, at }), stopped: refused };
  });
  for (const { status, reason } of stopped) sender.count(status, reason);
  const leaving = ready.flatMap(({ message, mail, addressHash }) =>
    mail && addressHash && released.has(message.id) ? [{ message, mail, addressHash, releasedAt: at }] : [],
  );
  return { released: leaving, stopped: stopped.length };
}

interface Verdict {
  readonly ready: Ready;
  readonly facts: RecipientFacts;
  readonly refusal: Refusal | undefined;
}

async function ask(tx: Tx, ready: readonly Ready[]): Promise<Verdict[]> {
  const questions = ready.map(({ message: { contact, topic }, addressHash }) => ({
    contact,
    topic,
    ...(addressHash && { addressHash }),
  }));
  const facts = await gateFacts(tx, questions);
  const campaigns = await statusesOfCampaigns(tx, [...new Set(ready.map(({ message }) => message.campaign))]);
  return ready.map((one, i) => {
    const campaign = campaigns.get(one.message.campaign);
    return {
      ready: one,
      facts: facts[i]!,
      refusal: refusal({ ...facts[i]!, ...(campaign && { campaign }) }),
    };
  });
}

/** A person who got another address meanwhile is written to there, with the next reading. */
function stoppedBy({ ready, facts, refusal: why }: Verdict): Stopped[] {
  if (!why || why.waits || (why.gate === 'address' && ready.addressHash)) return [];
  const { contact, id } = ready.message;
  const status = why.gate === 'paused' ? 'canceled' : 'refused';
  return [{ contact, id, status, reason: why.reason, ...(facts.entry && { entry: facts.entry }) }];
}

function releaseOf({ ready, facts, refusal: why }: Verdict): Release[] {
  if (why || !ready.addressHash || !ready.mail) return [];
  const { contact, id } = ready.message;
  return [{ contact, id, addressHash: ready.addressHash, ...(facts.entry && { entry: facts.entry }) }];
}
