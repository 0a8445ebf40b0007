import { Inject, Injectable } from '@nestjs/common';
import type { Way } from '@entente/consent';
import { NotFound } from '@entente/kernel';
import type { TokenPayload } from '@entente/message';
import { Metrics, RESOURCES, type Resources } from '@entente/runtime';
import { lockAddress, optOut, ownSource, suppress } from '@entente/storage';
import type { Client } from './client';
import { isErased } from './recipients';

@Injectable()
export class OptOuts {
  private readonly counted;

  constructor(
    @Inject(RESOURCES) private readonly resources: Resources,
    metrics: Metrics,
  ) {
    this.counted = metrics.counter('opt_outs_total', 'Opt-outs that changed something');
  }

  /**
   * Commits what the holder of a token asks for: no more mail about a topic, or `*`. Of somebody erased only the suppression of
   * the address is kept, and NotFound is thrown.
   */
  async take(token: TokenPayload, topic: string, way: Way, client: Client): Promise<void> {
    const { database, clock } = this.resources;
    const { contact, addressHash, message } = token;
    const source = await ownSource(database);
    const at = clock.now();
    const outcome = await database.transaction(async (tx) => {
      if (!(await isErased(tx, contact)))
        return optOut(tx, {
          contact,
          address: addressHash,
          topic,
          way,
          message,
          at,
          source,
          evidence: { way, ...client },
        });
      await lockAddress(tx, addressHash);
      await suppress(tx, [{ addressHash, topic, reason: 'opt-out', at }]);
      return 'erased';
    });
    if (outcome === 'erased') throw new NotFound('no such page');
    if (outcome.changed) this.counted.inc();
  }
}
