import type { AccessKey } from '@entente/storage';
import { Shown, shown, ShownInstant } from '../http/views';

export class Key {
  @Shown(String) id!: string;
  @Shown(String) name!: string;
  @Shown(String) role!: string;
  /** The key's last characters. */
  @Shown(String) hint!: string;
  @ShownInstant() createdAt!: string;
  @ShownInstant(true) revokedAt!: string | null;
}

export class NewKey extends Key {
  /** The key itself; null in the repetition of an answer. */
  @Shown(String, true) secret!: string | null;
}

export const showKey = (key: AccessKey): Key => ({
  id: key.id,
  name: key.name,
  role: key.role,
  hint: key.hint,
  createdAt: shown(key.createdAt)!,
  revokedAt: shown(key.revokedAt),
});

export const showNewKey = (key: AccessKey, secret: string): NewKey => ({ ...showKey(key), secret });
