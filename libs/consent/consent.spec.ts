import fc from 'fast-check';
import {
  acts,
  actors,
  allowing,
  allows,
  bases,
  CHAIN_START,
  EVERY_TOPIC,
  foldPermission,
  grants,
  mayAppend,
  mostRestrictive,
  seal,
  standingFor,
  verifyChain,
  type Act,
  type LedgerEntry,
  type PermissionAct,
  type SealedEntry,
  type Standing,
} from '.';

const home = Buffer.alloc(32, 1);
const work = Buffer.alloc(32, 2);

const act = (topic: string, what: Act, by: PermissionAct['actor'], addressHash = home): PermissionAct => ({
  topic,
  act: what,
  actor: by,
  basis: grants(what) ? 'consent' : 'none',
  addressHash,
});
const ledger = (...entries: PermissionAct[]) => entries.map((entry, i) => ({ ...entry, seq: i + 1 }));
const standingAfter = (topic: string, ...entries: PermissionAct[]) =>
  standingFor(foldPermission(ledger(...entries)), topic);

describe('the fold of the ledger', () => {
  it('is no by default', () => {
    expect(standingAfter('news')).toBeUndefined();
    expect(allows(undefined, home)).toBe(false);
  });

  it('lets only the recipient lift a withdrawal', () => {
    const out = act('news', 'withdrawn', 'recipient');
    expect(standingAfter('news', out, act('news', 'granted', 'import'))?.state).toBe('withdrawn');
    expect(standingAfter('news', out, act('news', 'confirmed', 'api'))?.state).toBe('withdrawn');
    expect(standingAfter('news', out, act('news', 'confirmed', 'operator'))?.state).toBe('withdrawn');
    expect(standingAfter('news', out, act('news', 'granted', 'recipient'))?.state).toBe('granted');
  });

  it('keeps an objection through a later withdrawal, and a confirmation through a later grant', () => {
    expect(
      standingAfter('news', act('news', 'objected', 'recipient'), act('news', 'withdrawn', 'api'))?.state,
    ).toBe('objected');
    const confirmed = act('news', 'confirmed', 'recipient');
    expect(standingAfter('news', confirmed, act('news', 'granted', 'import'))?.seq).toBe(1);
    expect(standingAfter('news', confirmed, act('news', 'granted', 'import', work))?.seq).toBe(2);
  });

  it('applies what is said about every topic to all of them, later ones included', () => {
    const all = [
      act('news', 'granted', 'import'),
      act(EVERY_TOPIC, 'withdrawn', 'recipient'),
      act('new-topic', 'granted', 'import'),
      act('offers', 'granted', 'recipient'),
    ];
    expect(standingAfter('news', ...all)?.state).toBe('withdrawn');
    expect(standingAfter('new-topic', ...all)?.state).toBe('withdrawn');
    expect(standingAfter('offers', ...all)?.state).toBe('granted');
    expect(standingAfter('offers', ...all, act(EVERY_TOPIC, 'withdrawn', 'recipient'))?.state).toBe(
      'withdrawn',
    );
  });
});

describe('what may be appended', () => {
  const standing = (state: Act, actor: Standing['actor'] = 'import'): Standing => ({
    state,
    basis: 'consent',
    actor,
    addressHash: home,
    seq: 1,
  });

  it('refuses a grant after a withdrawal unless it is the recipient’s own', () => {
    for (const state of ['withdrawn', 'objected', 'paused'] as const) {
      for (const actor of ['import', 'api', 'operator'] as const)
        expect(mayAppend(standing(state), act('news', 'granted', actor))).toBe(state);
      expect(mayAppend(standing(state), act('news', 'granted', 'recipient'))).toBe('yes');
    }
  });

  it('refuses a grant without address or basis, and of every topic', () => {
    const { addressHash: _, ...nowhere } = act('news', 'granted', 'import');
    expect(mayAppend(undefined, nowhere)).toBe('no-address');
    expect(mayAppend(undefined, { ...act('news', 'granted', 'import'), basis: 'none' })).toBe('no-basis');
    expect(mayAppend(undefined, act(EVERY_TOPIC, 'granted', 'recipient'))).toBe('every-topic');
  });

  it('knows what says nothing new', () => {
    expect(mayAppend(standing('granted'), act('news', 'granted', 'import'))).toBe('already');
    expect(mayAppend(standing('granted'), act('news', 'confirmed', 'import'))).toBe('yes');
    expect(mayAppend(standing('granted'), act('news', 'granted', 'import', work))).toBe('yes');
    expect(mayAppend(standing('withdrawn'), act('news', 'withdrawn', 'recipient'))).toBe('yes');
    expect(mayAppend(standing('withdrawn', 'recipient'), act('news', 'withdrawn', 'recipient'))).toBe(
      'already',
    );
    expect(mayAppend(undefined, act('news', 'paused', 'recipient'))).toBe('not-granted');
  });
});

describe('a lineage', () => {
  const of = (state: Act, addressHash = home): Standing => ({
    state,
    basis: 'consent',
    actor: 'import',
    addressHash,
    seq: 1,
  });

  it('is as restricted as its most restricted contact', () => {
    expect(mostRestrictive([of('confirmed'), undefined, of('withdrawn')])?.state).toBe('withdrawn');
    expect(mostRestrictive([of('withdrawn'), of('objected')])?.state).toBe('objected');
    expect(mostRestrictive([undefined])).toBeUndefined();
    expect(allowing([of('confirmed'), of('paused')], home)).toBeUndefined();
  });

  it('allows mail to the address that was granted only', () => {
    expect(allowing([undefined, of('granted', work), of('confirmed')], home)?.state).toBe('confirmed');
    expect(allowing([of('granted', work)], home)).toBeUndefined();
    expect(allowing([], home)).toBeUndefined();
  });
});

const anyAct: fc.Arbitrary<PermissionAct> = fc.record({
  topic: fc.constantFrom('news', 'offers', EVERY_TOPIC),
  act: fc.constantFrom(...acts),
  actor: fc.constantFrom(...actors),
  basis: fc.constantFrom(...bases),
  addressHash: fc.constantFrom(home, work),
});

describe('promise 5: an opt-out is never undone by others', () => {
  it('for any entries that follow, unless the recipient grants', () => {
    fc.assert(
      fc.property(
        fc.array(anyAct),
        fc.array(anyAct.filter((entry) => entry.actor !== 'recipient')),
        fc.constantFrom('news', EVERY_TOPIC),
        (before, after, topic) => {
          const state = standingAfter(
            'news',
            ...before,
            act(topic, 'withdrawn', 'recipient'),
            ...after,
          )?.state;
          expect(['withdrawn', 'objected']).toContain(state);
        },
      ),
    );
  });
});

const entriesOf = (list: PermissionAct[]): LedgerEntry[] =>
  list.map((entry, i) => ({
    ...entry,
    contact: '7',
    seq: i + 1,
    channel: 'email',
    source: 2,
    recordedAt: i,
  }));

function sealed(
  list: PermissionAct[],
): (SealedEntry & { proof: { salt: Buffer; evidence: { n: number } } })[] {
  let previous: Buffer = CHAIN_START;
  return entriesOf(list).map((entry) => {
    const proof = { salt: Buffer.alloc(16, entry.seq), evidence: { n: entry.seq } };
    const done = seal(previous, entry, proof);
    previous = done.hash;
    return { ...done, proof };
  });
}

describe('the chain', () => {
  const lists = fc.array(anyAct, { minLength: 1, maxLength: 12 });

  it('is sound with its evidence, and when erasure has emptied it', () => {
    fc.assert(
      fc.property(lists, (list) => {
        const chain = sealed(list);
        const head = { seq: chain.length, hash: chain.at(-1)!.hash };
        expect(verifyChain(chain, head)).toBeUndefined();
        expect(
          verifyChain(
            chain.map(({ proof: _, ...rest }) => rest),
            head,
          ),
        ).toBeUndefined();
      }),
    );
  });

  it('shows any field changed, any evidence changed, any entry cut out', () => {
    const changes: ((entry: SealedEntry) => object)[] = [
      (entry) => ({ act: entry.act === 'granted' ? 'withdrawn' : 'granted' }),
      (entry) => ({ topic: `${entry.topic}x` }),
      (entry) => ({ recordedAt: entry.recordedAt + 1 }),
      (entry) => ({ addressHash: entry.addressHash?.equals(home) ? work : home }),
      () => ({ addressHash: undefined }),
      () => ({ claimedAt: 5 }),
      () => ({ proof: { salt: Buffer.alloc(16, 99), evidence: { n: 1 } } }),
    ];
    fc.assert(
      fc.property(lists, fc.nat(), fc.constantFrom(...changes), (list, at, change) => {
        const chain = sealed(list);
        const head = { seq: chain.length, hash: chain.at(-1)!.hash };
        const index = at % chain.length;
        const changed = chain.map((entry, i) => (i === index ? { ...entry, ...change(entry) } : entry));
        expect(verifyChain(changed, head)).toBeDefined();
        expect(
          verifyChain(
            chain.filter((_, i) => i !== index),
            head,
          ),
        ).toBeDefined();
      }),
    );
  });
});
