import { describe, expect, it } from 'vitest';
import { collisions } from '../../src/draw/conflict-matrix.ts';
import { endedBy, lossInWords } from '../../src/draw/ends.ts';
import { drawMoment } from '../../src/draw/moment.ts';
import { drawTimeline } from '../../src/draw/timeline.ts';
import { drawWaitGraph, waitChains } from '../../src/draw/wait-graph.ts';
import { conflict } from '../../src/locks/conflicts.ts';
import { tableLockModes } from '../../src/locks/modes.ts';
import { asciiGlyphs, unicodeGlyphs as glyphs } from '../../src/text/glyphs.ts';
import { lineText } from '../../src/text/line.ts';
import { displayWidth } from '../../src/text/width.ts';
import { at, type OpenWait, stopsOf, waitsAt } from '../../src/timeline/at.ts';
import type { LockTarget, SessionLock } from '../../src/timeline/events.ts';
import { lessonOf, Recorder, timelineOf } from '../support/recording.ts';

const all = ['a', 'b', 'c', 'd', 'e', 'f'];
const onTable = (mode: string): LockTarget => ({ type: 'relation', mode, relation: 't' });
const started = (...sessions: string[]) =>
  new Recorder().start(lessonOf(sessions, [{ id: 'p', title: 'P', blocks: [] }])).wait(10);
const sample = (
  locks: readonly [string, string, boolean][],
): { type: 'locks-sampled'; locks: SessionLock[] } => ({
  type: 'locks-sampled',
  locks: locks.map(([session, mode, granted]) => ({ session, granted, ...onTable(mode) })),
});

/** Sessions that wait for each other: `{ b: ['a'] }`, b waits for a. */
const waits = (edges: Record<string, string[]>): readonly OpenWait[] => {
  const recorder = started(...all);
  for (const [session, by] of Object.entries(edges))
    recorder.send(session, session, 'lock t').blocked(session, by, onTable('AccessExclusiveLock'));
  return waitsAt(timelineOf(recorder.events), null);
};

/** A reader in its transaction, ALTER TABLE behind it, another reader behind that. */
const queue = () =>
  started('alice', 'bob', 'carol')
    .run('a1', 'alice', 'select from t', 'SELECT 0')
    .add(sample([['alice', 'AccessShareLock', true]]))
    .wait(100)
    .send('b1', 'bob', 'alter table t add c int')
    .wait(5)
    .blocked('b1', ['alice'], onTable('AccessExclusiveLock'))
    .wait(1)
    .add(
      sample([
        ['alice', 'AccessShareLock', true],
        ['bob', 'AccessExclusiveLock', false],
      ]),
    )
    .wait(100)
    .send('c1', 'carol', 'select from t')
    .wait(5)
    .blocked('c1', ['bob'], onTable('AccessShareLock'))
    .add(
      sample([
        ['alice', 'AccessShareLock', true],
        ['bob', 'AccessExclusiveLock', false],
        ['carol', 'AccessShareLock', false],
      ]),
    )
    .wait(100)
    .send('a2', 'alice', 'commit')
    .wait(2)
    .tag('a2', 'COMMIT')
    .finished('a2')
    .add({ type: 'step-unblocked', step: 'b1' })
    .tag('b1', 'ALTER TABLE')
    .finished('b1')
    .add({ type: 'step-unblocked', step: 'c1' })
    .tag('c1', 'SELECT 0')
    .finished('c1')
    .wait(1)
    .add(sample([]));

describe('the graph of waits', () => {
  it.each([
    [{ b: ['a'] }, [['a', 'b']]],
    [{ b: ['a'], c: ['b'] }, [['a', 'b', 'c']]],
    // A queue: c waits for the holder and for b before it.
    [{ b: ['a'], c: ['a', 'b'] }, [['a', 'b', 'c']]],
    [
      { b: ['a'], c: ['a'] },
      [
        ['a', 'b'],
        ['a', 'c'],
      ],
    ],
    [
      { c: ['a', 'b'] },
      [
        ['a', 'c'],
        ['b', 'c'],
      ],
    ],
  ])('of %j', (edges, chains) => {
    expect(waitChains(waits(edges))).toEqual(chains);
  });

  it('shows a ring as one', () => {
    const ring = waits({ a: ['b'], b: ['a'] });
    expect(drawWaitGraph(ring, { sessions: all, glyphs }).map(lineText)).toEqual([
      ' a ←── b ←── a   a ring: a deadlock',
    ]);
    const three = waitChains(waits({ a: ['b'], b: ['c'], c: ['a'] }));
    expect(three).toHaveLength(1);
    expect(three[0]).toHaveLength(4);
    expect(three[0]?.[0]).toBe(three[0]?.[3]);
  });

  it('ends, whatever waits for whatever', () => {
    const everybody = Object.fromEntries(all.map((name) => [name, all.filter((other) => other !== name)]));
    expect(waitChains(waits(everybody)).length).toBeGreaterThan(0);
  });
});

describe('a moment of the past', () => {
  const timeline = timelineOf(queue().events);
  const stops = stopsOf(timeline);
  const drawn = (index: number, width = 120): string[] => {
    const moment = at(timeline, stops[index]?.until ?? null);
    const lines = drawMoment(moment, { sessions: ['alice', 'bob', 'carol'], width, glyphs, now: moment.at });
    for (const line of lines) expect(displayWidth(lineText(line))).toBeLessThanOrEqual(width);
    return lines.map(lineText);
  };

  it('stops at what was sent, at waits that began and at waits that ended', () => {
    expect(stops.map(({ step }) => step)).toEqual(['a1', 'b1', 'b1', 'c1', 'c1', 'a2', 'b1']);
    expect(stops.at(-1)?.until).toBeNull();
  });

  it('shows who held what then: nobody waits, one, two, nobody', () => {
    const arrows = stops.map((_, index) => drawn(index).filter((line) => line.includes('←──')));
    expect(arrows).toEqual([
      [],
      [],
      [' alice ←── bob'],
      [' alice ←── bob'],
      [' alice ←── bob ←── carol'],
      [' alice ←── bob ←── carol'],
      [],
    ]);
    expect(drawn(0).join('\n')).toMatch(/alice\s+t\s+AccessShareLock\s+✓ held/);
    expect(drawn(stops.length - 1)).toEqual([]);
  });

  it('says each wait in a sentence, with the modes that collide', () => {
    const text = drawn(4).join(' ').replaceAll(/\s+/g, ' ');
    expect(text).toContain(
      'bob wants AccessExclusiveLock on t and waits for alice (alice holds AccessShareLock), 206 ms.',
    );
    expect(text).toContain(
      'carol wants AccessShareLock on t and waits for bob (bob stands before it for AccessExclusiveLock)',
    );
  });

  it('marks the two modes in the matrix, beside the list or below it', () => {
    const moment = at(timeline, stops[2]?.until ?? null);
    expect(collisions(moment.waits, moment.locks)).toEqual([
      {
        held: 'AccessShareLock',
        wanted: 'AccessExclusiveLock',
        holder: 'alice',
        waiter: 'bob',
        granted: true,
      },
    ]);
    const beside = drawn(2);
    const below = drawn(2, 60);
    expect(beside.find((line) => line.includes('[░]'))).toMatch(/AS {3}.*\[░\]/);
    expect(below.filter((line) => line.includes('[░]'))).toHaveLength(1);
    expect(below.length).toBeGreaterThan(beside.length);
    expect(beside.findIndex((line) => line.includes('AccessShareLock  '))).toBeLessThan(
      beside.findIndex((line) => line.includes('[░]')) + 2,
    );
  });

  it('shows the sessions as they were in the header of the timeline', () => {
    const recorder = started('alice', 'bob')
      .send('a1', 'alice', 'begin isolation level repeatable read')
      .add({ type: 'transaction-changed', session: 'alice', status: 'open' })
      .finished('a1')
      .add({
        type: 'locks-sampled',
        locks: [],
        transactions: [{ session: 'alice', isolation: 'repeatable read', snapshotAge: null }],
      })
      .wait(10)
      .run('a2', 'alice', 'select from t', 'SELECT 0')
      .add({
        type: 'locks-sampled',
        locks: [],
        transactions: [{ session: 'alice', isolation: 'repeatable read', snapshotAge: 3 }],
      })
      .wait(4200)
      .run('a3', 'alice', 'commit', 'COMMIT')
      .add({ type: 'transaction-changed', session: 'alice', status: 'idle' })
      .add({ type: 'locks-sampled', locks: [] });
    const state = timelineOf(recorder.events);
    const header = (index: number | null): string => {
      const stop = index === null ? null : stopsOf(state)[index];
      const cursor = stop ? { at: stop.at, sessions: at(state, stop.until).sessions } : null;
      const picture = drawTimeline(state, {
        sessions: ['alice', 'bob'],
        width: 120,
        glyphs,
        now: state.at,
        cursor,
      });
      if (stop) expect(picture.body.map(lineText).filter((line) => line.startsWith('▸'))).toHaveLength(1);
      return picture.header.map(lineText).join('\n');
    };
    expect(header(0)).toMatch(/alice {2}pid 812 {2}in a transaction/);
    expect(header(0)).toContain('REPEATABLE READ');
    expect(header(0)).not.toContain('snapshot');
    expect(header(1)).toMatch(/REPEATABLE READ · snapshot .*, 3 xids old/);
    expect(header(null)).not.toContain('REPEATABLE');
    const seen = recorder.events.slice(0, -5);
    const [live] = timelineOf(seen).sessions;
    expect(live).toMatchObject({ isolation: 'repeatable read', snapshot: { age: 3 } });

    const change = { type: 'transaction-changed', session: 'alice', status: 'failed' } as const;
    const failed = timelineOf([...seen, { seq: seen.length + 1, at: 20, ...change }]);
    const picture = drawTimeline(failed, { sessions: ['alice', 'bob'], width: 120, glyphs, now: 20 });
    expect(picture.header.map(lineText).join('\n')).toMatch(/transaction failed.*\n *REPEATABLE READ *\n/);
  });
});

describe('the conflict table', () => {
  it('is symmetric, and has the 38 pairs of the manual', () => {
    const modes = tableLockModes.map(({ mode }) => mode);
    const pairs = modes.flatMap((held) => modes.map((wanted) => [held, wanted] as const));
    for (const [held, wanted] of pairs) expect(conflict(held, wanted)).toBe(conflict(wanted, held));
    expect(pairs.filter(([held, wanted]) => conflict(held, wanted))).toHaveLength(38);
    expect(conflict('ShareLock', 'ShareLock')).toBe(false);
    expect(conflict('SIReadLock', 'ExclusiveLock')).toBe(false);
  });
});

describe('from two to six sessions', () => {
  const recorderOf = (sessions: readonly string[]) => {
    const recorder = started(...sessions);
    recorder.run('first', sessions[0] ?? '', 'begin; lock table t in access share mode', 'LOCK TABLE');
    for (const [index, session] of sessions.slice(1).entries())
      recorder
        .wait(50)
        .send(`s${index}`, session, 'alter table t add column another_column_with_a_long_name int')
        .wait(5)
        .blocked(`s${index}`, sessions.slice(0, index + 1), onTable('AccessExclusiveLock'));
    recorder.add(
      sample(
        sessions.map((name, index) => [
          name,
          index === 0 ? 'AccessShareLock' : 'AccessExclusiveLock',
          index === 0,
        ]),
      ),
    );
    return recorder.wait(900);
  };
  const cases = [2, 3, 4, 5, 6].flatMap((count) => [80, 120, 200].map((width) => [count, width] as const));

  it.each(cases)('%d sessions at %d columns keep their width, and every wait is there', (count, width) => {
    const sessions = all.slice(0, count);
    for (const signs of [glyphs, asciiGlyphs]) {
      const timeline = timelineOf(recorderOf(sessions).events);
      const picture = drawTimeline(timeline, { sessions, width, glyphs: signs, now: timeline.at });
      const lines = [...picture.header, ...picture.body].map(lineText);
      for (const line of lines) expect(displayWidth(line)).toBe(picture.width);
      expect(picture.width).toBe(Math.max(width, 9 + count * 18));
      expect(picture.rows).toHaveLength(picture.body.length);
      const text = lines.join('\n');
      expect(text.match(new RegExp(`${signs.waiting} waits for `, 'g'))).toHaveLength(count - 1);
      if (signs.ascii) expect(text).toMatch(/^[\x20-\x7e\n]*$/);
      const moment = drawMoment(at(timeline, null), { sessions, width, glyphs: signs, now: timeline.at });
      for (const line of moment) expect(displayWidth(lineText(line))).toBeLessThanOrEqual(width);
      const arrow = ` ${signs.arrowLeft}${signs.hLine}${signs.hLine} `;
      expect(moment.map(lineText)[0]).toBe(` ${sessions.join(arrow)}`);
    }
  });
});

describe('why something ended', () => {
  it.each([
    ['57P01', false, '57P01 terminated by an administrator (pg_terminate_backend)'],
    ['57P01', true, '57P01 the server was shut down'],
    ['57P02', true, '57P02 another server process crashed, the server restarts'],
    ['25P03', false, '25P03 idle_in_transaction_session_timeout ended the session'],
    ['25P04', false, '25P04 transaction_timeout ended the session'],
    [null, true, 'the server is gone'],
    [null, false, 'read ECONNRESET'],
  ])('a session lost with %s, server gone %s', (sqlstate, gone, words) => {
    expect(lossInWords({ reason: 'read ECONNRESET', sqlstate }, gone)).toBe(words);
  });

  it.each([
    ['55P03', 'canceling statement due to lock timeout', 'lock_timeout ended the wait'],
    ['55P03', 'could not obtain lock on row in relation "t"', 'NOWAIT: it does not wait for a lock'],
    ['57014', 'canceling statement due to statement timeout', 'statement_timeout ended the statement'],
    ['57014', 'canceling statement due to user request', 'somebody asked to cancel it'],
    ['23505', 'duplicate key', null],
  ])('a statement with %s: %s', (sqlstate, message, words) => {
    expect(endedBy({ sqlstate, message })).toBe(words);
  });
});
