import type { TokenKey } from '@entente/message';
import type { Tx } from '../database/database';

/** Every key that verifies mailed tokens, the one that signs first. */
export const readTokenKeys = (tx: Tx): Promise<TokenKey[]> =>
  tx.query<TokenKey>('SELECT kid, key FROM token_key ORDER BY kid DESC');
