import { describe, expect, it } from 'vitest';
import { Waiters } from '../../src/engine/waiters.ts';

describe('Waiters', () => {
  it('wakes who waits for what has come true, and nobody else', async () => {
    const waiters = new Waiters();
    let count = 0;
    const woken: number[] = [];
    const all = [2, 1].map((wanted) =>
      waiters.until(() => count >= wanted, wanted === 2).then(() => woken.push(wanted)),
    );
    expect(waiters.look).toBe(true);
    for (count = 1; count <= 2; count++) {
      waiters.check();
      await Promise.resolve();
    }
    await Promise.all(all);
    expect(woken).toEqual([1, 2]);
    expect(waiters.look).toBe(false);
  });

  it('resolves at once when it is so already', async () => {
    await new Waiters().until(() => true, true);
  });

  it('waits no longer than it is told to', async () => {
    const waiters = new Waiters();
    await waiters.within(1, () => false, true);
    expect(waiters.look).toBe(false);
  });

  it('fails those who wait, and those who come later, when nothing can come true any more', async () => {
    const waiters = new Waiters();
    const before = expect(waiters.until(() => false, false)).rejects.toThrow('the server is gone');
    waiters.abort('the server is gone');
    await before;
    await expect(waiters.within(1_000, () => true, false)).rejects.toThrow('the server is gone');
  });
});
