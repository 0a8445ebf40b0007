import type { Json } from '@entente/kernel';
import { SMALL, tag } from './format';

/** Reads what a `Writer` wrote. Throws a `RangeError` for anything else. */
export class Reader {
  constructor(
    private readonly bytes: Buffer,
    private at = 0,
  ) {}

  get place(): number {
    return this.at;
  }

  byte(): number {
    return this.bytes.readUInt8(this.at++);
  }

  value(): Json {
    const first = this.byte();
    if (first >= SMALL) return first - SMALL;
    switch (first) {
      case tag.positive:
        return this.whole();
      case tag.negative:
        return -this.whole();
      case tag.list:
        return this.list();
      case tag.object:
        return this.object();
      case tag.text:
        return this.text();
      case tag.uuid:
        return this.uuid();
      case tag.double:
        return this.bytes.readDoubleBE(this.past(8) - 8);
      case tag.nil:
        return null;
      case tag.no:
      case tag.yes:
        return first === tag.yes;
      default:
        throw new RangeError('a state that cannot be read');
    }
  }

  private list(): Json[] {
    const values: Json[] = [];
    for (let left = this.whole(); left > 0; left -= 1) values.push(this.value());
    return values;
  }

  private object(): Json {
    const entries: [string, Json][] = [];
    for (let left = this.whole(); left > 0; left -= 1) entries.push([this.text(), this.value()]);
    return Object.fromEntries(entries);
  }

  /** Goes past a value without making it. */
  skip(): void {
    const first = this.byte();
    if (first >= SMALL) return;
    switch (first) {
      case tag.positive:
      case tag.negative:
        this.whole();
        return;
      case tag.list:
        for (let left = this.whole(); left > 0; left -= 1) this.skip();
        return;
      case tag.object:
        for (let left = this.whole(); left > 0; left -= 1) {
          this.skipText();
          this.skip();
        }
        return;
      case tag.text:
        this.skipText();
        return;
      case tag.uuid:
        this.past(16);
        return;
      case tag.double:
        this.past(8);
        return;
      case tag.nil:
      case tag.no:
      case tag.yes:
        return;
      default:
        throw new RangeError('a state that cannot be read');
    }
  }

  skipText(): void {
    this.past(this.whole());
  }

  text(): string {
    const length = this.whole();
    return this.bytes.toString('utf8', this.at, this.past(length));
  }

  private uuid(): string {
    const hex = this.bytes.toString('hex', this.at, this.past(16));
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  /** Moves on by so many bytes, to where they end. */
  past(bytes: number): number {
    this.at += bytes;
    if (this.at > this.bytes.length) throw new RangeError('a state that ends too early');
    return this.at;
  }

  whole(): number {
    let value = 0;
    for (let scale = 1; ; scale *= SMALL) {
      const byte = this.byte();
      value += (byte % SMALL) * scale;
      if (byte < SMALL) return value;
    }
  }
}
