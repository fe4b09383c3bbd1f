import { describe, expect, it } from 'vitest';
import { splitStatements } from '../../src/text/statements.ts';

const texts = (sql: string) => splitStatements(sql).map((statement) => statement.text);

describe('splitStatements', () => {
  it.each([
    ['select 1; select 2', ['select 1', 'select 2']],
    ['select 1;;  ;\n;select 2;', ['select 1', 'select 2']],
    ['', []],
    [' \n\t ; -- nothing;\n /* ; */ ; ', []],
    ["select ';'; select 'it''s; fine'", ["select ';'", "select 'it''s; fine'"]],
    ["select 'back\\'; select 2", ["select 'back\\'", 'select 2']],
    ["select e'quote \\' ; '; select 2", ["select e'quote \\' ; '", 'select 2']],
    ["select E'a''b;\\\\'; select 2", ["select E'a''b;\\\\'", 'select 2']],
    ["select name'x\\'; select 2", ["select name'x\\'", 'select 2']],
    ["select U&'\\0041;' uescape '!'; select 2", ["select U&'\\0041;' uescape '!'", 'select 2']],
    ["select b'1;0', x'1;F', n'a;b'; select 2", ["select b'1;0', x'1;F', n'a;b'", 'select 2']],
    ['select "a;""b"; select U&"x;y"', ['select "a;""b"', 'select U&"x;y"']],
    ['select $$;$$; select 2', ['select $$;$$', 'select 2']],
    ['select $a$ $b$ ; $$ $a$; select 2', ['select $a$ $b$ ; $$ $a$', 'select 2']],
    ['do $é1$ begin; end $é1$; select 2', ['do $é1$ begin; end $é1$', 'select 2']],
    ['select a$b$ ; select $1;', ['select a$b$', 'select $1']],
    ['select $1$a$;$a$; select 2', ['select $1$a$;$a$', 'select 2']],
    ['select 1 /* ; /* ; */ ; */ + 1; select 2', ['select 1 /* ; /* ; */ ; */ + 1', 'select 2']],
    ['select 1 /*/ ; */ ; select 2', ['select 1 /*/ ; */', 'select 2']],
    ['select 1 +-- ;\n 2; select 3', ['select 1 +-- ;\n 2', 'select 3']],
    ['select 1 @/* ; */ 2; select 3', ['select 1 @/* ; */ 2', 'select 3']],
    [
      'create rule r as on insert to t do (select 1; select 2); select 3',
      ['create rule r as on insert to t do (select 1; select 2)', 'select 3'],
    ],
    ['select 1); select 2', ['select 1)', 'select 2']],
    ['begin; select 1; end; select 2', ['begin', 'select 1', 'end', 'select 2']],
  ])('%j', (sql, expected) => {
    expect(texts(sql)).toEqual(expected);
  });

  it('keeps the body of an SQL-standard function together', () => {
    const create = `create or replace function f(begin int) returns int language sql
begin atomic
  select 1;
  select case when true then 2 end;
end`;
    expect(texts(`${create}; select f(1);`)).toEqual([create, 'select f(1)']);
    expect(texts('CREATE PROCEDURE p() BEGIN ATOMIC delete from t; END; select 2')).toEqual([
      'CREATE PROCEDURE p() BEGIN ATOMIC delete from t; END',
      'select 2',
    ]);
    expect(texts("create function f() returns int language sql as 'select 1;'; begin; end")).toHaveLength(3);
  });

  it('leaves what is not terminated to the server', () => {
    for (const open of ["'", '"', '$x$', '/*', "e'", '(']) {
      expect(texts(`select 1; select ${open} a; b\n-- c;`)).toEqual([
        'select 1',
        `select ${open} a; b\n-- c;`,
      ]);
    }
  });

  it('knows where each statement starts; comments before it are not part of it, as in psql', () => {
    const sql = '-- first\nselect 1;\n\n  /* why */ select\n2; select 3';
    expect(splitStatements(sql)).toEqual([
      { text: 'select 1', offset: 9, line: 2, copyData: null },
      { text: '/* why */ select\n2', offset: 22, line: 4, copyData: null },
      { text: 'select 3', offset: 42, line: 5, copyData: null },
    ]);
    for (const { text, offset } of splitStatements(sql)) {
      expect(sql.slice(offset, offset + text.length)).toBe(text);
    }
  });

  describe('copy from stdin', () => {
    it('takes the lines up to the mark', () => {
      const sql = "copy t (a, b) from stdin with (format csv);\n1,';'\n2,--\n\\.\nselect 1;";
      expect(splitStatements(sql)).toEqual([
        { text: 'copy t (a, b) from stdin with (format csv)', offset: 0, line: 1, copyData: "1,';'\n2,--\n" },
        { text: 'select 1', offset: sql.indexOf('select'), line: 5, copyData: null },
      ]);
    });

    it('takes no line, or all to the end', () => {
      expect(splitStatements('COPY t FROM STDIN;\n\\.\n')[0]?.copyData).toBe('');
      expect(splitStatements('copy t from stdin;\n1\n2')[0]?.copyData).toBe('1\n2');
      expect(splitStatements('copy t from stdin;')[0]?.copyData).toBe('');
      expect(splitStatements('copy t from stdin;\r\n1\r\n\\.\r\nselect 1').map((s) => s.text)).toEqual([
        'copy t from stdin',
        'select 1',
      ]);
    });

    it('runs what follows on the same line after the data', () => {
      const sql = 'copy t from stdin; select 1; copy u from stdin;\na\n\\.\nb\n\\.\nselect 2;';
      expect(splitStatements(sql).map(({ text, copyData }) => [text, copyData])).toEqual([
        ['copy t from stdin', 'a\n'],
        ['select 1', null],
        ['copy u from stdin', 'b\n'],
        ['select 2', null],
      ]);
    });

    it('is not every COPY', () => {
      for (const sql of [
        'copy t to stdout;\nselect 1;',
        "copy t from 'stdin';\nselect 1;",
        'copy (select 1 from stdin) to stdout;\nselect 1;',
        'select a from stdin;\nselect 1;',
      ]) {
        expect(splitStatements(sql).map(({ copyData }) => copyData)).toEqual([null, null]);
      }
    });
  });

  it.each(["select '", 'select 1;', '$a', '/*', '(', 'x$', "e'\\", '-- c\n', '$$;', 'copy t from stdin;\n'])(
    'takes linear time for 300 kB of %j',
    (part) => {
      const start = performance.now();
      splitStatements(part.repeat(Math.ceil(300_000 / part.length)));
      expect(performance.now() - start).toBeLessThan(10_000);
    },
  );
});
