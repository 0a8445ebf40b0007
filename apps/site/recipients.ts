import { Inject, Injectable } from '@nestjs/common';
import { NotFound, type ContactId } from '@entente/kernel';
import type { TokenPayload } from '@entente/message';
import { RESOURCES, type Resources } from '@entente/runtime';
import type { Tx } from '@entente/storage';

/** A subject people subscribe to, as the pages name it. */
export interface Topic {
  readonly key: string;
  readonly name: string;
  readonly description: string;
}

/** What the pages know of the mail a link came from; nothing about who got it. */
export interface Mailing {
  /** Name of the sender, where the mail is still on record. */
  readonly sender?: string;
  readonly topic?: Topic;
}

@Injectable()
export class Recipients {
  constructor(@Inject(RESOURCES) private readonly resources: Resources) {}

  /** The mail behind a token. Throws NotFound for a person who has been erased: the same page as for a forged token. */
  async mailing(token: TokenPayload): Promise<Mailing> {
    const [row] = await this.resources.database.query<MailingRow>(MAILING, [
      token.contact,
      token.message,
      token.topic ?? null,
    ]);
    if (row!.erased) throw new NotFound('no such page');
    return {
      ...(row!.sender && { sender: row!.sender }),
      ...(row!.topic && { topic: row!.topic }),
    };
  }
}

interface MailingRow {
  erased: boolean;
  sender: string | null;
  topic: Topic | null;
}

const MAILING = `
  SELECT EXISTS (SELECT FROM contact WHERE erased_at IS NOT NULL AND id IN (
           $1::bigint, (SELECT survivor_id FROM lineage WHERE contact_id = $1))) AS erased,
    (SELECT f.name FROM message m JOIN from_address f ON f.key = m.from_key
     WHERE m.contact_id = $1 AND m.id = $2) AS sender,
    (SELECT json_build_object('key', key, 'name', name, 'description', description)
     FROM topic WHERE key = $3) AS topic`;

/** Whether this person has been erased. */
export async function isErased(tx: Tx, contact: ContactId): Promise<boolean> {
  const rows = await tx.query(
    `SELECT FROM contact WHERE erased_at IS NOT NULL
     AND id IN ($1::bigint, (SELECT survivor_id FROM lineage WHERE contact_id = $1))`,
    [contact],
  );
  return rows.length > 0;
}

/** Every topic there is, by name. */
export const readTopics = (tx: Tx): Promise<Topic[]> =>
  tx.query<Topic>('SELECT key, name, description FROM topic ORDER BY name, key');
