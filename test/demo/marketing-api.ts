import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { patientFetch } from './patient-fetch';

/** A request that a crash cut off may be sent again after two minutes. */
const PATIENCE_MS = 150_000;

/** A call was not answered with 2xx. */
class ApiRefusal extends Error {
  constructor(
    readonly status: number,
    call: string,
    readonly body: string,
  ) {
    super(`${call} was answered with ${status}: ${body.slice(0, 1_000)}`);
  }
}

export interface Report {
  readonly audience: number;
  readonly notQueued: Readonly<Record<string, number>>;
  readonly queued: number;
  readonly waiting: number;
  readonly sending: number;
  readonly sent: number;
  readonly failed: number;
  readonly refused: number;
  readonly canceled: number;
  readonly expired: number;
  readonly unknown: number;
  readonly closes: boolean;
  readonly done: boolean;
  readonly clicks: { readonly people: number; readonly machines: number };
  readonly optOuts: number;
  /** By status of the walk. */
  readonly enrollments: Readonly<Record<string, number>>;
}

export interface ImportCounts {
  readonly rows: number;
  readonly created: number;
  readonly updated: number;
  readonly refused: number;
  readonly grants: number;
  readonly withdrawals: number;
  readonly problems: readonly { readonly row: number; readonly column: string; readonly code: string }[];
}

interface ImportState extends ImportCounts {
  readonly job: string;
  readonly status: string;
  readonly done: number;
  readonly error: string | null;
}

interface Job {
  readonly job: string;
  readonly status: string;
  readonly done: number;
  readonly error: string | null;
}

export interface Audience {
  readonly audience: number;
  readonly willGet: number;
  readonly wont: Readonly<Record<string, number>>;
}

const isOpen = ({ status }: { status: string }) => status === 'waiting' || status === 'running';

/** The REST API, as a marketer's developer calls it. */
export class MarketingApi {
  constructor(
    private readonly url: string,
    private readonly key: string,
  ) {}

  get<T>(path: string): Promise<T> {
    return this.call<T>('GET', path);
  }

  put<T = unknown>(path: string, body: object): Promise<T> {
    return this.call<T>('PUT', path, body);
  }

  post<T = unknown>(path: string, body: object): Promise<T> {
    return this.call<T>('POST', path, body);
  }

  /** Writes a segment and waits until it is live. */
  async segment(key: string, name: string, rule: object): Promise<void> {
    const { job } = await this.put<{ job: string }>(`segments/${key}`, { name, rule });
    let state = await this.get<Job>(`jobs/${job}?wait=20`);
    while (isOpen(state)) state = await this.get<Job>(`jobs/${job}?wait=20`);
    if (state.status !== 'done') throw new Error(`segment ${key}: ${state.status} ${state.error ?? ''}`);
  }

  async size(segment: string): Promise<number> {
    const { size } = await this.get<{ size: { estimate: number } | null }>(`segments/${segment}`);
    return size?.estimate ?? 0;
  }

  dryRun(file: Buffer, plan: object): Promise<ImportCounts> {
    return this.upload<ImportCounts>(file, { ...plan, dryRun: true });
  }

  async import(file: Buffer, plan: object, onProgress: (rows: number) => void): Promise<ImportCounts> {
    const { job } = await this.upload<ImportState>(file, { ...plan, dryRun: false });
    for (;;) {
      const state = await this.get<ImportState>(`imports/${job}`);
      onProgress(state.rows);
      if (state.status === 'done') return state;
      if (!isOpen(state)) throw new Error(`the import ended ${state.status}: ${state.error ?? ''}`);
      await sleep(200);
    }
  }

  private upload<T>(file: Buffer, plan: object): Promise<T> {
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(file)], { type: 'text/csv' }), 'export.csv');
    form.append('plan', JSON.stringify(plan));
    return this.call<T>('POST', 'imports', form);
  }

  /** A POST carries a key of its own, so that it may be repeated when its answer is lost. */
  private async call<T>(method: string, path: string, body?: object | FormData): Promise<T> {
    const isForm = body instanceof FormData;
    const request = {
      method,
      headers: {
        authorization: `Bearer ${this.key}`,
        ...(method === 'POST' && { 'idempotency-key': randomUUID() }),
        ...(body && !isForm && { 'content-type': 'application/json' }),
      },
      body: isForm ? body : body && JSON.stringify(body),
    };
    for (const end = Date.now() + PATIENCE_MS; ; await sleep(1_000)) {
      const response = await patientFetch(`${this.url}/api/v1/${path}`, request);
      const text = await response.text();
      if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as T;
      const mayWork = response.status === 503 || (response.status === 409 && text.includes('still running'));
      if (mayWork && Date.now() < end) continue;
      throw new ApiRefusal(response.status, `${method} ${path}`, text);
    }
  }
}
