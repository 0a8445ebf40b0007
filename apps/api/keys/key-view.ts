import type { AccessKey } from '@entente/storage';
import { Shown, shown, ShownInstant } from '../http/views';

export class Key {
  @Shown(String) id!: string;
  @Shown(String) name!: string;
  @Shown(String) role!: string;
  @Shown(String, { description: "The key's last characters." }) hint!: string;
  @ShownInstant() createdAt!: string;
  @ShownInstant({ nullable: true }) revokedAt!: string | null;
}

export class NewKey extends Key {
  @Shown(String, { nullable: true, description: 'The key itself; null in the repetition of an answer.' })
  secret!: string | null;
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
