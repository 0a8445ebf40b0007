import { enteredFeedback, leftFeedback } from '@entente/feedback';
import type { Tx } from '../database/database';
import { tell, type Told } from '../outbox';
import { ledTo, type Enrollment } from './enrollments';

/**
 * Tells of the walks that began or ended in this transaction, as what segments on campaigns go by. Broadcasts, which are over
 * at once, tell nothing.
 */
export const tellPassages = (
  tx: Tx,
  moved: readonly Enrollment[],
  broadcasts: ReadonlySet<string>,
): Promise<void> => tell(tx, moved.filter(({ campaign }) => !broadcasts.has(campaign)).flatMap(passagesOf));

function passagesOf(enrollment: Enrollment): Told[] {
  const { contact, id, campaign, status, enteredAt, endedAt, begunBy } = enrollment;
  const walk = { contact, enrollment: id, campaign };
  const told: Told[] = [];
  if (begunBy) told.push(enteredFeedback(walk, enteredAt, begunBy));
  if (endedAt !== undefined) told.push(leftFeedback(walk, endedAt, status, ledTo(enrollment, endedAt)));
  return told;
}
