import { stableUuid } from './ids';

describe('the UUID of some parts', () => {
  it.each([
    [['a'], '4162fddd-39a3-8422-9e8e-2392eced237f'],
    [['message', '3', 'm-1'], '13eb8946-69eb-8f75-8fe1-ebbf21561aa4'],
    [['', 'a:b'], '9c086346-7a19-897c-b327-3ca2e6918c80'],
    [['feedback', 'Message Delivered', '17', 'x'], 'fdde8fd2-d943-8040-a5c6-23a60e6ef2b3'],
  ])('of %j is what it always was', (parts, uuid) => {
    expect(stableUuid(...parts)).toBe(uuid);
  });

  it('is another one for parts that are joined otherwise', () => {
    expect(stableUuid('ab', 'c')).not.toBe(stableUuid('a', 'bc'));
  });
});
