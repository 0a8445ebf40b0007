import type { AuthoredRow, KeyPage } from './authored';
import type { Tx } from '../database/database';

export interface Dkim {
  readonly selector: string;
  /** PEM. */
  readonly privateKey: string;
}
export interface SendingDomainRow extends AuthoredRow {
  readonly dkimSelector: string | null;
  readonly dkimPrivateKey: string | null;
}

const columns = `domain AS key, dkim_selector AS "dkimSelector", dkim_private_key AS "dkimPrivateKey", revision,
  created_at AS "createdAt", updated_at AS "updatedAt"`;

export async function findSendingDomain(tx: Tx, domain: string): Promise<SendingDomainRow | undefined> {
  return (
    await tx.query<SendingDomainRow>(`SELECT ${columns} FROM sending_domain WHERE domain = $1`, [domain])
  )[0];
}

export const listSendingDomains = (tx: Tx, page: KeyPage): Promise<SendingDomainRow[]> =>
  tx.query<SendingDomainRow>(
    `SELECT ${columns} FROM sending_domain WHERE domain > $1 ORDER BY domain LIMIT $2`,
    [page.after ?? '', page.limit],
  );

export async function saveSendingDomain(
  tx: Tx,
  domain: string,
  dkim: Dkim | null,
): Promise<SendingDomainRow> {
  const [row] = await tx.query<SendingDomainRow>(
    `INSERT INTO sending_domain (domain, dkim_selector, dkim_private_key) VALUES ($1, $2, $3)
     ON CONFLICT (domain) DO UPDATE SET dkim_selector = excluded.dkim_selector,
       dkim_private_key = excluded.dkim_private_key,
       revision = sending_domain.revision + 1, updated_at = now()
     RETURNING ${columns}`,
    [domain, dkim?.selector ?? null, dkim?.privateKey ?? null],
  );
  return row!;
}
