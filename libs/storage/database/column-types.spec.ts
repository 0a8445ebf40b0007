import fc from 'fast-check';
import { types } from 'pg';
import { parseTimestamp } from './column-types';

const expected = types.getTypeParser(types.builtins.TIMESTAMPTZ) as (text: string) => Date | number;

describe('a timestamp', () => {
  it('is read as node-postgres reads it', () => {
    const instants = fc.date({
      min: new Date('0001-01-01'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    const fractions = fc.constantFrom('', '.1', '.12', '.123', '.1234', '.12345', '.123456', '.000001');
    const zones = fc.constantFrom('+00', '+02', '-03:30', '+05:53:28');
    fc.assert(
      fc.property(instants, fractions, zones, (instant, fraction, zone) => {
        const text = `${instant.toISOString().slice(0, 19).replace('T', ' ')}${fraction}${zone}`;
        expect(parseTimestamp(text)).toEqual(expected(text));
      }),
    );
  });

  it.each(['infinity', '-infinity', '12026-11-24 23:50:41+00', '0044-03-15 12:00:00+00 BC'])(
    'may be %s',
    (text) => {
      expect(parseTimestamp(text)).toEqual(expected(text));
    },
  );
});
