import type { ContactId } from '@entente/kernel';
import { forAll, NeedsHistory, StartOver, untilSettled } from './start-over';

const contacts: readonly ContactId[] = Array.from({ length: 300 }, (_, n) => String(n));

describe('a transaction that needs the stored events of many contacts', () => {
  it('begins again once for all of them', async () => {
    let tries = 0;
    await untilSettled(async (histories) => {
      tries += 1;
      await forAll(contacts, (contact) => {
        if (!histories.has(contact)) throw new NeedsHistory(contact);
      });
    });
    expect(tries).toBe(2);
  });

  it('does not believe what it finds after the first of them', async () => {
    const work = (contact: ContactId): void => {
      throw contact === contacts[2] ? new Error('what is half done is odd') : new NeedsHistory(contact);
    };
    await expect(forAll(contacts, work)).rejects.toThrow(NeedsHistory);
  });

  it('fails by what goes wrong before', async () => {
    const wrong = (): void => {
      throw new Error('wrong');
    };
    await expect(forAll(contacts, wrong)).rejects.toThrow('wrong');
  });

  it('lets others have their turn where it takes long', async () => {
    let turns = 0;
    const other = setInterval(() => (turns += 1), 1);
    const slowly = (): void => {
      for (const end = performance.now() + 5; performance.now() < end;);
    };
    await forAll(contacts.slice(0, 20), slowly);
    clearInterval(other);
    expect(turns).toBeGreaterThan(1);
  });

  it('gives up when it goes on asking for what it has', async () => {
    const again = untilSettled(async () => {
      throw new NeedsHistory(contacts[0]!);
    });
    await expect(again).rejects.toThrow(StartOver);
  });
});
