import { describe, expect, it } from 'vitest';
import { needsSnapshot } from '../../src/timeline/conflict.ts';
import { maxSamples } from '../../src/timeline/state.ts';
import { lessonOf, Recorder, timelineOf } from '../support/recording.ts';

const concurrent = 'could not serialize access due to concurrent update';
const readWrite = 'could not serialize access due to read/write dependencies among transactions';

const started = () =>
  new Recorder().start(lessonOf(['alice', 'bob', 'carol'], [{ id: 'p', title: 'P', blocks: [] }])).wait(10);

const begin = (recorder: Recorder, session: string, reads = true): Recorder => {
  recorder
    .send(`${session}-begin`, session, 'begin isolation level serializable')
    .wait(1)
    .tag(`${session}-begin`, 'BEGIN')
    .add({ type: 'transaction-changed', session, status: 'open' })
    .finished(`${session}-begin`);
  return reads ? recorder.wait(1).run(`${session}-read`, session, 'select 1', 'SELECT 1') : recorder;
};
const commit = (recorder: Recorder, session: string): Recorder =>
  recorder
    .wait(1)
    .send(`${session}-commit`, session, 'commit')
    .tag(`${session}-commit`, 'COMMIT')
    .add({ type: 'transaction-changed', session, status: 'idle' })
    .finished(`${session}-commit`);
const fails = (recorder: Recorder, message: string, sqlstate = '40001') =>
  timelineOf(
    recorder
      .wait(1)
      .send('late', 'alice', 'update t set x = 1')
      .add({ type: 'transaction-changed', session: 'alice', status: 'failed' })
      .failed('late', sqlstate, message).events,
  ).steps.findLast((step) => step.step === 'late')?.conflict;

describe('who a serialization failure lost against', () => {
  it('is the one other session that committed since the snapshot', () => {
    const recorder = begin(started(), 'alice').run('b', 'bob', 'update t set x = 2', 'UPDATE 1');
    expect(fails(recorder, concurrent)).toEqual({ session: 'bob', step: 'b' });
    expect(fails(commit(begin(begin(started(), 'alice'), 'bob'), 'bob'), concurrent)).toEqual({
      session: 'bob',
      step: 'bob-commit',
    });
  });

  it('is not said when two can have been it', () => {
    const recorder = begin(started(), 'alice')
      .run('b', 'bob', 'update t set x = 2', 'UPDATE 1')
      .run('c', 'carol', 'update t set x = 3', 'UPDATE 1');
    expect(fails(recorder, concurrent)).toBeNull();
  });

  it('is nobody who committed before the snapshot, changed nothing, or rolled back', () => {
    const early = begin(started(), 'alice', false).run('b', 'bob', 'update t set x = 2', 'UPDATE 1');
    expect(fails(early.run('r', 'alice', 'select 1', 'SELECT 1'), concurrent)).toBeNull();
    const nothing = begin(started(), 'alice')
      .run('b', 'bob', 'update t set x = 2 where false', 'UPDATE 0')
      .run('c', 'carol', 'select 1', 'SELECT 1');
    expect(fails(nothing, concurrent)).toBeNull();
  });

  it('may for read/write dependencies be one that is still open', () => {
    expect(fails(begin(begin(started(), 'bob'), 'alice'), readWrite)).toEqual({
      session: 'bob',
      step: 'bob-read',
    });
    expect(fails(begin(begin(started(), 'bob'), 'alice'), concurrent)).toBeNull();
    const three = begin(begin(begin(started(), 'bob'), 'carol'), 'alice');
    expect(fails(three, readWrite)).toBeNull();
  });

  it('is known for a COMMIT too, which has ended the transaction when it fails', () => {
    const recorder = commit(begin(begin(started(), 'alice'), 'bob'), 'bob')
      .wait(1)
      .send('late', 'alice', 'commit')
      .add({ type: 'transaction-changed', session: 'alice', status: 'idle' })
      .failed('late', '40001', readWrite);
    expect(timelineOf(recorder.events).steps.at(-1)?.conflict).toEqual({
      session: 'bob',
      step: 'bob-commit',
    });
  });

  it('is asked for no other error', () => {
    const recorder = begin(started(), 'alice').run('b', 'bob', 'update t set x = 2', 'UPDATE 1');
    expect(fails(recorder, 'deadlock detected', '40P01')).toBeNull();
  });
});

it.each([
  ['begin', false],
  ['  -- a word\n /* two */ set transaction isolation level serializable', false],
  ['lock table t', false],
  ['show transaction_isolation', false],
  ['select 1', true],
  ['with x as (select 1) select * from x', true],
  ['declare c cursor for select 1', true],
  ['', false],
])('%j needs a snapshot: %s', (sql, needs) => {
  expect(needsSnapshot(sql)).toBe(needs);
});

describe('looks at the server', () => {
  it('are kept when they show something new, and not for ever', () => {
    const recorder = started();
    const look = (key: number) =>
      recorder.wait(1).add({
        type: 'locks-sampled',
        locks: [
          { session: 'alice', granted: true, type: 'advisory', mode: 'ExclusiveLock', advisoryKey: `${key}` },
        ],
      });
    look(1);
    look(1);
    expect(timelineOf(recorder.events).samples).toHaveLength(1);
    for (let key = 2; key <= maxSamples + 10; key += 1) look(key);
    const { samples } = timelineOf(recorder.events);
    expect(samples).toHaveLength(maxSamples);
    expect(samples.at(-1)?.locks[0]?.advisoryKey).toBe(`${maxSamples + 10}`);
  });
});
