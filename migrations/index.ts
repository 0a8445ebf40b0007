import { sqlMigration } from './sql-migration';

/** Every migration, in order: one line per numbered pair of files. */
export const migrations = [
  sqlMigration('0001-foundation'),
  sqlMigration('0002-stream'),
  sqlMigration('0003-compact-state'),
  sqlMigration('0004-segment-insight'),
  sqlMigration('0005-rule-meaning'),
  sqlMigration('0006-lists'),
  sqlMigration('0007-companies'),
  sqlMigration('0008-deferred-events'),
  sqlMigration('0009-rare-events'),
  sqlMigration('0010-contact-members'),
  sqlMigration('0011-contact-due'),
  sqlMigration('0012-replaced-versions'),
  sqlMigration('0013-started-by'),
  sqlMigration('0014-cleared-versions'),
  sqlMigration('0015-version-ground'),
  sqlMigration('0016-forgotten-versions'),
  sqlMigration('0017-forgotten-lists'),
  sqlMigration('0018-segment-events'),
  sqlMigration('0019-complaints'),
  sqlMigration('0020-address-words'),
  sqlMigration('0021-message-chain'),
] as const;
