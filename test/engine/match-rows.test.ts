import { describe, expect, it } from 'vitest';
import { rowsMatch, showRows } from '../../src/engine/match-rows.ts';

describe('rowsMatch', () => {
  it('takes rows in any order, unless told otherwise', () => {
    const rows = [['1'], ['2']];
    expect(rowsMatch([['2'], ['1']], rows, false)).toBe(true);
    expect(rowsMatch([['2'], ['1']], rows, true)).toBe(false);
  });

  it('uses each row once', () => {
    expect(rowsMatch([['1'], ['1']], [['1'], ['2']], false)).toBe(false);
    expect(rowsMatch([['1']], [['1'], ['1']], false)).toBe(false);
  });

  it('tells NULL from an empty string and from the word', () => {
    expect(rowsMatch([[null]], [['']], false)).toBe(false);
    expect(rowsMatch([['null']], [[null]], false)).toBe(false);
    expect(rowsMatch([[null]], [[null]], false)).toBe(true);
  });

  it('lets exact rows choose before patterns', () => {
    expect(rowsMatch([[{ matches: '.' }], ['1']], [['1'], ['2']], false)).toBe(true);
    expect(rowsMatch([[{ matches: '.' }]], [[null]], false)).toBe(false);
  });

  it('wants as many columns as the row has', () =>
    expect(rowsMatch([['1']], [['1', '2']], false)).toBe(false));
});

describe('showRows', () => {
  it('is short for many rows', () => {
    expect(showRows([['1', null, { matches: 'x' }]])).toBe('[["1", null, /x/]]');
    expect(showRows(Array.from({ length: 25 }, () => ['a']))).toMatch(/… 5 more]$/);
  });
});
