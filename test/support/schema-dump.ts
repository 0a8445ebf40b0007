import type { DataSource } from 'typeorm';

/** Rows of `text`, one per object, in an order that does not depend on how the schema came about. */
const sections: readonly (readonly [title: string, sql: string])[] = [
  [
    'Tables',
    `SELECT format(E'CREATE TABLE %s (\\n%s\\n)%s%s;', c.relname,
       (SELECT string_agg(format('  %s %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
                 CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END,
                 CASE a.attidentity WHEN 'a' THEN ' GENERATED ALWAYS AS IDENTITY' ELSE '' END,
                 coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '')), E',\\n' ORDER BY a.attnum)
        FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
       coalesce(' PARTITION BY ' || pg_get_partkeydef(c.oid), ''),
       coalesce(' WITH (' || array_to_string(c.reloptions, ', ') || ')', '')) AS text
     FROM pg_class c WHERE c.relkind IN ('r', 'p') AND {ours} ORDER BY c.relname`,
  ],
  [
    'Sequences',
    `SELECT format('CREATE SEQUENCE %s;', c.relname) AS text FROM pg_class c
     WHERE c.relkind = 'S' AND {ours}
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'i') ORDER BY c.relname`,
  ],
  [
    'Constraints',
    `SELECT format('ALTER TABLE %s ADD CONSTRAINT %s %s;', c.relname, k.conname, pg_get_constraintdef(k.oid)) AS text
     FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
     WHERE k.contype <> 'n' AND {ours} ORDER BY c.relname, k.conname`,
  ],
  [
    'Indexes',
    `SELECT pg_get_indexdef(i.indexrelid) || ';' AS text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
     WHERE {ours} AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid) ORDER BY 1`,
  ],
  [
    'Functions',
    `SELECT pg_get_functiondef(p.oid) || ';' AS text FROM pg_proc p
     WHERE p.pronamespace = 'public'::regnamespace ORDER BY p.proname`,
  ],
  [
    'Comments',
    `SELECT format('COMMENT ON %s %s%s IS %L;', CASE WHEN d.objsubid = 0 THEN 'TABLE' ELSE 'COLUMN' END, c.relname,
       (SELECT '.' || a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = d.objsubid AND d.objsubid > 0),
       d.description) AS text
     FROM pg_description d JOIN pg_class c ON c.oid = d.objoid AND d.classoid = 'pg_class'::regclass
     WHERE {ours} ORDER BY c.relname, d.objsubid`,
  ],
  [
    "Privileges of the application's role",
    `SELECT format('GRANT %s ON %s TO entente;', string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type), c.relname) AS text
     FROM pg_class c, aclexplode(c.relacl) g WHERE g.grantee = to_regrole('entente') AND {ours}
     GROUP BY c.relname ORDER BY c.relname`,
  ],
];

/** Days of the stream come and go; they are not part of the schema. */
const OURS = `c.relnamespace = 'public'::regnamespace AND NOT c.relispartition AND c.relname NOT IN ('migration', 'migration_id_seq')`;

/** The whole schema as text: equal texts, equal schemas. */
export async function dumpSchema(source: DataSource): Promise<string> {
  const parts: string[] = [];
  for (const [title, sql] of sections) {
    const rows = (await source.query(sql.replace('{ours}', OURS))) as { text: string }[];
    parts.push(`-- ${title}\n\n${rows.map(({ text }) => text.trimEnd()).join('\n')}\n`);
  }
  return parts.join('\n');
}
