import { describe, expect, it } from 'vitest';
import { PostgresError } from '../../src/postgres/error.ts';
import { reasonOf, remedyOf, withRemedy } from '../../src/text/error-words.ts';

describe('what an error says', () => {
  it('adds the remedy of an error that has one', () => {
    const error = new PostgresError('too-old', 'The server is PostgreSQL 12.', 'Name a newer one.');
    expect(reasonOf(error)).toBe('The server is PostgreSQL 12.');
    expect(remedyOf(error)).toBe('Name a newer one.');
    expect(withRemedy(error)).toBe('The server is PostgreSQL 12. Name a newer one.');
  });

  it.each([
    [new Error('no'), 'no'],
    [Object.assign(new Error('no'), { remedy: '' }), 'no'],
    ['a text', 'a text'],
    [undefined, 'undefined'],
  ])('is its message alone without one', (error, words) => {
    expect(remedyOf(error)).toBeNull();
    expect(withRemedy(error)).toBe(words);
  });
});
