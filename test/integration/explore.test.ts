import { describe, expect, it } from 'vitest';
import { differences, drawExploration } from '../../src/draw/exploration.ts';
import { explore } from '../../src/player/explore.ts';
import { createLab } from '../../src/player/lab.ts';
import type { Exploration, Lab } from '../../src/player/lab-state.ts';
import { unicodeGlyphs as glyphs } from '../../src/text/glyphs.ts';
import { lineText } from '../../src/text/line.ts';
import { fence, lessonOf } from '../support/lesson.ts';
import { testServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const setup = fence(
  'sql setup',
  'create table account (id int primary key, balance int);\ninsert into account values (1, 300), (2, 300);',
);
const add = 'update account set balance = balance + 10 where id = 1';

/** Each reads, then writes what it has read less 100: psql's \gset without psql. */
const readModifyWrite = lessonOf(`${setup}
## Before

${fence('sql alice', 'update account set balance = 200 where id = 2')}

## Both

${fence('sql alice #a1', "begin; select set_config('my.seen', balance::text, false) from account where id = 1")}
${fence('sql bob #b1', "begin; select set_config('my.seen', balance::text, false) from account where id = 1")}
${fence('sql alice #a2', "update account set balance = current_setting('my.seen')::int - 100 where id = 1; commit")}
${fence('sql bob #b2', "update account set balance = current_setting('my.seen')::int - 100 where id = 1; commit")}
${fence('sql #look', 'select balance from account where id = 1')}
`);

const all = async (
  lesson = readModifyWrite,
  page = 'both',
  more: Partial<Parameters<typeof explore>[0]> = {},
) => explore({ lesson, server: await testServer(), page, bound: 500, ...more });

const balances = ({ outcomes }: Exploration): (string | undefined)[] =>
  outcomes.map(
    ({ timeline }) =>
      timeline.steps.findLast((step) => step.step === 'look')?.results[0]?.rows[0]?.[0] ?? undefined,
  );

describe('all orders of a page', () => {
  it('of a lost update: four of six lose one, two do not', async () => {
    const progress: number[] = [];
    const found = await all(readModifyWrite, 'both', { onProgress: ({ played }) => progress.push(played) });
    expect(found).toMatchObject({ total: 6, played: 6, impossible: 0, phase: 'done' });
    expect(found.outcomes.map(({ orders }) => orders)).toEqual([4, 1, 1]);
    expect(balances(found)).toEqual(['200', '100', '100']);
    expect(found.outcomes.map(({ own }) => own)).toEqual([true, false, false]);
    expect(progress).toEqual([0, 1, 2, 3, 4, 5, 6, 6]);
    const [lost] = found.outcomes;
    expect(lost?.tables).toEqual([{ table: 'account', rowCount: 2, rows: ['(1,200)', '(2,200)'] }]);
    const apart = differences(found.outcomes, readModifyWrite, 'both', glyphs);
    expect(apart[0]).toContain('account: (1,200) (2,200)');
    expect(apart[1]).toContain('account: (1,100) (2,200)');
    const text = drawExploration(found, readModifyWrite, { width: 100, glyphs }).map(lineText).join('\n');
    expect(text).toContain('6 orders run of 6: 3 outcomes.');
    expect(text).toContain("1  4 orders  ◉ the lesson's own");
  });

  it('may lose no session where the lesson loses one', async () => {
    const held = "pg_locks where locktype = 'advisory' and objid = 42 and granted";
    const lesson = lessonOf(`${setup}
## Before

${fence('sql alpha', 'select 1')}

## Crash

${fence('sql alpha #hold', 'select pg_advisory_lock(42)')}
${fence('sql operator #end', `select pg_terminate_backend(pid) from ${held}`)}
${fence('expect', 'lost: alpha')}
`);
    const found = await all(lesson, 'crash');
    expect(found).toMatchObject({ played: 2, impossible: 0, phase: 'done' });
    const lost = ({ timeline }: (typeof found.outcomes)[number]) =>
      timeline.sessions.some((session) => session.lost !== null);
    expect(found.outcomes.map(lost)).toEqual([true, false]);
  });

  it('counts those in which somebody would have to go on while it waits, and runs them not', async () => {
    const lesson = lessonOf(`${setup}
## Wait

${fence('sql alice #a1', `begin; ${add}`)}
${fence('sql bob #b1', `begin; ${add}`)}
${fence('sql alice #a2', 'commit')}
${fence('sql bob #b2', 'commit')}
`);
    const found = await all(lesson, 'wait');
    // aabb, abab (bob waits), baba (alice waits), bbaa; abba and baab ask a waiting session to commit.
    expect(found).toMatchObject({ total: 6, played: 4, impossible: 2, phase: 'done' });
    expect(found.outcomes.map(({ orders }) => orders)).toEqual([2, 1, 1]);
    const waited = found.outcomes.map(({ timeline }) =>
      timeline.steps.filter((step) => step.waits.length > 0).map((step) => step.step),
    );
    expect(waited[0]).toEqual([]);
    expect(waited.slice(1).flat().sort()).toEqual(['a1', 'b1']);
  });

  it('ends where everybody left waits, with what could not be sent', async () => {
    const lesson = lessonOf(`${setup}
## Stuck

${fence('sql alice #a1', `begin; ${add}`)}
${fence('sql bob #b1', add)}
${fence('sql bob #b2', 'select 1')}
`);
    const found = await all(lesson, 'stuck');
    // abb: bob never gets through; bab: his first does, then he reads; bba.
    expect(found).toMatchObject({ total: 3, played: 3, impossible: 0, phase: 'done' });
    const stuck = found.outcomes.find(({ unsent }) => unsent.length > 0);
    expect(stuck).toMatchObject({ orders: 1, unsent: ['b2'], example: ['a1', 'b1'] });
  });

  it('sees deadlocks and serialization failures as outcomes of their own', async () => {
    const write = (who: number) => `update account set balance = balance - 1 where id = ${who}`;
    const lesson =
      lessonOf(`${fence('sql setup', "do $$ begin execute format('alter database %I set deadlock_timeout = ''30ms''', current_database()); end $$")}${setup}
## Ring

${fence('sql alice #a1', `begin isolation level repeatable read; ${write(1)}`)}
${fence('sql bob #b1', `begin isolation level repeatable read; ${write(2)}`)}
${fence('sql alice #a2', `${write(2)}; commit`)}
${fence('sql bob #b2', `${write(1)}; commit`)}
`);
    const found = await all(lesson, 'ring');
    const codes = found.outcomes.map(({ timeline, orders }) => [
      orders,
      timeline.steps.flatMap((step) => step.error?.sqlstate ?? []).join(),
    ]);
    expect(found.phase).toBe('done');
    expect(codes).toContainEqual([2, '']);
    expect(new Set(codes.map(([, code]) => code))).toContain('40P01');
  });

  it('stops at its bound, and when it is told to', async () => {
    const bounded = await all(readModifyWrite, 'both', { bound: 2 });
    expect(bounded).toMatchObject({ played: 2, phase: 'bounded' });
    const abort = new AbortController();
    const cancelled = await all(readModifyWrite, 'both', {
      signal: abort.signal,
      onProgress: ({ played }) => {
        if (played === 1) abort.abort();
      },
    });
    expect(cancelled).toMatchObject({ played: 1, phase: 'cancelled' });
  });

  it('has the same outcome whatever the clock and the pids are', async () => {
    const lesson = lessonOf(`${setup}
## Clock

${fence('sql alice #a1', 'select now(), pg_backend_pid(), pg_current_xact_id()')}
${fence('sql bob #b1', 'select clock_timestamp()::text')}
`);
    const found = await all(lesson, 'clock');
    expect(found.outcomes.map(({ orders }) => orders)).toEqual([2]);
  });
});

describe('an order of one’s own', () => {
  const open: Lab[] = [];
  const start = async (lesson = readModifyWrite, page = 'both') => {
    const lab = createLab(lesson, testServer);
    open.push(lab);
    lab.startWhatIf(page);
    await reached(lab, 'ready');
    return lab;
  };
  const reached = (lab: Lab, phase: string) =>
    until(
      () => lab.getState().whatIf?.phase === phase,
      `${phase}, not ${lab.getState().whatIf?.phase} ${lab.getState().whatIf?.problem}`,
    );
  const pick = async (lab: Lab, session: string, phase = 'ready') => {
    lab.pick(session);
    await reached(lab, phase);
  };

  it('is played session by session, on a database of its own, with the looks at its end', async () => {
    const lab = await start();
    expect(lab.getState().whatIf?.choices.map(({ session, step, why }) => [session, step, why])).toEqual([
      ['alice', 'a1', null],
      ['bob', 'b1', null],
    ]);
    for (const session of ['alice', 'alice', 'bob']) await pick(lab, session);
    await pick(lab, 'bob', 'done');
    const { whatIf } = lab.getState();
    expect(whatIf?.order).toEqual(['a1', 'a2', 'b1', 'b2']);
    expect(whatIf?.tables).toEqual([{ table: 'account', rowCount: 2, rows: ['(1,100)', '(2,200)'] }]);
    expect(whatIf?.timeline.steps.at(-1)?.results[0]?.rows).toEqual([['100']]);
    await lab.close();
  });

  it('does not let go who waits or has no step left, and says why', async () => {
    const lesson = lessonOf(`${setup}
## Wait

${fence('sql alice #a1', `begin; ${add}`)}
${fence('sql bob #b1', `begin; ${add}`)}
${fence('sql alice #a2', 'commit')}
${fence('sql bob #b2', 'commit')}
`);
    const lab = await start(lesson, 'wait');
    await pick(lab, 'bob');
    await pick(lab, 'alice');
    expect(lab.getState().whatIf?.choices.map(({ why }) => why)).toEqual(['waits for bob', null]);
    lab.pick('alice');
    expect(lab.getState().whatIf?.order).toEqual(['b1', 'a1']);
    await pick(lab, 'bob');
    expect(lab.getState().whatIf?.choices.map(({ why }) => why)).toEqual([null, 'has no step left']);
    lab.startWhatIf('wait');
    await until(() => lab.getState().whatIf?.phase === 'ready', 'ready again');
    expect(lab.getState().whatIf?.order).toEqual([]);
    lab.explore('wait');
    await until(() => lab.getState().exploration?.phase === 'done', 'explored');
    expect(lab.getState().exploration?.played).toBe(4);
    await lab.close();
  });
});
