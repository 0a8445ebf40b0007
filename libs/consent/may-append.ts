import { EVERY_TOPIC, grants, sameAddress, type PermissionAct, type Standing } from './permission';

/** Why an entry is not written. */
export type Refusal =
  | 'withdrawn'
  | 'objected'
  | 'paused'
  | 'suppressed'
  | 'no-address'
  | 'no-basis'
  | 'every-topic'
  | 'not-granted';

/**
 * Whether an act may be entered where this is the standing: `yes`, `already` when it would change nothing, or why not.
 * Default is no, and only the recipient's own act lifts a withdrawal, an objection or a pause.
 */
export function mayAppend(standing: Standing | undefined, act: PermissionAct): 'yes' | 'already' | Refusal {
  return grants(act.act) ? mayGrant(standing, act) : mayRestrict(standing, act);
}

function mayGrant(standing: Standing | undefined, act: PermissionAct): 'yes' | 'already' | Refusal {
  if (act.topic === EVERY_TOPIC) return 'every-topic';
  if (act.basis === 'none') return 'no-basis';
  if (!act.addressHash) return 'no-address';
  if (act.actor === 'recipient' || !standing) return 'yes';
  if (!grants(standing.state)) return standing.state as Refusal;
  return adds(standing, act) ? 'yes' : 'already';
}

/** Whether a repeated grant says anything new: another address, a better basis, a confirmation. */
function adds(standing: Standing, act: PermissionAct): boolean {
  if (!sameAddress(standing.addressHash, act.addressHash)) return true;
  if (standing.state !== act.act) return act.act === 'confirmed';
  return standing.basis !== act.basis && act.basis === 'consent';
}

function mayRestrict(standing: Standing | undefined, act: PermissionAct): 'yes' | 'already' | Refusal {
  if (act.act === 'paused') return mayPause(standing, act);
  const ended = standing?.state === act.act || standing?.state === 'objected';
  return ended && (standing.actor === 'recipient' || act.actor !== 'recipient') ? 'already' : 'yes';
}

function mayPause(standing: Standing | undefined, act: PermissionAct): 'yes' | 'already' | Refusal {
  if (act.topic === EVERY_TOPIC) return 'every-topic';
  if (standing?.state === 'paused') return 'already';
  return standing && grants(standing.state) ? 'yes' : 'not-granted';
}
