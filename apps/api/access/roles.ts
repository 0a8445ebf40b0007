import type { Role } from '@entente/storage';

/** The roles that a route of this API can ask for, each with the rights of those before it. */
export const apiRoles = ['read', 'author', 'publisher', 'privacy', 'admin'] as const;
export type ApiRole = (typeof apiRoles)[number];

/** Whether a key of role `has` may call what needs `needed`. A write key may call nothing here. */
export const mayDo = (has: Role, needed: ApiRole): boolean =>
  has !== 'ingest' && apiRoles.indexOf(has) >= apiRoles.indexOf(needed);
