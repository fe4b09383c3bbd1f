import { describe, expect, it } from 'vitest';
import { drawTimeline } from '../../src/draw/timeline.ts';
import { asciiGlyphs, unicodeGlyphs } from '../../src/text/glyphs.ts';
import { lineText } from '../../src/text/line.ts';
import { displayWidth } from '../../src/text/width.ts';
import { untilBobWaits, untilReleased } from '../support/lost-update.ts';
import { lessonOf, onTransaction, Recorder, rowsResult, timelineOf } from '../support/recording.ts';

const draw = (
  recorder: Recorder,
  sessions: string[],
  options: { width?: number; later?: number; ascii?: boolean } = {},
) => {
  const timeline = timelineOf(recorder.events);
  const glyphs = options.ascii ? asciiGlyphs : unicodeGlyphs;
  const width = options.width ?? 70;
  const picture = drawTimeline(timeline, {
    sessions,
    width,
    glyphs,
    now: timeline.at + (options.later ?? 0),
  });
  const lines = [...picture.header, ...picture.body].map(lineText);
  for (const line of lines) expect(displayWidth(line)).toBe(picture.width);
  return lines.map((line) => line.trimEnd());
};

const started = (...sessions: string[]) =>
  new Recorder().start(lessonOf(sessions, [{ id: 'p', title: 'P', blocks: [] }])).wait(10);

describe('the timeline', () => {
  it('shows a wait: for whom, which lock, how long, who holds it', () => {
    expect(draw(untilBobWaits(), ['alice', 'bob'], { later: 4200 })).toEqual([
      ' t       alice  pid 812  =*#           bob  pid 813  =*#',
      '─'.repeat(70),
      '  0.000  begin  ✓',
      '         select balance from account',
      '         where id = 1  → 300',
      '  0.904                                begin  ✓',
      '                                       select balance from account',
      '                                       where id = 1  → 300',
      '  1.808  update account set balance =',
      '         200 where id = 1  ✓ 1 row',
      '  3.011                                update account set balance =',
      '                                       200 where id = 1',
      '         │ ←────────────────────────── ░ waits for alice',
      '         │ holds                       ░ ShareLock on transaction',
      '         │ ExclusiveLock               ░ 749',
      '         │                             ░ 4.2 s so far',
    ]);
  });

  it('connects the release with the one released, in either direction', () => {
    expect(draw(untilReleased(), ['alice', 'bob']).slice(-3)).toEqual([
      '         │                             ░ waited 4.2 s',
      '  7.230  commit  ✓  ─────────────────→ ✓ 1 row',
      '                                       released: alice committed',
    ]);
    expect(draw(untilReleased(), ['bob', 'alice'], { ascii: true }).slice(-2)).toEqual([
      '  7.230  + 1 row <-------------------- commit  +',
      '         released: alice committed',
    ]);
  });

  it('says of each of two released at once how it went on', () => {
    const onTable = { type: 'relation', mode: 'AccessShareLock', relation: 't' } as const;
    const recorder = started('a', 'b', 'c')
      .run('a1', 'a', 'select 1 from t', 'SELECT 1')
      .send('b1', 'b', 'alter table t')
      .blocked('b1', ['a'], onTable)
      .send('c1', 'c', 'table t')
      .blocked('c1', ['b'], onTable)
      .wait(500)
      .send('a2', 'a', 'commit')
      .tag('a2', 'COMMIT')
      .finished('a2')
      .add({ type: 'step-unblocked', step: 'b1' })
      .tag('b1', 'ALTER TABLE')
      .finished('b1')
      .add({ type: 'step-unblocked', step: 'c1' })
      .tag('c1', 'SELECT 3')
      .finished('c1')
      .settled('a2');
    expect(draw(recorder, ['a', 'b', 'c'], { width: 90 }).join('\n')).toMatch(
      /commit {2}✓ {2}─+→ ✓ {3,}✓ 3 rows/,
    );
  });

  it('marks what it has cut of an outcome', () => {
    const recorder = started('a', 'b').send('a1', 'a', 'select mode').wait(10);
    recorder
      .result('a1', rowsResult(['mode'], [['ShareUpdateExclusiveLockAndSomeMore']]))
      .finished('a1')
      .settled('a1');
    expect(draw(recorder, ['a', 'b'], { width: 66 }).join('\n')).toMatch(/→ ShareUpdate\w+…/);
  });

  it('marks the victim of a deadlock, the ring, and the grant that followed', () => {
    const recorder = started('alice', 'bob')
      .run('a1', 'alice', 'update t set x = 1 where id = 1', 'UPDATE 1')
      .run('b1', 'bob', 'update t set x = 1 where id = 2', 'UPDATE 1')
      .send('a2', 'alice', 'update t set x = 2 where id = 2')
      .wait(10)
      .blocked('a2', ['bob'], onTransaction('12'))
      .settled('a2')
      .wait(500)
      .send('b2', 'bob', 'update t set x = 2 where id = 1')
      .wait(10)
      .blocked('b2', ['alice'], onTransaction('11'))
      .wait(1000)
      // The survivor's grant is seen before the victim's error has arrived.
      .add({ type: 'step-unblocked', step: 'a2' })
      .wait(1)
      .failed('b2', '40P01', 'deadlock detected')
      .tag('a2', 'UPDATE 1')
      .finished('a2')
      .settled('b2');
    const text = draw(recorder, ['alice', 'bob']).join('\n');
    expect(text).toContain('✗ 40P01 deadlock detected');
    expect(text).toContain('bob → alice → bob');
    expect(text).toMatch(/✓ 1 row ←─+ /);
    expect(text).toMatch(/released: bob was rolled\s+back/);
  });

  it('connects the grant with the victim whoever was sent last, and whichever event came first', () => {
    const ring = () =>
      started('alice', 'bob')
        .send('a2', 'alice', 'update t set x = 2 where id = 2')
        .blocked('a2', ['bob'], onTransaction('12'))
        .wait(10)
        .send('b2', 'bob', 'update t set x = 2 where id = 1')
        .blocked('b2', ['alice'], onTransaction('11'))
        .wait(1000);
    const error = ['a2', '40P01', 'deadlock detected'] as const;
    const errorFirst = ring()
      .failed(...error)
      .wait(2)
      .add({ type: 'step-unblocked', step: 'b2' });
    const grantFirst = ring()
      .add({ type: 'step-unblocked', step: 'b2' })
      .wait(2)
      .failed(...error);
    for (const recorder of [errorFirst, grantFirst]) {
      const text = draw(recorder.tag('b2', 'UPDATE 1').finished('b2'), ['alice', 'bob']).join('\n');
      expect(text).toMatch(/alice → bob → alice ─+→ ✓ 1 row/);
      expect(text).toContain('released: alice was rolled');
    }
  });

  it('shows what a second wait came to below that wait, when the step that let the first one go still runs', () => {
    const recorder = started('alice', 'bob', 'carol')
      .send('a', 'alice', 'select id from t order by id for update')
      .blocked('a', ['carol'], onTransaction('11'))
      .send('b', 'bob', 'select id from t order by id desc for update')
      .blocked('b', ['alice'], onTransaction('12'))
      .wait(10)
      .send('c', 'carol', 'select pg_sleep(1)')
      .add({ type: 'step-unblocked', step: 'a' }, { type: 'step-unblocked', step: 'b' })
      .blocked('a', ['bob'], onTransaction('13'))
      .blocked('b', ['alice'], onTransaction('12'))
      .wait(100)
      .add({ type: 'step-unblocked', step: 'b' })
      .failed('a', '40P01', 'deadlock detected')
      .tag('b', 'SELECT 4')
      .finished('b');
    const lines = draw(recorder, ['alice', 'bob', 'carol'], { width: 99 });
    const row = (what: RegExp) => lines.findIndex((line) => what.test(line));
    expect(row(/40P01/)).toBeGreaterThan(0);
    expect(row(/✓/)).toBeGreaterThan(row(/waits for bob/));
    expect(lines.join('\n')).toContain('released: alice was rolled');
  });

  it('leads from the commit that won to the 40001 of the one that waited', () => {
    const recorder = started('alice', 'bob')
      .run('a1', 'alice', 'update t set x = 1', 'UPDATE 1')
      .send('b1', 'bob', 'update t set x = 2')
      .wait(10)
      .blocked('b1', ['alice'], onTransaction('12'))
      .settled('b1')
      .wait(800)
      .send('a2', 'alice', 'commit')
      .wait(1)
      .tag('a2', 'COMMIT')
      .finished('a2')
      .failed('b1', '40001', 'could not serialize access due to concurrent update')
      .settled('a2');
    expect(draw(recorder, ['alice', 'bob']).join('\n')).toMatch(/commit {2}✓ {2}─+→ ✗ 40001 could not/);
  });

  it('does not say that another session ended a wait that gave up by itself', () => {
    const recorder = started('alice', 'bob')
      .run('a1', 'alice', 'update t set x = 1', 'UPDATE 1')
      .send('b1', 'bob', 'update t set x = 2')
      .wait(10)
      .blocked('b1', ['alice'], onTransaction('12'))
      .wait(100)
      .run('a2', 'alice', 'select 1', 'SELECT 1')
      .wait(100)
      .failed('b1', '55P03', 'canceling statement due to lock timeout')
      .settled('b1');
    const text = draw(recorder, ['alice', 'bob']).join('\n');
    expect(text).toContain('✗ 55P03 canceling');
    expect(text).not.toContain('released');
    expect(text).not.toContain('─→');
  });

  it('says what COMMIT of a failed transaction did, what was cancelled, and what was lost', () => {
    const recorder = started('alice', 'bob')
      .run('a1', 'alice', 'commit', 'ROLLBACK')
      .send('b1', 'bob', 'select pg_sleep(9)')
      .add({
        type: 'step-cancelled',
        step: 'b1',
        error: {
          severity: 'ERROR',
          sqlstate: '57014',
          message: 'canceling statement due to user request',
          statement: 1,
        },
      })
      .send('b2', 'bob', 'select 2')
      .add({
        type: 'session-lost',
        session: 'bob',
        reason: 'server closed the connection',
        sqlstate: null,
        expected: false,
      });
    const text = draw(recorder, ['alice', 'bob']).join('\n');
    expect(text).toContain('– ROLLBACK: nothing');
    expect(text).toContain('– cancelled');
    expect(text).toContain('☠ lost');
  });

  it('keeps both where a line crosses the bar of a session between', () => {
    const recorder = started('a', 'b', 'c')
      .run('a1', 'a', 'lock t', 'LOCK TABLE')
      .send('b1', 'b', 'lock t')
      .blocked('b1', ['a'], { type: 'relation', mode: 'AccessExclusiveLock', relation: 't' })
      .send('c1', 'c', 'lock t')
      .blocked('c1', ['a'], { type: 'relation', mode: 'AccessExclusiveLock', relation: 't' });
    const text = draw(recorder, ['a', 'b', 'c'], { width: 90 }).join('\n');
    expect(text).toMatch(/│ ←─+┼─+ ░ waits for a/);
    expect(text).toContain('AccessExclusiveLock on t'.slice(0, 20));
  });

  it('strips what a server or a lesson might smuggle in, and keeps wide characters in line', () => {
    const evil = 'x\x1b[2J\x07\ty';
    const recorder = started('alice', 'bob')
      .send('s', 'alice', `select '日本語${evil}'`)
      .result('s', rowsResult(['c'], [['日本語\x1b]0;t\x07']]))
      .finished('s')
      .send('e', 'bob', 'select 1')
      .failed('e', '22000', `bad ${evil}`);
    const text = draw(recorder, ['alice', 'bob'], { width: 60 }).join('\n');
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
    expect(text).toContain('→ 日本語');
  });

  it('gets wider than asked for before its columns get too narrow to read', () => {
    const recorder = started('a', 'b', 'c', 'd').run('s', 'd', 'select 1', 'SELECT 1');
    const timeline = timelineOf(recorder.events);
    const options = { sessions: ['a', 'b', 'c', 'd'], width: 50, glyphs: unicodeGlyphs, now: 0 };
    expect(drawTimeline(timeline, options).width).toBe(9 + 4 * 18);
  });
});
