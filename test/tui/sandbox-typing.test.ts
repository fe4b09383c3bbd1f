import { describe, expect, it } from 'vitest';
import { endsStatement } from '../../src/tui/sandbox-typing.ts';

describe('a statement has ended for Enter', () => {
  it.each(['select 1;', 'select 1;  ', "select ';';", 'begin; select 1;', 'do $$ begin null; end $$;'])(
    '%s',
    (text) => {
      expect(endsStatement(text)).toBe(true);
    },
  );
  it.each([
    'select 1',
    "select ';",
    'select 1 -- done;',
    '/* ;',
    'do $$ begin null;',
    'select (1;',
    'select ";',
    '',
  ])('not: %s', (text) => {
    expect(endsStatement(text)).toBe(false);
  });
});
