import { setTimeout as sleep } from 'node:timers/promises';
import { patientFetch } from './patient-fetch';

const LOOK_EVERY_MS = 250;
/** Work may be between two tables when one looks once. */
const QUIET_LOOKS = 3;

/** Reads the engine's metrics, to know when it has done all there is to do now. */
export class EngineWatch {
  constructor(private readonly url: string) {}

  /** Waits until every record is consumed and every fact told. `onLook` gets the seconds it is behind. */
  async settled(onLook: (secondsBehind: number) => void = () => undefined): Promise<void> {
    for (let quiet = 0; quiet < QUIET_LOOKS;) {
      const behind = await this.behind();
      quiet = behind === 0 ? quiet + 1 : 0;
      onLook(behind);
      if (quiet < QUIET_LOOKS) await sleep(LOOK_EVERY_MS);
    }
  }

  /** What it could not work on, and put aside for a person to look at. */
  async putAside(): Promise<{ records: number; contacts: number }> {
    const metrics = await this.metrics();
    return {
      records: valueIn(metrics, 'set_aside_records'),
      contacts: valueIn(metrics, 'contacts_to_repair'),
    };
  }

  private async behind(): Promise<number> {
    const metrics = await this.metrics();
    const waiting = ['stream_lag_seconds', 'oldest_outbox_seconds'].map((name) => valueIn(metrics, name));
    return Math.max(...waiting);
  }

  private async metrics(): Promise<string> {
    return (await patientFetch(`${this.url}/metrics`)).text();
  }
}

function valueIn(metrics: string, name: string): number {
  const text = new RegExp(`^entente_${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(metrics)?.[1];
  if (text === undefined) return Infinity;
  return text === '+Inf' ? Infinity : Number(text);
}
