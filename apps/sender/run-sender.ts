import { Loop } from '@entente/runtime';
import { listen, messageWaiting } from '@entente/storage';
import { HandOver } from './hand-over';
import { Presence } from './presence';
import type { Sender } from './sender';
import { LaneWork } from './work-lanes';
import { EndingWriter } from './write-endings';

export interface RunningSender {
  /** Releases nothing more, finishes what is in hand, and gives its lanes to others. */
  close(): Promise<void>;
}

/** Starts sending. Any number of senders share the lanes, in one process or many. */
export async function runSender(sender: Sender, presenceLength?: number): Promise<RunningSender> {
  const endings = new EndingWriter(sender);
  const handOver = new HandOver(sender, (ending) => endings.add(ending));
  const presence = new Presence(sender, () => loop.wake(), presenceLength);
  const lanes = new LaneWork(sender, handOver, () => presence.buckets());
  const loop = new Loop(
    (stop) => lanes.run(stop),
    (error) => sender.log.error({ err: error }, 'a batch of messages could not be released'),
  );
  await presence.start();
  loop.start();
  const listening = listen(sender.database, messageWaiting, () => loop.wake());
  return {
    close: async () => {
      await listening.close();
      await loop.stop();
      await handOver.drained();
      await endings.drained();
      await presence.stop();
      await handOver.closeIdle();
    },
  };
}
