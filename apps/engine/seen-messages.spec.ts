import { stableUuid } from '@entente/kernel';
import { SeenMessages } from './seen-messages';

const message = (number: number) => stableUuid(String(number));
const messages = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => ({ message: message(from + index) }));

it('knows each of the latest 20,000 messages, whatever came before', () => {
  const seen = new SeenMessages();
  for (const { message } of messages(0, 200_000)) seen.add(message);
  const latest = messages(180_000, 200_000);
  expect(seen.suspects(latest)).toEqual(latest);
  expect(seen.suspects(messages(2_000_000, 2_010_000))).toEqual([]);
});

it('suspects everything once it was wrong, until what is found stored is what it would have told', () => {
  const seen = new SeenMessages();
  const [known, unknown] = [{ message: message(1) }, { message: message(2) }];
  seen.add(known.message);
  seen.distrust();
  expect(seen.suspects([known, unknown])).toEqual([known, unknown]);
  seen.compare([unknown]);
  expect(seen.suspects([unknown])).toEqual([unknown]);
  seen.compare([known]);
  expect(seen.suspects([known, unknown])).toEqual([known]);
});
