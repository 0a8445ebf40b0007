import { SECOND, type Instant } from '@entente/kernel';
import { isAutomatic } from './automatic-agents';

/** One request for a mailed link or for the open pixel. */
export interface Hit {
  readonly at: Instant;
  /** HTTP method. */
  readonly method: string;
  readonly userAgent?: string;
  /** `Sec-Purpose`, `Purpose` or `X-Moz`, whichever came. */
  readonly purpose?: string;
  /** When the message was handed over; undefined while nobody knows, which no human click can precede. */
  readonly sentAt?: Instant;
  /** Clicks on links of the same message around this one, this one included or not. */
  readonly clicks?: readonly { readonly link: number; readonly at: Instant }[];
}

export type Verdict =
  | { readonly by: 'human' }
  | {
      readonly by: 'machine';
      readonly because: 'head' | 'prefetch' | 'user-agent' | 'too-soon' | 'many-links';
    };

/** Scanners follow a link while the message is still being delivered. */
export const TOO_SOON = 5 * SECOND;
/** Nobody opens this many distinct links within this time. */
export const MANY_LINKS = 3;
export const MANY_LINKS_WITHIN = 2 * SECOND;

/** Whether a person made this request. In doubt it was a machine: a machine's opens and clicks start nothing. */
export function verdict(hit: Hit): Verdict {
  if (hit.method !== 'GET') return { by: 'machine', because: 'head' };
  if (/prefetch|prerender|preview/i.test(hit.purpose ?? '')) return { by: 'machine', because: 'prefetch' };
  if (isAutomatic(hit.userAgent)) return { by: 'machine', because: 'user-agent' };
  if (hit.sentAt === undefined || hit.at < hit.sentAt + TOO_SOON)
    return { by: 'machine', because: 'too-soon' };
  if (isBurst(hit)) return { by: 'machine', because: 'many-links' };
  return { by: 'human' };
}

export const isMachine = (hit: Hit): boolean => verdict(hit).by === 'machine';

/** Whether some two seconds around this click hold three distinct links or more. */
function isBurst({ at, clicks = [] }: Hit): boolean {
  const near = clicks.filter((click) => Math.abs(click.at - at) <= MANY_LINKS_WITHIN);
  return near.some((first) => {
    const within = near.filter((click) => click.at >= first.at && click.at - first.at <= MANY_LINKS_WITHIN);
    return new Set(within.map(({ link }) => link)).size >= MANY_LINKS;
  });
}
