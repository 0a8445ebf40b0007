import { isObject, type Instant, type JsonObject, type Problem } from '@entente/kernel';
import { DataCheck, itemBounds } from './check-data';
import type { Fact, FactType } from './fact';
import { checkId, checkIdentity } from './identity-value';
import { correctSkew, EARLIEST, readTime } from './item-time';

/** What a request says about all its items. */
export interface Envelope {
  readonly source: number;
  readonly receivedAt: Instant;
  /** When the client sent the batch, by its own clock. */
  readonly sentAt?: Instant;
  /** The call that the address names; items of a batch name theirs. */
  readonly type?: FactType;
  readonly newId: () => string;
  /** What a batch says for the items that do not say it themselves. */
  readonly defaults?: { readonly context?: JsonObject };
}

export type Checked = { readonly fact: Fact } | { readonly problems: Problem[] };

/** The fields beside the ids and times that each call has; `undefined` is dropped from the record. */
type Body = Pick<Fact, 'name' | 'properties' | 'traits' | 'groupId' | 'previousId'>;

/** Longest name of an event or page, in UTF-16 units. */
export const LONGEST_NAME = 200;

/**
 * Checks one item of the Segment tracking spec by hand (it runs once per event) and gives it as a fact, or all its
 * problems. JSON null means absent. What lies inside properties, traits and context is open and kept as it is;
 * fields beside those of the spec are dropped, so no item can set what is ours.
 */
export function checkItem(raw: unknown, envelope: Envelope): Checked {
  if (!isObject(raw)) return { problems: [problem('', 'type', 'the item is not an object')] };
  return new ItemCheck(raw, envelope).result();
}

class ItemCheck {
  private readonly data = new DataCheck();
  private readonly problems = this.data.problems;

  constructor(
    private readonly raw: Record<string, unknown>,
    private readonly envelope: Envelope,
  ) {}

  result(): Checked {
    const type = this.type();
    const fact: Fact = {
      v: 1,
      type,
      source: this.envelope.source,
      messageId: this.messageId(),
      userId: this.id('userId', checkIdentity),
      anonymousId: this.id('anonymousId', checkIdentity),
      ...bodies[type](this),
      context: this.context(),
      timestamp: this.timestamp(),
    };
    if (fact.userId === undefined && fact.anonymousId === undefined) this.nobody();
    this.size(fact);
    return this.problems.length > 0 ? { problems: this.problems } : { fact };
  }

  /** An object of open data, or undefined when absent. */
  object(field: string): JsonObject | undefined {
    const value = this.raw[field];
    if (value === undefined || value === null) return undefined;
    if (!isObject(value)) return this.wrong(field, 'type', 'is not an object');
    this.data.check(value, field);
    if (value.email !== undefined && value.email !== null && typeof value.email !== 'string')
      this.wrong(`${field}.email`, 'type', 'is not text');
    return value as JsonObject;
  }

  id(field: string, check: typeof checkId): string | undefined {
    const value = this.raw[field];
    if (value === undefined || value === null) return undefined;
    const checked = check(value);
    return 'id' in checked ? checked.id : this.wrong(field, checked.code, checked.wrong);
  }

  requiredId(field: string, check: typeof checkId): string | undefined {
    return this.require(field) ? this.id(field, check) : undefined;
  }

  require(field: string): boolean {
    const value = this.raw[field];
    const isThere = value !== undefined && value !== null && value !== '';
    if (!isThere) this.wrong(field, 'missing', 'is missing');
    return isThere;
  }

  text(field: string): string | undefined {
    const value = this.raw[field];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') return this.wrong(field, 'type', 'is not text');
    if (value.length > LONGEST_NAME)
      return this.wrong(field, 'length', `is longer than ${LONGEST_NAME} characters`);
    this.data.check(value, field);
    return value;
  }

  eventName(): string | undefined {
    const name = this.text('event');
    const isBlank = name === undefined ? this.problems.every(({ path }) => path !== 'event') : !name.trim();
    return isBlank ? this.wrong('event', 'missing', 'is missing', 'the name of the event') : name;
  }

  wrong(path: string, code: string, what: string, expected?: string): undefined {
    this.problems.push(problem(path, code, `${path} ${what}`, expected));
  }

  private type(): FactType {
    const { type } = this.raw;
    const called = this.envelope.type;
    if (called && (type === undefined || type === null || type === called)) return called;
    if (!called && isFactType(type)) return type;
    this.wrong('type', 'type', 'does not fit', called ?? Object.keys(bodies).join(', '));
    return 'identify';
  }

  private messageId(): string {
    const { messageId } = this.raw;
    if (messageId === undefined || messageId === null || messageId === '') return this.envelope.newId();
    return this.id('messageId', checkId) || this.envelope.newId();
  }

  private context(): JsonObject | undefined {
    const own = this.object('context');
    const shared = this.envelope.defaults?.context;
    if (!shared) return own;
    this.data.check(shared, 'context');
    return { ...shared, ...own };
  }

  private timestamp(): Instant {
    const { receivedAt } = this.envelope;
    const timestamp = readTime(this.raw.timestamp);
    if (timestamp === undefined) return receivedAt;
    if (timestamp === 'wrong') {
      this.wrong(
        'timestamp',
        'time',
        'names no instant',
        'RFC 3339 with an offset: 2026-11-23T09:30:00.000Z',
      );
      return receivedAt;
    }
    const sentAt = readTime(this.raw.sentAt) ?? this.envelope.sentAt;
    const corrected = correctSkew(timestamp, { receivedAt, sentAt: sentAt === 'wrong' ? undefined : sentAt });
    if (corrected < EARLIEST)
      this.wrong('timestamp', 'time', 'lies before 1990, which is a mistake of units');
    return corrected;
  }

  private nobody(): void {
    if (this.problems.some(({ path }) => path === 'userId' || path === 'anonymousId')) return;
    this.wrong('userId', 'missing', 'is missing', 'a userId or an anonymousId');
  }

  /** The exact size in bytes is measured only where the text could exceed it at its longest. */
  private size(fact: Fact): void {
    if (!this.data.mayExceed(itemBounds.bytes)) return;
    if (this.problems.some(({ code }) => code === 'depth')) return;
    if (Buffer.byteLength(JSON.stringify(fact)) > itemBounds.bytes)
      this.problems.push(problem('', 'size', `the item is larger than ${itemBounds.bytes} bytes`));
  }
}

/** What each call carries beside the ids; adding a call is one entry here. */
const bodies: Record<FactType, (item: ItemCheck) => Body> = {
  identify: (item) => ({ traits: item.object('traits') }),
  track: (item) => ({ name: item.eventName(), properties: item.object('properties') }),
  page: (item) => ({ name: item.text('name'), properties: withCategory(item) }),
  screen: (item) => ({ name: item.text('name'), properties: withCategory(item) }),
  group: (item) => ({ groupId: item.requiredId('groupId', checkIdentity), traits: item.object('traits') }),
  alias: (item) => {
    item.require('userId');
    return { previousId: item.requiredId('previousId', checkIdentity) };
  },
};

/** The spec has a page's category beside its properties; rules look at properties only. */
function withCategory(item: ItemCheck): JsonObject | undefined {
  const category = item.text('category');
  const properties = item.object('properties');
  return category === undefined ? properties : { category, ...properties };
}

const isFactType = (type: unknown): type is FactType =>
  typeof type === 'string' && Object.hasOwn(bodies, type);

const problem = (path: string, code: string, message: string, expected?: string): Problem => ({
  path,
  code,
  message,
  ...(expected && { expected }),
});
