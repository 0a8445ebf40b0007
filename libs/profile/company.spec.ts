import type { Json, JsonObject } from '@entente/kernel';
import fc from 'fast-check';
import {
  companyChange,
  laterJoining,
  MOST_COMPANY_BYTES,
  readCompany,
  toBeTold,
  toldOf,
  type Joining,
  type ToldJoining,
} from './company';
import { applyTraits, readTraits, type SourcedTraits, type SourceRank } from './traits';

const own: SourceRank = { id: 1, precedence: -1, trusted: true };
const crm: SourceRank = { id: 2, precedence: 10, trusted: true };
const web: SourceRank = { id: 3, precedence: 5, trusted: false };
const sources = [own, crm, web];

const uuid = (n: number) => `00000000-0000-8000-8000-${String(n).padStart(12, '0')}`;
const anyJoining: fc.Arbitrary<Joining> = fc.record({
  company: fc.constantFrom('acme', 'shop'),
  at: fc.integer({ min: 0, max: 3 }),
  message: fc.integer({ min: 1, max: 3 }).map(uuid),
});
const anyTold = fc
  .tuple(anyJoining, fc.integer({ min: 0, max: 12 }))
  .map(([joining, version]) => ({ joining, version, plan: `${joining.company} ${version}` }));
type Told = typeof anyTold extends fc.Arbitrary<infer T> ? T : never;

const tell = (traits: SourcedTraits, { joining, version, plan }: Told): SourcedTraits => {
  const told = toldOf(joining, { id: joining.company, version, view: { plan } });
  const stored = JSON.parse(JSON.stringify(told)) as JsonObject;
  return applyTraits(traits, companyChange(own.id, stored)).traits;
};

const said = (source: number, values: Record<string, Json>, traits: SourcedTraits = {}) =>
  applyTraits(traits, { source, at: 1, message: uuid(1), values }).traits;

describe('what a contact is told of companies', () => {
  it('holds by the latest group event and of that by the highest version, in whatever order it arrives', () =>
    fc.assert(
      fc.property(
        fc
          .array(anyTold, { minLength: 1, maxLength: 10 })
          .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, shuffled]) => {
          const traits = [...shuffled, ...all].reduce(tell, {});
          const last = all.map(({ joining }) => joining).reduce(laterOf)!;
          const versions = all
            .filter(({ joining }) => JSON.stringify(joining) === JSON.stringify(last))
            .map(({ version }) => version);
          const plan = `${last.company} ${Math.max(...versions)}`;
          expect(traits['company']![own.id]![0]).toEqual({ id: last.company, plan });
        },
      ),
    ));

  it('is read before what other sources say of the company, and names it by its id', () => {
    const contact = said(crm.id, { company: { name: 'By hand' }, plan: 'free' });
    expect(readTraits(contact, sources)).toEqual({ company: { name: 'By hand' }, plan: 'free' });
    const joining = { company: 'acme', at: 5, message: uuid(5) };
    const told = toldOf(joining, { id: 'acme', version: 1, view: { id: 'x', plan: 'pro' } });
    const { traits } = applyTraits(contact, companyChange(own.id, told));
    expect(readTraits(traits, sources)).toEqual({ company: { id: 'acme', plan: 'pro' }, plan: 'free' });
  });
});

/** Three contacts that join companies, are merged and split, and are told; facts arrive in whatever order. */
class Contacts {
  private readonly rows = new Map<number, ToldJoining>();
  private readonly told = new Map<number, Joining[]>();
  private persons: number[] = [0, 1, 2];

  join(contact: number, joining: Joining): void {
    const before = this.rows.get(contact);
    if (laterJoining(before, joining) === before) return;
    this.rows.set(contact, {
      ...joining,
      told: before?.company === joining.company ? before.told : undefined,
    });
    this.settle(this.persons[contact]!);
  }

  regroup(persons: number[]): void {
    this.persons = persons;
    for (const person of new Set(persons)) this.settle(person);
  }

  /** Everybody in a company is told of a change. */
  walk(company: string): void {
    for (const [contact, row] of this.rows) if (row.company === company) this.tell(contact, row);
  }

  expectLatest(): void {
    for (const person of new Set(this.persons)) {
      const last = this.rowsOf(person).reduce<Joining | undefined>(laterJoining, undefined);
      const known = this.contactsOf(person)
        .flatMap((contact) => this.told.get(contact) ?? [])
        .reduce<Joining | undefined>(laterJoining, undefined);
      expect(known?.company).toBe(last?.company);
    }
  }

  private settle(person: number): void {
    for (const row of toBeTold(this.rowsOf(person))) {
      const contact = [...this.rows].find(([, one]) => one === row)![0];
      this.rows.set(contact, { ...row, told: { at: row.at, message: row.message } });
      this.tell(contact, row);
    }
  }

  private tell(contact: number, { company, at, message }: Joining): void {
    this.told.set(contact, [...(this.told.get(contact) ?? []), { company, at, message }]);
  }

  private contactsOf = (person: number) => [0, 1, 2].filter((contact) => this.persons[contact] === person);
  private rowsOf = (person: number) =>
    this.contactsOf(person)
      .map((contact) => this.rows.get(contact))
      .filter((row) => row !== undefined);
}

const anyAct = fc.oneof(
  { weight: 6, arbitrary: fc.record({ contact: fc.nat(2), joining: anyJoining }) },
  {
    weight: 1,
    arbitrary: fc.record({ persons: fc.constantFrom<number[]>([0, 1, 2], [0, 0, 2], [0, 0, 0], [0, 1, 1]) }),
  },
  { weight: 2, arbitrary: fc.record({ walk: fc.constantFrom('acme', 'shop') }) },
);

describe('toBeTold', () => {
  it('has everybody know the company of their latest group event, through merges, splits and changes', () =>
    fc.assert(
      fc.property(fc.array(anyAct, { maxLength: 20 }), (acts) => {
        const contacts = new Contacts();
        for (const act of acts) {
          if ('contact' in act) contacts.join(act.contact, act.joining);
          else if ('persons' in act) contacts.regroup(act.persons);
          else contacts.walk(act.walk);
          contacts.expectLatest();
        }
      }),
      { numRuns: 2_000 },
    ));

  it('does not tell somebody twice of the company they stay in', () => {
    const told = { at: 1, message: uuid(1) };
    expect(toBeTold([{ company: 'acme', at: 9, message: uuid(9), told }])).toEqual([]);
  });
});

describe('laterJoining', () => {
  it('picks the same of many in whatever order', () =>
    fc.assert(
      fc.property(
        fc
          .array(anyJoining, { minLength: 1 })
          .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, shuffled]) => expect(shuffled.reduce(laterOf)).toEqual(all.reduce(laterOf)),
      ),
    ));
});

describe('readCompany', () => {
  it('reads trusted sources only, by precedence', () => {
    const company = said(web.id, { plan: 'stolen', seats: 9 }, said(crm.id, { plan: 'pro' }));
    expect(readCompany(company, sources)).toEqual({ plan: 'pro' });
    expect(readCompany(company, [own, crm, { ...web, trusted: true }])).toEqual({ plan: 'stolen', seats: 9 });
  });

  it('keeps within its room the names that come first', () => {
    const half = 'x'.repeat(MOST_COMPANY_BYTES / 2 - 20);
    const company = said(crm.id, { c: half, a: half, b: half, d: 1 });
    expect(Object.keys(readCompany(company, sources))).toEqual(['a', 'b']);
    expect(Buffer.byteLength(JSON.stringify(readCompany(company, sources)))).toBeLessThanOrEqual(
      MOST_COMPANY_BYTES,
    );
  });
});

const laterOf = (a: Joining, b: Joining): Joining => laterJoining(a, b);
