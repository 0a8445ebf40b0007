import { MINUTE } from '@entente/kernel';
import { Loop } from './loop';

const turn = (ms = 5) => new Promise((resolve) => setTimeout(resolve, ms));
const fail = (error: unknown) => {
  throw error;
};

it('works again after each rest, and never twice at a time', async () => {
  let [running, most, runs] = [0, 0, 0];
  const loop = new Loop(async () => {
    running += 1;
    most = Math.max(most, running);
    await turn(1);
    running -= 1;
    runs += 1;
    return 1;
  }, fail);
  loop.start();
  loop.wake();
  while (runs < 5) await turn();
  await loop.stop();
  const at = runs;
  await turn(10);
  expect([most, runs]).toEqual([1, at]);
});

it('a wake-up ends the rest that is, and one during the work makes the next none', async () => {
  let runs = 0;
  const loop = new Loop(() => {
    runs += 1;
    if (runs === 1) loop.wake();
    return Promise.resolve(MINUTE);
  }, fail);
  loop.start();
  await turn();
  expect(runs).toBe(2);
  loop.wake();
  await turn();
  expect(runs).toBe(3);
  await loop.stop();
});

it('reports an error and goes on', async () => {
  const errors: unknown[] = [];
  let runs = 0;
  const loop = new Loop(
    () => {
      runs += 1;
      return runs === 1 ? Promise.reject(new Error('once')) : Promise.resolve(MINUTE);
    },
    (error) => errors.push(error),
  );
  loop.start();
  await turn();
  expect(errors).toEqual([new Error('once')]);
  loop.wake();
  await turn();
  expect(runs).toBe(2);
  await loop.stop();
});

it('stopping tells the work in hand and waits for it', async () => {
  let told = false;
  const loop = new Loop(async (stop) => {
    while (!stop.aborted) await turn(1);
    told = true;
    return 0;
  }, fail);
  loop.start();
  await turn();
  await loop.stop();
  expect(told).toBe(true);
});
