import { BackOff } from './back-off';
import { Slots } from './postgres/slots';
import { WakeUp } from './wake-up';

const turn = (ms = 5) => new Promise((resolve) => setTimeout(resolve, ms));

it('slots let so many run at a time, in the order they asked, and go on after a failure', async () => {
  const slots = new Slots(2);
  const begun: number[] = [];
  const finish: (() => void)[] = [];
  const work = (number: number) => () =>
    new Promise<void>((resolve, reject) => {
      begun.push(number);
      finish.push(number === 0 ? () => reject(new Error('failed')) : resolve);
    });
  const runs = [0, 1, 2, 3].map((number) => slots.run(work(number)));
  const failed = expect(runs[0]).rejects.toThrow('failed');
  await turn();
  expect(begun).toEqual([0, 1]);
  finish[0]!();
  await failed;
  await turn();
  expect(begun).toEqual([0, 1, 2]);
  finish[1]!();
  finish[2]!();
  await turn();
  finish[3]!();
  await Promise.all(runs.slice(1));
});

it('a wake-up ends the wait that runs, or the next one', async () => {
  const wakeUp = new WakeUp();
  wakeUp.wake();
  await wakeUp.wait(60_000);
  const waiting = wakeUp.wait(60_000);
  wakeUp.wake();
  await waiting;
  const start = performance.now();
  await wakeUp.wait(30);
  expect(performance.now() - start).toBeGreaterThanOrEqual(25);
});

it('back-off doubles up to its longest wait and starts again after a reset', () => {
  const backOff = new BackOff(100, 400);
  for (const most of [100, 200, 400, 400]) {
    const wait = backOff.take();
    expect(wait).toBeLessThanOrEqual(most);
    expect(wait).toBeGreaterThanOrEqual(most * 0.75);
  }
  backOff.reset();
  expect(backOff.take()).toBeLessThanOrEqual(100);
});
