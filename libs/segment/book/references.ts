type Links = ReadonlyMap<number, ReadonlySet<number>>;

/** Which versions refer to which, and the order in which they can be decided. */
export class References {
  private readonly rank: ReadonlyMap<number, number>;
  private readonly referredBy = new Map<number, Set<number>>();

  /** `order` has every version after those it refers to. */
  constructor(
    readonly order: readonly number[],
    private readonly refersTo: Links,
  ) {
    this.rank = new Map(order.map((version, index) => [version, index]));
    for (const [version, others] of refersTo)
      for (const other of others) {
        const list = this.referredBy.get(other) ?? new Set();
        this.referredBy.set(other, list.add(version));
      }
  }

  /** These versions in order, each once. */
  inOrder(versions: Iterable<number>): readonly number[] {
    if (Array.isArray(versions) && this.isInOrder(versions)) return versions;
    const known = [...new Set(versions)].filter((version) => this.rank.has(version));
    return known.sort((a, b) => this.rank.get(a)! - this.rank.get(b)!);
  }

  /** These versions and all that refer to them, at any distance, in order. */
  withDependents(versions: Iterable<number>): readonly number[] {
    return this.inOrder(closure(versions, this.referredBy));
  }

  /** These versions and all that they refer to, at any distance, in order. */
  withReferred(versions: Iterable<number>): readonly number[] {
    return this.inOrder(closure(versions, this.refersTo));
  }

  private isInOrder(versions: readonly number[]): boolean {
    if (versions.length === 1) return this.rank.has(versions[0]!);
    let last = -1;
    for (const version of versions) {
      const rank = this.rank.get(version) ?? -1;
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
