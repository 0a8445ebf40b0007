import type { IdentityKey } from '@entente/event';
import { isUser, type IdentityLink } from '@entente/profile';
import { claimBounds, entangledUsers, linksOfKeys, type Tx } from '@entente/storage';
import { exceeds, pairOf, type Surroundings } from './identity-graph';

/** How far a walk goes, in links and in keys beside those it starts from: only keys that nobody sane has lie further. */
const mostSteps = 40;
const mostKeys = 2_000;

/** What lies around keys, and every key that it may decide about. */
export interface Walked extends Surroundings {
  readonly keys: readonly IdentityKey[];
}

/**
 * Reads every link that may decide who these keys are. It goes no further where one user's devices and addresses end: what
 * a user shares with others decides about what is shared, and not about those others. When persons are joined or told apart
 * as such (`whole`), everything of the users around is read too.
 */
export async function walkIdentities(tx: Tx, from: readonly IdentityKey[], whole: boolean): Promise<Walked> {
  const walk = new Walk(tx, from.length + mostKeys);
  await walk.expand(from);
  if (whole) await walk.expand([...walk.users]);
  return walk.walked();
}

class Walk {
  private readonly links = new Map<string, IdentityLink>();
  private readonly bounds = new Map<IdentityKey, IdentityLink>();
  private readonly expanded = new Set<IdentityKey>();
  private readonly beyond = new Set<IdentityKey>();
  /** Users at whom the walk ends. */
  readonly users = new Set<IdentityKey>();

  constructor(
    private readonly tx: Tx,
    private readonly most: number,
  ) {}

  async expand(from: readonly IdentityKey[]): Promise<void> {
    let ahead = from;
    for (let step = 0; step < mostSteps && ahead.length > 0; step += 1) {
      if (this.expanded.size + ahead.length > this.most) break;
      ahead = await this.step(ahead);
    }
    for (const key of ahead) this.beyond.add(key);
  }

  walked(): Walked {
    return {
      links: [...this.links.values()],
      bounds: this.bounds,
      beyond: this.beyond,
      keys: [...this.expanded, ...this.users],
    };
  }

  /** Reads the links of keys; gives those that are to be read next. */
  private async step(keys: readonly IdentityKey[]): Promise<IdentityKey[]> {
    for (const key of keys) {
      this.expanded.add(key);
      this.users.delete(key);
    }
    const links = await linksOfKeys(this.tx, keys);
    for (const link of links) this.links.set(pairOf(link), link);
    const isNew = (key: IdentityKey) => !this.expanded.has(key) && !this.users.has(key);
    const ends = links.flatMap((link) => [link.a, link.b].filter(isNew).map((key) => ({ key, link })));
    const met = [...new Set(ends.map(({ key }) => key))];
    const [bounds, entangled] = await Promise.all([
      claimBounds(this.tx, met),
      entangledUsers(this.tx, met.filter(isUser)),
    ]);
    for (const [key, bound] of bounds) this.bounds.set(key, bound);
    const counting = ends.filter(({ key, link }) => !exceeds(link, bounds.get(key)));
    const reached = [...new Set(counting.map(({ key }) => key))];
    for (const key of reached) if (isUser(key) && !entangled.has(key)) this.users.add(key);
    return reached.filter((key) => !this.users.has(key));
  }
}
