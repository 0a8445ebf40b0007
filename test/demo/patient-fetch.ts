import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 60_000;
const PAUSE_MS = 300;

/** `fetch` that asks again while nobody answers, as when a process was killed and is being started again. */
export async function patientFetch(url: string, request?: RequestInit): Promise<Response> {
  for (const end = Date.now() + PATIENCE_MS; ; await sleep(PAUSE_MS)) {
    try {
      const response = await fetch(url, request);
      return await whole(response);
    } catch (error) {
      if (Date.now() > end) throw new Error(`${new URL(url).origin} does not answer`, { cause: error });
    }
  }
}

/** An answer may break off, too: it counts once all of it is here. */
async function whole(response: Response): Promise<Response> {
  const { status, statusText, headers } = response;
  const body = await response.arrayBuffer();
  return new Response(body.byteLength > 0 ? body : null, { status, statusText, headers });
}
