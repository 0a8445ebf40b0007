import { sqlState } from './database';

it.each(['40001', '23505', '22P05', '0A000', 'P0001', 'XX000', 'HV00L', 'F0001', '57P01'])(
  '%s is an SQLSTATE',
  (code) => {
    expect(sqlState({ code })).toBe(code);
    expect(sqlState({ driverError: { code } })).toBe(code);
  },
);

it.each(['EPIPE', 'EBUSY', 'EPERM', 'EBADF', 'ENOSY', '4000', '400011', 40001, undefined])(
  '%p is none: nobody answered it',
  (code) => {
    expect(sqlState({ code })).toBeUndefined();
    expect(sqlState({ driverError: { code } })).toBeUndefined();
  },
);

it('nothing has no SQLSTATE', () => {
  expect([sqlState(undefined), sqlState(null), sqlState('EPIPE')]).toEqual([undefined, undefined, undefined]);
});
