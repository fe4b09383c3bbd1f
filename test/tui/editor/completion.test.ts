import { describe, expect, it } from 'vitest';
import type { DatabaseCatalog } from '../../../src/timeline/database-catalog.ts';
import { commonStart, completionAt } from '../../../src/tui/editor/completion.ts';

const relation = (name: string, schema = 'public', visible = true) =>
  ({ schema, name, kind: 'table', visible }) as const;
const column = (relation: string, name: string, type = 'integer', schema = 'public') => ({
  schema,
  relation,
  name,
  type,
});
const catalog: DatabaseCatalog = {
  schemas: ['audit', 'pg_catalog', 'public'],
  relations: [
    relation('account'),
    relation('Access Log'),
    relation('item'),
    relation('trail', 'audit', false),
    { ...relation('pg_locks', 'pg_catalog'), kind: 'view' },
    { ...relation('account_pkey'), kind: 'index' },
  ],
  columns: [
    column('account', 'id'),
    column('account', 'balance', 'numeric'),
    column('account', 'Bad Name', 'text'),
    column('item', 'id'),
    column('item', 'account_id'),
    column('trail', 'who', 'text', 'audit'),
    column('pg_locks', 'pid', 'integer', 'pg_catalog'),
  ],
};

/** Candidates where the | is. */
const at = (text: string) => completionAt(text.replace('|', ''), text.indexOf('|'), catalog);
const texts = (text: string) => at(text).candidates.map((candidate) => candidate.text);

describe('completion', () => {
  it.each([
    ['select * from |', ['account', '"Access Log"', 'item', 'audit', 'pg_catalog', 'public']],
    ['select * from acc|', ['account', '"Access Log"']],
    ['insert into it|', ['item']],
    ['update ac|', ['account', '"Access Log"']],
    ['select * from account a join i|', ['item']],
    ['select * from account, i|', ['item']],
    ['select * from "Acc|', ['"account"', '"Access Log"']],
    ['select * from pg_l|', ['pg_locks']],
    ['select * from audit.|', ['trail']],
    ['lock table ac|', ['account', '"Access Log"']],
  ])('offers relations: %s', (text, wanted) => {
    expect(texts(text)).toEqual(wanted);
  });

  it.each([
    ['select a.| from account a', ['id', 'balance', '"Bad Name"']],
    ['select a.b| from account as a', ['balance', '"Bad Name"']],
    ['select i.a| from account a join item i on i.id = a.id', ['account_id']],
    ['select t.| from audit.trail t', ['who']],
    ['select bal| from account', ['balance']],
    ['update account set bal|', ['balance']],
    ['select 1; select pi| from pg_locks', ['pid']],
    ['insert into account (ba|', ['balance', '"Bad Name"']],
    ['delete from item where account_|', ['account_id']],
  ])('offers columns: %s', (text, wanted) => {
    expect(texts(text).slice(0, wanted.length)).toEqual(wanted);
  });

  it.each([
    ['sel|', ['select']],
    ['SEL|', ['SELECT']],
    ['begin; rollb|', ['rollback']],
    ['select 1 fro|', ['from']],
  ])('offers keywords, in the case they were begun: %s', (text, wanted) => {
    expect(texts(text)).toEqual(wanted);
  });

  it.each([
    "select 'from |",
    'select 1 -- from |',
    'select /* from |',
    'do $$ begin from |',
    'select 1|',
    'select x.|',
    '|',
  ])('offers nothing in strings, comments and numbers, and where nothing is known: %s', (text) => {
    expect(texts(text)).toEqual([]);
  });

  it('knows what \\d is about', () => {
    expect(texts('\\d acc|')).toEqual(['account', '"Access Log"', 'account_pkey']);
    expect(texts('\\dt it|')).toEqual(['item']);
  });

  it('goes on in a statement whose string holds a semicolon', () => {
    expect(texts("select ';', bal| from account where true;")).toEqual(['balance']);
  });

  it('finds what the candidates begin with', () => {
    const candidates = (...names: string[]) =>
      names.map((text) => ({ text, kind: 'relation', detail: '' }) as const);
    expect(commonStart(candidates('account', 'account_log'))).toBe('account');
    expect(commonStart(candidates('a', 'b'))).toBe('');
    expect(commonStart([])).toBe('');
  });
});
