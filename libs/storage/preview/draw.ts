/** Draws whole numbers from `first` to `last` at random, each once: the first steps of a Fisher-Yates shuffle. */
export class Draw {
  readonly all: number;
  drawn = 0;
  private readonly moved = new Map<number, number>();

  constructor(
    private readonly first: number,
    last: number,
    private readonly random: () => number,
  ) {
    this.all = last - first + 1;
  }

  /** Up to `count` more of them; none when all are drawn. */
  next(count: number): number[] {
    const numbers: number[] = [];
    while (numbers.length < count && this.drawn < this.all) numbers.push(this.first + this.one());
    return numbers;
  }

  private one(): number {
    const at = this.drawn + Math.floor(this.random() * (this.all - this.drawn));
    const place = this.moved.get(at) ?? at;
    this.moved.set(at, this.moved.get(this.drawn) ?? this.drawn);
    this.moved.delete(this.drawn);
    this.drawn += 1;
    return place;
  }
}
