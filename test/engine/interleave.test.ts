import { describe, expect, it } from 'vitest';
import { countInterleavings, interleavings } from '../../src/engine/interleave.ts';

describe('interleavings', () => {
  it('are all orders in which each list keeps its own, each once', () => {
    expect([...interleavings([2, 1])]).toEqual([
      [0, 0, 1],
      [0, 1, 0],
      [1, 0, 0],
    ]);
    const all = [...interleavings([2, 2, 2])].map((order) => order.join(''));
    expect(all).toHaveLength(90);
    expect(new Set(all).size).toBe(90);
    expect(all).toEqual([...all].sort());
  });

  it('of nothing is one empty order, and an empty list changes nothing', () => {
    expect([...interleavings([])]).toEqual([[]]);
    expect([...interleavings([0, 2])]).toEqual([[1, 1]]);
  });

  it('come one at a time: of a billion the first is there at once', () => {
    expect(interleavings([20, 20, 20]).next().value).toHaveLength(60);
  });
});

describe('their number', () => {
  it.each([
    [[], 1],
    [[3], 1],
    [[3, 3], 20],
    [[2, 2, 2], 90],
    [[4, 4, 4, 4], 63_063_000],
    [[10, 10, 10], 5_550_996_791_340],
  ])('of %j is %d', (lengths, count) => {
    expect(countInterleavings(lengths)).toBe(count);
  });

  it('is what the generator gives', () => {
    for (const lengths of [
      [1, 2, 3],
      [3, 4],
      [2, 2, 1, 1],
    ])
      expect([...interleavings(lengths)]).toHaveLength(countInterleavings(lengths));
  });
});
