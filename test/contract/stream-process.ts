import { openStream, type StreamAddress } from './open-stream';
import { read } from './reader';

/** A process that a spec kills: appends numbered records without end, or consumes, and says on stdout what it did. */
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

const roles = {
  async append(address: StreamAddress, topic: string): Promise<void> {
    const { stream } = await openStream(address, topic);
    for (let number = 0; ; number += 1) {
      await stream.append([{ key: `k${number % 7}`, value: String(number) }]);
      say({ acknowledged: number });
    }
  },
  async consume(address: StreamAddress, topic: string): Promise<void> {
    const opened = await openStream(address, topic);
    const reader = await read(opened, { prefix: (batch) => Math.min(3, batch.records.length) });
    setInterval(() => say({ assigned: reader.consumption.assigned(), read: reader.values() }), 20);
  },
};

const [role, address, topic] = process.argv.slice(2) as [keyof typeof roles, string, string];
roles[role](JSON.parse(address) as StreamAddress, topic).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
