import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { HOUR, toIso, type ContactId, type Uuid } from '@entente/kernel';
import {
  addTemplateVersion,
  ensureContacts,
  hashAddress,
  messageWaiting,
  queueMessages,
  recordPermission,
  saveFromAddress,
  saveSendingDomain,
  upsertProfiles,
  type Database,
  type TemplateSource,
} from '@entente/storage';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

export const topic = 'newsletter';
export const campaign = 'welcome';

const template: TemplateSource = {
  subject: 'Hello {{contact.firstName}}',
  html: '<p>Hi {{contact.firstName}}, <a href="https://shop.example/">come in</a></p>',
  text: null,
};

/** Everything a message needs to be sent, without its recipients. */
export async function installSending(database: Database, source: TemplateSource = template): Promise<void> {
  await database.run(`INSERT INTO topic (key, name) VALUES ($1, 'Newsletter')`, [topic]);
  await saveSendingDomain(database, 'shop.example', { selector: 's1', privateKey });
  await saveFromAddress(database, 'shop', {
    name: 'The Shop',
    address: 'news@shop.example',
    domain: 'shop.example',
    replyTo: null,
    postalAddress: '1 rue de la Paix, Paris',
  });
  await addTemplateVersion(database, 'hello', { name: 'Hello', ...source });
  await database.run(
    `INSERT INTO campaign (key, kind, name, status, draft) VALUES ($1, 'campaign', 'Welcome', 'live', '{}')`,
    [campaign],
  );
}

/** A contact that has granted the topic's mails to its address. */
export async function addRecipient(database: Database, address: string, grant = true): Promise<ContactId> {
  const [row] = await database.query<{ id: ContactId }>(`SELECT nextval('contact_id_seq') AS id`);
  const contact = row!.id;
  await database.transaction(async (tx) => {
    await ensureContacts(tx, new Map([[contact, Date.now()]]));
    const emailHash = await hashAddress(tx, address);
    const traits = { firstName: { 1: ['Ana', 0, randomUUID()] as const } };
    await upsertProfiles(tx, [{ contact, traits, email: address, emailHash }]);
    if (grant) await permit(tx, contact);
  });
  return contact;
}

const permit = (tx: Parameters<typeof recordPermission>[0], contact: ContactId) =>
  recordPermission(tx, {
    contact,
    topic,
    act: 'granted',
    actor: 'api',
    way: 'api',
    basis: 'consent',
    source: 1,
    evidence: {},
    at: Date.now(),
  });

/** Queues one message to each contact, due now; gives their ids. */
export async function queue(database: Database, contacts: readonly ContactId[]): Promise<Uuid[]> {
  const at = Date.now() - 1;
  const messages = contacts.map((contact) => ({
    contact,
    id: randomUUID(),
    enrollment: randomUUID(),
    step: 'hello',
    visit: 1,
    campaign,
    version: 1,
    topic,
    from: 'shop',
    template: 'hello',
    templateVersion: undefined,
    notQueued: undefined,
    isTold: true,
    chain: [campaign],
    lane: `example${contact}.com`,
    at,
    expiresAt: at + HOUR,
  }));
  await database.transaction((tx) => queueMessages(tx, messages));
  return messages.map(({ id }) => id);
}

export interface MessageRow {
  readonly status: string;
  readonly reason: string | null;
  readonly reply: string | null;
  readonly attempts: number;
  readonly not_before: Date;
  readonly entry_seq: number | null;
  readonly released_by: Uuid | null;
}

export async function messageRow(database: Database, id: Uuid): Promise<MessageRow> {
  const [row] = await database.query<MessageRow>(
    `SELECT status, reason, reply, attempts, not_before, entry_seq, released_by FROM message WHERE id = $1`,
    [id],
  );
  return row!;
}

/** Messages by status. */
export async function statusCounts(database: Database): Promise<Record<string, number>> {
  const rows = await database.query<{ status: string; count: number }>(
    'SELECT status, count(*)::int AS count FROM message GROUP BY status',
  );
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

/** Makes a message due again, as if its pause were over. */
export async function endPause(database: Database, id: Uuid): Promise<void> {
  await database.run('UPDATE message SET not_before = $2 WHERE id = $1', [id, toIso(Date.now() - 1)]);
  await wakeSenders(database);
}

export const wakeSenders = (database: Database): Promise<number> => database.run(`NOTIFY ${messageWaiting}`);
