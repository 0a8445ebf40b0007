import type { AuthoredRow, KeyPage } from './authored';
import type { Tx } from '../database/database';

/** What an author writes; `text` is made from the HTML when it is null. */
export interface TemplateSource {
  readonly subject: string;
  readonly html: string;
  readonly text: string | null;
}
export interface TemplateRow extends AuthoredRow, TemplateSource {
  readonly name: string;
}

const columns = `t.key, t.name, t.version AS revision, v.subject, v.html, v.text,
  t.created_at AS "createdAt", t.updated_at AS "updatedAt"`;
const newest = 'template t JOIN template_version v ON v.template_key = t.key AND v.version = t.version';

export async function findTemplate(tx: Tx, key: string): Promise<TemplateRow | undefined> {
  return (await tx.query<TemplateRow>(`SELECT ${columns} FROM ${newest} WHERE t.key = $1`, [key]))[0];
}

export const listTemplates = (tx: Tx, page: KeyPage): Promise<TemplateRow[]> =>
  tx.query<TemplateRow>(`SELECT ${columns} FROM ${newest} WHERE t.key > $1 ORDER BY t.key LIMIT $2`, [
    page.after ?? '',
    page.limit,
  ]);

export interface TemplateVersionRow extends TemplateSource {
  readonly version: number;
  readonly createdAt: Date;
}

export async function findTemplateVersion(
  tx: Tx,
  key: string,
  version: number,
): Promise<TemplateVersionRow | undefined> {
  const [row] = await tx.query<TemplateVersionRow>(
    `SELECT version, subject, html, text, created_at AS "createdAt" FROM template_version
     WHERE template_key = $1 AND version = $2`,
    [key, version],
  );
  return row;
}

/** Adds a version, which is never changed afterwards, and makes it the newest. */
export async function addTemplateVersion(
  tx: Tx,
  key: string,
  template: TemplateSource & { readonly name: string },
): Promise<TemplateRow> {
  const [{ version }] = (await tx.query<{ version: number }>(
    `INSERT INTO template (key, name, version) VALUES ($1, $2, 1)
     ON CONFLICT (key) DO UPDATE SET name = excluded.name, version = template.version + 1, updated_at = now()
     RETURNING version`,
    [key, template.name],
  )) as [{ version: number }];
  await tx.run(
    'INSERT INTO template_version (template_key, version, subject, html, text) VALUES ($1, $2, $3, $4, $5)',
    [key, version, template.subject, template.html, template.text],
  );
  return (await findTemplate(tx, key))!;
}

/** Renames a template whose text stays. */
export async function renameTemplate(tx: Tx, key: string, name: string): Promise<TemplateRow> {
  await tx.run('UPDATE template SET name = $2, updated_at = now() WHERE key = $1', [key, name]);
  return (await findTemplate(tx, key))!;
}
