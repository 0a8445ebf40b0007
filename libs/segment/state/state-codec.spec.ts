import fc from 'fast-check';
import type { Json } from '@entente/kernel';
import { SeriesState } from './series-state';
import { decodeState, encodeState } from './state-codec';

const keptIn = (state: SeriesState): Map<string, Json> =>
  new Map([...state.keys()].map((memory) => [memory, state.get(memory)!]));

describe('the state in few bytes', () => {
  const { json } = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 4 },
      fc.integer(),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string({ unit: 'grapheme' }),
      fc.uuid(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('json'), { maxLength: 5 }),
      fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), tie('json'), {
        maxKeys: 5,
        noNullPrototype: true,
      }),
    ),
  }));
  const states = fc
    .array(fc.tuple(fc.string(), json))
    .map((entries) => new SeriesState(new Map(entries as [string, Json][])));

  it('gives every plain JSON value back', () => {
    fc.assert(
      fc.property(states, (state) => expect(keptIn(decodeState(encodeState(state)))).toEqual(state.unpacked)),
    );
  });

  it('keeps what was stored and not changed since', () => {
    fc.assert(
      fc.property(states, states, (stored, { unpacked }) => {
        const changed = new SeriesState(unpacked, decodeState(encodeState(stored)).packed);
        const expected = new Map([...(changed.packed ? stored.unpacked : []), ...unpacked]);
        expect(keptIn(changed)).toEqual(expected);
        expect(keptIn(decodeState(encodeState(changed)))).toEqual(expected);
      }),
    );
  });

  it('refuses every part of a state that is not the whole of it', () => {
    fc.assert(
      fc.property(states, fc.nat(), (state, cut) => {
        const bytes = encodeState(state);
        fc.pre(bytes.length > 1);
        expect(() => decodeState(bytes.subarray(0, 1 + (cut % (bytes.length - 1))))).toThrow();
      }),
    );
  });

  it('takes no byte for no events, and few for some', () => {
    expect(encodeState(new SeriesState(new Map()))).toHaveLength(0);
    const kept = [3, [1_764_000_000_000, 1_763_000_000_000, 1_762_000_000_000]];
    const state = new SeriesState(new Map([['AbCdEfGhIjKl', kept]]));
    expect(encodeState(state).length).toBeLessThan(45);
    expect(JSON.stringify({ AbCdEfGhIjKl: kept }).length).toBeGreaterThan(60);
  });

  it('refuses another version and unknown tags', () => {
    expect(() => decodeState(Buffer.from([2, 9, 0]))).toThrow(RangeError);
    expect(() => decodeState(Buffer.from([1, 77]))).toThrow(RangeError);
  });
});
