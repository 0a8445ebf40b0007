import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of /proc: their length is the same on every Linux. */
const tick = 10_000;

/** Microseconds of processor time that this process and a PostgreSQL server have taken; not a number where there is no /proc. */
export function cpuTaken(postmaster: number): number {
  const { user, system } = process.cpuUsage();
  try {
    const server = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .reduce((sum, pid) => sum + ticksOf(pid, postmaster), 0);
    return user + system + server * tick;
  } catch {
    return NaN;
  }
}

/** Of the server itself with its children that have ended, and of each that lives. */
function ticksOf(pid: string, postmaster: number): number {
  const fields = statOf(pid);
  if (!fields) return 0;
  const [parent, own, ended] = [
    Number(fields[1]),
    Number(fields[11]) + Number(fields[12]),
    Number(fields[13]) + Number(fields[14]),
  ];
  if (Number(pid) === postmaster) return own + ended;
  return parent === postmaster ? own : 0;
}

/** The fields behind the command's name, which may have blanks itself. */
function statOf(pid: string): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined; // it has ended meanwhile
  }
}
