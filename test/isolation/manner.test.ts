import { describe, expect, it } from 'vitest';
import { type Manner, mannerOf } from '../../src/isolation/manner.ts';
import { parseSpec } from '../../src/isolation/parse.ts';

const mannerFor = (text: string): Manner => mannerOf(parseSpec(text, 'a.spec'));
/** A spec whose sessions have these setups. */
const ofSetups = (...setups: (string | null)[]): Manner =>
  mannerFor(
    setups
      .map((sql, index) => `session s${index} ${sql === null ? '' : `setup {${sql}}`} step a${index} {}`)
      .join('\n'),
  );
const ofSpec = (setup: string, teardown: string, step = ''): Manner =>
  mannerFor(`setup {${setup}} teardown {${teardown}} session s step a {${step}}`);

describe('mannerOf', () => {
  it.each([
    'BEGIN;',
    'begin isolation level serializable, read only',
    '-- why\nSTART TRANSACTION ISOLATION LEVEL REPEATABLE READ;',
    "BEGIN; SET deadlock_timeout = '10ms'; set local enable_seqscan to off;",
  ])('begins early: %s', (sql) => {
    expect(ofSetups(sql).early).toEqual([true]);
  });

  it.each([
    '',
    'SET search_path = a;',
    'BEGIN; SET ROLE ann;',
    'BEGIN; SET search_path = a;',
    'BEGIN; SELECT 1;',
    'BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE;',
    "BEGIN; SET lock_timeout = '1s';",
    'BEGIN; COMMIT;',
  ])('does not begin early: %s', (sql) => {
    expect(ofSetups(sql).early).toEqual([false]);
  });

  it('does everything in turn when the spec looks at clocks, transactions or statistics', () => {
    for (const look of [
      'select now()',
      'select pg_current_xact_id()',
      'select * from pg_stat_activity',
      'vacuum t',
    ])
      expect(mannerFor(`session s setup {begin} step a {${look}}`)).toMatchObject({ early: [false] });
  });

  it('sets up side by side what opens a transaction and reads, and one session that writes', () => {
    const read = 'begin; select * from t';
    const write = 'begin; insert into t values (1)';
    expect(ofSetups(write, read, read).groups).toEqual([[0, 1, 2]]);
    expect(ofSetups(read, null, write, read, write, 'begin').groups).toEqual([
      [0, 1, 2, 3],
      [4, 5],
    ]);
  });

  it.each([
    'select * from t',
    'begin; select * from t; commit',
    "begin; select nextval('s'); lock t",
    'begin read only; select * from t',
    'begin; lock t',
  ])('sets up in its turn: %s', (sql) => {
    expect(ofSetups('begin', sql, 'begin').groups).toEqual([[0], [1], [2]]);
  });

  it('takes rows that are locked, and functions, for writes', () => {
    for (const sql of ['begin; select * from t for key share', 'begin; select nextval($$s$$)'])
      expect(ofSetups('begin; update t set a = 1', sql).groups).toEqual([[0], [1]]);
  });

  it('joins a teardown that drops with a setup that makes', () => {
    const makes =
      'drop table if exists t; create table t (a int); insert into t select 1; create unique index on t (a); create trigger g after insert on t execute function f()';
    expect(ofSpec(makes, 'drop table t; drop function f()').joins).toBe(true);
    for (const [setup, teardown] of [
      [makes, 'truncate t'],
      [makes, 'drop table t; select 1'],
      [makes, 'drop publication p'],
      [`${makes}; select 1`, 'drop table t'],
      ['insert into t values (1) returning a', 'delete from t'],
      ['insert into t values (1) returning a', 'drop table t'],
      ['begin; create table t (a int); commit', 'drop table t'],
      ['create index concurrently on t (a)', 'drop index i'],
    ] as const)
      expect(ofSpec(setup, teardown).joins).toBe(false);
    expect(ofSpec(makes, 'drop table t', 'select xmin from t').joins).toBe(false);
    expect(mannerFor('setup {create table t ()} session s step a {}').joins).toBe(false);
  });

  it('finds what acts on other sessions', () => {
    const sql = 'select pg_cancel_backend(1)';
    expect(ofSpec('', '')).toMatchObject({ signals: false, signalsAside: false });
    expect(ofSpec('', '', sql)).toMatchObject({ signals: true, signalsAside: false });
    expect(ofSpec('', sql)).toMatchObject({ signals: true, signalsAside: true });
  });
});
