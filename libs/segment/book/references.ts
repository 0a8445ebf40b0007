type Links = ReadonlyMap<number, ReadonlySet<number>>;

/** Which versions refer to which, and the order in which they can be decided. */
export class References {
  /** By version. The entries of a map with thousands of them are far apart in memory. */
  private readonly ranks: readonly (number | undefined)[];
  private readonly referredBy = new Map<number, Set<number>>();

  /** `order` has every version after those it refers to. */
  constructor(
    readonly order: readonly number[],
    private readonly refersTo: Links,
  ) {
    const ranks = new Array<number | undefined>(
      order.reduce((most, version) => Math.max(most, version), 0) + 1,
    );
    for (const [rank, version] of order.entries()) ranks[version] = rank;
    this.ranks = ranks;
    for (const [version, others] of refersTo)
      for (const other of others) {
        const list = this.referredBy.get(other) ?? new Set();
        this.referredBy.set(other, list.add(version));
      }
  }

  /** The place of a version in the order; undefined where it is none of them. */
  rankOf(version: number): number | undefined {
    return this.ranks[version];
  }

  /** These versions in order, each once. */
  inOrder(versions: Iterable<number>): readonly number[] {
    if (Array.isArray(versions) && this.isInOrder(versions)) return versions;
    const known = [...new Set(versions)].filter((version) => this.ranks[version] !== undefined);
    return known.sort((a, b) => this.ranks[a]! - this.ranks[b]!);
  }

  /** These versions and all that refer to them, at any distance, in order. */
  withDependents(versions: Iterable<number>): readonly number[] {
    return this.inOrder(closure(versions, this.referredBy));
  }

  /** These versions and all that they refer to, at any distance, in order. */
  withReferred(versions: Iterable<number>): readonly number[] {
    return this.inOrder(closure(versions, this.refersTo));
  }

  /** Those of these versions that others of them refer to. */
  referredAmong(versions: readonly number[]): readonly number[] {
    const referred = new Set(versions.flatMap((version) => [...(this.refersTo.get(version) ?? [])]));
    return versions.filter((version) => referred.has(version));
  }

  private isInOrder(versions: readonly number[]): boolean {
    if (versions.length === 1) return this.ranks[versions[0]!] !== undefined;
    let last = -1;
    for (const version of versions) {
      const rank = this.ranks[version] ?? -1;
      if (rank <= last) return false;
      last = rank;
    }
    return true;
  }
}

function closure(start: Iterable<number>, links: Links): Set<number> {
  const reached = new Set(start);
  for (const version of reached) for (const other of links.get(version) ?? []) reached.add(other);
  return reached;
}
