import { describe, expect, it } from 'vitest';
import {
  flattenSql,
  formatDuration,
  formatMoment,
  listInWords,
  lockInWords,
  outcomeOf,
  releaseInWords,
} from '../../src/draw/words.ts';
import { unicodeGlyphs } from '../../src/text/glyphs.ts';
import { lessonOf, onTransaction, Recorder, rowsResult, timelineOf } from '../support/recording.ts';

describe('words', () => {
  it('tell durations and moments', () => {
    expect([0, 31, 999, 999.6, 4210, 59_949, 59_950, 125_000].map(formatDuration)).toEqual([
      '0 ms',
      '31 ms',
      '999 ms',
      '1.0 s',
      '4.2 s',
      '59.9 s',
      '1 min 0 s',
      '2 min 5 s',
    ]);
    expect([0, 31, 59_999, 60_000, 102_500, 3_600_000].map(formatMoment)).toEqual([
      '0.000',
      '0.031',
      '59.999',
      '1:00.0',
      '1:42.5',
      '60:00.0',
    ]);
  });

  it('name locks and sessions', () => {
    expect(lockInWords({ type: 'transactionid', mode: 'ShareLock', transactionId: '749' })).toBe(
      'ShareLock on transaction 749',
    );
    expect(lockInWords({ type: 'relation', mode: 'RowShareLock', relation: 'acc\x1b[2Jount' })).toBe(
      'RowShareLock on account',
    );
    expect(lockInWords({ type: 'tuple', mode: 'ExclusiveLock', relation: 't', tuple: '0,2' })).toBe(
      'ExclusiveLock on row (0,2) of t',
    );
    expect(lockInWords({ type: 'advisory', mode: 'ExclusiveLock', advisoryKey: '42' })).toBe(
      'ExclusiveLock on advisory key 42',
    );
    expect(lockInWords({ type: 'extend', mode: 'ExclusiveLock', relation: 't' })).toBe(
      'ExclusiveLock on extend of t',
    );
    expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listInWords)).toEqual([
      '',
      'a',
      'a and b',
      'a, b and c',
    ]);
  });

  it('tell who let a step go: not who ended itself, sent pg_cancel_backend, or waits', () => {
    const releases = (recorder: Recorder, step: string): (string | null)[] => {
      const timeline = timelineOf(recorder.events);
      const waiter = timeline.steps.findLast((one) => one.step === step);
      return waiter?.waits.map((wait) => releaseInWords(wait, waiter, timeline)) ?? [];
    };
    const started = (...sessions: string[]): Recorder =>
      new Recorder().start(lessonOf(sessions, [{ id: 'p', title: 'P', blocks: [] }])).wait(10);
    const victim = started('alice', 'bob')
      .send('a', 'alice', 'update t set x = 1')
      .blocked('a', ['bob'], onTransaction('12'))
      .send('b', 'bob', 'update t set x = 2')
      .blocked('b', ['alice'], onTransaction('11'))
      .wait(10)
      .add({ type: 'step-unblocked', step: 'a' })
      .tag('a', 'UPDATE 1')
      .finished('a')
      .failed('b', '40P01', 'deadlock detected');
    expect(releases(victim, 'b')).toEqual([null]);
    expect(releases(victim, 'a')).toEqual(['bob was rolled back']);

    const cancelled = started('alice', 'bob', 'operator')
      .send('b', 'bob', 'alter table t add x int')
      .send('a', 'alice', 'select 1 from t')
      .blocked('a', ['bob'], onTransaction('12'))
      .wait(10)
      .send('o', 'operator', 'select pg_cancel_backend(1)')
      .failed('b', '57014', 'canceling statement due to user request')
      .add({ type: 'step-unblocked', step: 'a' })
      .finished('a');
    expect(releases(cancelled, 'a')).toEqual(['bob gave up']);
    // What bob does later is another matter.
    cancelled.wait(10).send('r', 'bob', 'rollback').tag('r', 'ROLLBACK').finished('r');
    expect(releases(cancelled, 'a')).toEqual(['bob gave up']);

    const terminated = started('alice', 'bob', 'operator')
      .run('b', 'bob', 'begin; update t set x = 1', 'UPDATE 1')
      .send('a', 'alice', 'update t set x = 2')
      .blocked('a', ['bob'], onTransaction('12'))
      .send('o', 'operator', 'select pg_terminate_backend(1)')
      .add({ type: 'session-lost', session: 'bob', reason: 'ended', sqlstate: '57P01', expected: true })
      .add({ type: 'step-unblocked', step: 'a' })
      .finished('a');
    expect(releases(terminated, 'a')).toEqual(["bob's session ended"]);
    terminated.add({ type: 'session-opened', session: 'bob', pid: 9 });
    expect(releases(terminated, 'a')).toEqual(["bob's session ended"]);

    const overtaking = started('alice', 'bob', 'dave')
      .send('d', 'dave', 'alter table t add x int')
      .blocked('d', ['bob'], onTransaction('12'))
      .send('a', 'alice', 'select 1 from t')
      .blocked('a', ['dave'], onTransaction('13'))
      .send('b', 'bob', 'select 1 from u')
      .blocked('b', ['carol'], onTransaction('14'))
      .wait(100)
      .add({ type: 'step-unblocked', step: 'a' })
      .finished('a');
    expect(releases(overtaking, 'a')).toEqual(['the server changed the order of the queue']);
  });

  it('flatten SQL', () => {
    expect(flattenSql('-- first\n/* then */ select  1,\n\t2 ;\n')).toBe('select 1, 2');
    expect(flattenSql("select '--no'")).toBe("select '--no'");
  });

  it('tell outcomes', () => {
    const of = (result: Parameters<typeof outcomeOf>[0], sql = '') => outcomeOf(result, sql, unicodeGlyphs);
    const tag = (text: string, rowCount = 0) => ({
      statement: 1,
      tag: text,
      columns: [],
      rows: [],
      rowCount,
    });
    expect(of(tag('UPDATE 1', 1))).toEqual({ kind: 'done', text: '1 row' });
    expect(of(tag('INSERT 0 2000', 2000))).toEqual({ kind: 'done', text: '2,000 rows' });
    expect(of(tag('BEGIN'))).toEqual({ kind: 'done', text: '' });
    expect(of(tag('ROLLBACK'), 'commit;').kind).toBe('odd');
    expect(of(tag('ROLLBACK'), 'rollback;').kind).toBe('done');
    expect(of(tag(''))).toEqual({ kind: 'odd', text: 'nothing to run' });
    expect(of(rowsResult(['a'], [['300']]))).toEqual({ kind: 'value', text: '300' });
    expect(of(rowsResult(['a', 'b'], [['1', null]]))).toEqual({ kind: 'value', text: '(1, ∅)' });
    expect(of(rowsResult(['a'], []))).toEqual({ kind: 'value', text: 'no rows' });
    expect(of(rowsResult(['a'], [['x'.repeat(50)]]))).toEqual({ kind: 'value', text: '1 row' });
  });
});
