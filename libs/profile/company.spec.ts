import type { Json, JsonObject } from '@entente/kernel';
import fc from 'fast-check';
import {
  companyChange,
  knownCompany,
  laterJoining,
  MOST_COMPANY_BYTES,
  readCompany,
  toldOf,
  type Joining,
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
            .filter(({ joining }) => joining.at === last.at && joining.message === last.message)
            .map(({ version }) => version);
          expect(traits['company']![own.id]![0]).toMatchObject({
            plan: expect.stringMatching(new RegExp(` ${Math.max(...versions)}$`)) as string,
          });
          if (all.every(({ joining }) => joining.company === last.company))
            expect(knownCompany(traits, own.id)).toBe(last.company);
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
    expect(knownCompany(traits, own.id)).toBe('acme');
    expect(knownCompany(contact, own.id)).toBeUndefined();
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
