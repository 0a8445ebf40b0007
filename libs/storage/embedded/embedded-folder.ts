import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { canEnter, serverUser, type ServerUser } from './embedded-binaries';

/** The roles of an embedded server: `postgres` may all, `owner` owns the schema, `application` works in it. */
export type ServerRole = 'postgres' | 'entente_owner' | 'entente';

export type Passwords = Readonly<Record<ServerRole, string>>;

/** Where a server lives, and who it runs as. */
export interface Place {
  readonly home: string;
  readonly data: string;
  readonly user: ServerUser;
}

/** Root hands the folder to the server's user; where that user cannot reach it, a link leads to /var/lib/entente. */
export function prepare(folder: string): Place {
  return withOpenFolders(() => placeOf(folder));
}

/** Folders made here can be entered by others, whatever this process's umask says. */
export function withOpenFolders<T>(work: () => T): T {
  const umask = process.umask(0o022);
  try {
    return work();
  } finally {
    process.umask(umask);
  }
}

function placeOf(folder: string): Place {
  const user = serverUser();
  mkdirSync(dirname(folder), { recursive: true });
  if (!existsSync(folder)) makeHome(folder, user);
  const home = realpathSync(folder);
  const data = join(home, 'data');
  return { home, data, user: user.uid === undefined ? user : (ownerOf(data) ?? user) };
}

/** Who a cluster belongs to that was made before, perhaps by another user of this machine. */
function ownerOf(data: string): ServerUser | undefined {
  const { uid, gid } = statSync(data, { throwIfNoEntry: false }) ?? {};
  return uid ? { uid, gid } : undefined;
}

function makeHome(folder: string, user: ServerUser): void {
  rmSync(folder, { force: true }); // a link whose target is gone
  if (canEnter(dirname(folder), user)) return mkdirSync(folder);
  const shelter = '/var/lib/entente';
  mkdirSync(shelter, { recursive: true });
  const home = mkdtempSync(join(shelter, `${basename(folder)}-`));
  chmodSync(home, 0o755);
  symlinkSync(home, folder);
}

export function passwordsOf(home: string): Passwords {
  const file = join(home, 'passwords.json');
  if (!existsSync(file)) {
    const passwords = {
      postgres: newPassword(),
      entente_owner: newPassword(),
      entente: newPassword(),
    } satisfies Passwords;
    writeFileSync(`${file}.new`, JSON.stringify(passwords), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Passwords;
}

const newPassword = (): string => randomBytes(18).toString('base64url');

/** Hands a file to the user the server runs as. */
export function give(path: string, user: ServerUser): void {
  if (user.uid !== undefined && user.gid !== undefined) chownSync(path, user.uid, user.gid);
}
