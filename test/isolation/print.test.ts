import { describe, expect, it } from 'vitest';
import { printResult } from '../../src/isolation/print-result.ts';
import { serverText } from '../../src/isolation/server-text.ts';

const columns = (...names: string[]) => names.map((name) => ({ name, typeOid: 25 }));
const error = { severity: 'ERROR', sqlstate: '42601', message: 'no', statement: 1 };

describe('printResult', () => {
  it('aligns numbers to the right and text to the left, with the blanks of the last column', () => {
    const rows = [
      ['1', 'x', '-1.5e3', null],
      ['10', 'long', ' 7', ''],
    ];
    expect(printResult({ columns: columns('n', 't', 'real', 'nil'), rows })).toBe(
      ' n|t   |  real|nil\n--+----+------+---\n 1|x   |-1.5e3|   \n10|long|     7|   \n(2 rows)\n\n',
    );
  });

  it('takes a column for text when a value ends without a digit, begins with E or has another character', () => {
    for (const value of ['1-', 'E1', 'e', '+1', '1,5', 'a', '٣', '1.']) {
      expect(printResult({ columns: columns('wide_name'), rows: [['1'], [value]] })).toContain(
        '\n1        \n',
      );
    }
  });

  it('counts bytes, as libpq does', () => {
    expect(printResult({ columns: columns('é'), rows: [['ab']] })).toBe('é\n--\nab\n(1 row)\n\n');
  });

  it('prints nothing for a result without columns', () => {
    expect(printResult({ columns: [], rows: [[]] })).toBe('');
    expect(printResult({ columns: columns('a'), rows: [] })).toBe('a\n-\n(0 rows)\n\n');
  });
});

describe('serverText', () => {
  it('points into the line of the error', () => {
    const sql = 'select 1;\n\tselect 日本 fro x';
    expect(serverText({ ...error, position: 22 }, sql, 'error')).toBe(
      'ERROR:  no\nLINE 2:  select 日本 fro x\n                     ^\n',
    );
  });

  it('cuts long lines on both sides of the place', () => {
    const sql = `select ${'a'.repeat(80)} oops ${'b'.repeat(80)}`;
    const [, line = '', caret = ''] = serverText({ ...error, position: 89 }, sql, 'error').split('\n');
    expect(line).toMatch(/^LINE 1: \.\.\.a+ oops b+\.\.\.$/);
    expect(line.slice(caret.length - 1, caret.length + 3)).toBe('oops');
    expect(line.replace(/^LINE 1: |\.\.\./g, '')).toHaveLength(60);
  });

  it('tells the context of errors only', () => {
    const message = { ...error, detail: 'd', hint: 'h', where: 'w', internalQuery: 'q', internalPosition: 1 };
    const rest = 'DETAIL:  d\nHINT:  h\nQUERY:  q\n';
    expect(serverText(message, '', 'notice')).toBe(`ERROR:  no\nLINE 1: q\n        ^\n${rest}`);
    expect(serverText(message, '', 'error')).toBe(`ERROR:  no\nLINE 1: q\n        ^\n${rest}CONTEXT:  w\n`);
  });
});
