import { grants, sameAddress, type Act, type Standing } from './permission';

/** From what ends mail for good to what allows it. */
const order: readonly Act[] = ['objected', 'withdrawn', 'paused', 'granted', 'confirmed'];

/** The most restrictive of a lineage's standings; contacts without one say neither yes nor no. */
export function mostRestrictive<S extends Pick<Standing, 'state'>>(
  standings: readonly (S | undefined)[],
): S | undefined {
  return standings
    .filter((standing) => standing !== undefined)
    .reduce<S | undefined>(
      (worst, next) => (worst && order.indexOf(worst.state) <= order.indexOf(next.state) ? worst : next),
      undefined,
    );
}

/** Whether mail to this address may go by this standing: granted or confirmed, for this very address. */
export const allows = (standing: Standing | undefined, addressHash: Buffer): boolean =>
  standing !== undefined && grants(standing.state) && sameAddress(standing.addressHash, addressHash);

/**
 * The standing of a lineage that allows mail to this address: none of them may have ended it, one must grant it, a
 * confirmation before a grant. Undefined means no.
 */
export function allowing<S extends Standing>(
  standings: readonly (S | undefined)[],
  addressHash: Buffer,
): S | undefined {
  const worst = mostRestrictive(standings);
  if (!worst || !grants(worst.state)) return undefined;
  const fitting = standings.filter((standing) => allows(standing, addressHash));
  return fitting.find((standing) => standing?.state === 'confirmed') ?? fitting[0];
}
