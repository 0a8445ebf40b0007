import { Temporal } from 'temporal-polyfill';
import { isTimeZone } from './time-zone';

describe('names of time zones', () => {
  it('are looked up once, however many there were before that are none', () => {
    for (let n = 0; n < 2_500; n += 1) expect(isTimeZone(`Nowhere/Place${n}`)).toBe(false);
    const lookUps = jest.spyOn(Temporal.Instant, 'fromEpochMilliseconds');
    for (let n = 0; n < 100; n += 1)
      expect([isTimeZone('Europe/Paris'), isTimeZone('Mars/Olympus')]).toEqual([true, false]);
    expect(lookUps).toHaveBeenCalledTimes(2);
    lookUps.mockRestore();
  });
});
