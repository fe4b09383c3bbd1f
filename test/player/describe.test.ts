import { describe, expect, it } from 'vitest';
import { patternToRegex } from '../../src/player/describe.ts';

describe('a pattern of \\d', () => {
  it.each([
    ['account', null, '^(account)$'],
    ['Account', null, '^(account)$'],
    ['"Account"', null, '^(Account)$'],
    ['a*b?', null, '^(a.*b.)$'],
    ['"a*.b"', null, '^(a\\*\\.b)$'],
    ['audit.trail', '^(audit)$', '^(trail)$'],
    ['audit.', '^(audit)$', null],
    ['.x', '.*', '^(x)$'],
    ['pre$1', null, '^(pre\\$1)$'],
    ['', null, null],
  ])('is read as psql reads it: %s', (pattern, schema, name) => {
    expect(patternToRegex(pattern)).toEqual({ schema, name });
  });
});
