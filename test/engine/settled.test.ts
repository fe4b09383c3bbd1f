import { describe, expect, it } from 'vitest';
import { isSettled } from '../../src/engine/settled.ts';
import type { Blocked } from '../../src/engine/watcher.ts';

const waits = (pairs: Readonly<Record<number, number[]>>): Map<number, Blocked> =>
  new Map(
    Object.entries(pairs).map(([pid, by]) => [
      Number(pid),
      { by, lock: { type: 'transactionid', mode: 'ShareLock' } },
    ]),
  );

describe('isSettled', () => {
  it('is so when nothing is in flight', () => expect(isSettled([], new Map())).toBe(true));

  it('is not so while a statement runs', () => expect(isSettled([1], new Map())).toBe(false));

  it('is so when all wait for idle sessions', () => {
    expect(isSettled([2, 3], waits({ 2: [1], 3: [1, 2] }))).toBe(true);
  });

  it('is not so when one waits for a session that runs', () => {
    expect(isSettled([1, 2], waits({ 2: [1] }))).toBe(false);
  });

  it('is not so in a ring: the server will end it', () => {
    expect(isSettled([1, 2], waits({ 1: [2], 2: [1] }))).toBe(false);
    expect(isSettled([1, 2, 3, 4], waits({ 1: [2], 2: [3], 3: [1], 4: [1] }))).toBe(false);
  });
});
