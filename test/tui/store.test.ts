import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { coalesce } from '../../src/tui/store.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Milliseconds at which it was drawn. */
const drawing = () => {
  const start = performance.now();
  const at: number[] = [];
  return { at, ...coalesce(() => at.push(performance.now() - start), 8) };
};

describe('coalesce', () => {
  it('draws a single change with the next turn', () => {
    const { at, poke } = drawing();
    poke();
    expect(at).toEqual([]);
    vi.advanceTimersByTime(0);
    expect(at).toEqual([0]);
  });

  it('draws a burst at its pace', () => {
    const { at, poke } = drawing();
    for (let ms = 0; ms < 20; ms++) {
      poke();
      vi.advanceTimersByTime(1);
    }
    expect(at).toEqual([0, 8, 16]);
  });

  it('lets a change wait that has patience, with what changes until then', () => {
    const { at, poke } = drawing();
    poke(5);
    vi.advanceTimersByTime(3);
    poke(5);
    vi.advanceTimersByTime(30);
    expect(at).toEqual([5]);
  });

  it('draws it with one that has less', () => {
    const { at, poke } = drawing();
    poke(8);
    vi.advanceTimersByTime(1);
    poke(2);
    vi.advanceTimersByTime(30);
    poke(8);
    poke();
    vi.advanceTimersByTime(30);
    expect(at).toEqual([3, 31]);
  });

  it('draws nothing after it was stopped', () => {
    const { at, poke, stop } = drawing();
    poke(2);
    stop();
    vi.advanceTimersByTime(30);
    expect(at).toEqual([]);
  });
});
