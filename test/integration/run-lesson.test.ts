import { describe, expect, it } from 'vitest';
import { runLesson } from '../../src/player/run-lesson.ts';
import type { RunEvent } from '../../src/timeline/events.ts';
import { reduceTimeline } from '../../src/timeline/reduce.ts';
import { emptyTimeline, type TimelineState } from '../../src/timeline/state.ts';
import { fence, lessonOf } from '../support/lesson.ts';
import { testServer } from '../support/server.ts';

const setup = fence(
  'sql setup',
  'create table account (id int primary key, balance int);\ninsert into account values (1, 300), (2, 300);',
);

const play = async (pages: string, onEvent: (event: RunEvent) => void = () => {}) => {
  const events: RunEvent[] = [];
  let timeline: TimelineState = emptyTimeline;
  const summary = await runLesson({
    lesson: lessonOf(`${setup}\n## Page\n\n${pages}`),
    server: await testServer(),
    onEvent: (event) => {
      events.push(event);
      onEvent(event);
      timeline = reduceTimeline(timeline, event);
    },
  });
  const step = (id: string) => {
    const found = timeline.steps.findLast((one) => one.step === id);
    if (!found) throw new Error(`no step ${id}`);
    return found;
  };
  return { summary, events, timeline, step };
};

describe('statements and results', () => {
  it('keeps each result of a step when a later statement fails, and stops there', async () => {
    const { step } = await play(fence('sql #a', "select 1 as x; select null, ''; select 1/0; select 4"));
    expect(step('a').results.map(({ tag, rows }) => [tag, rows])).toEqual([
      ['SELECT 1', [['1']]],
      ['SELECT 1', [[null, '']]],
    ]);
    expect(step('a')).toMatchObject({ status: 'failed', error: { sqlstate: '22012', statement: 3 } });
  });

  it('keeps them in a batch too, which is one transaction', async () => {
    const { step, summary } = await play(
      fence('sql batch #a', 'insert into account values (3, 0); select 1; select 1/0') +
        fence('expect', 'error: "22012"\nstate: { sql: "select count(*) from account", rows: [[2]] }'),
    );
    expect(step('a').results.map(({ tag }) => tag)).toEqual(['INSERT 0 1', 'SELECT 1']);
    expect(step('a').error).toMatchObject({ sqlstate: '22012', statement: 3 });
    expect(summary.failed).toEqual([]);
  });

  it('prints values as the server does, with no type parsing', async () => {
    const { step } = await play(
      fence(
        'sql #a',
        "select 1.10::numeric, '\\x00ff'::bytea, true, 'infinity'::float8, '{1,NULL}'::int[], now() is null",
      ),
    );
    expect(step('a').results[0]?.rows).toEqual([['1.10', '\\x00ff', 't', 'Infinity', '{1,NULL}', 'f']]);
  });

  it('reads the rows below a COPY as psql does, and shows what COPY prints', async () => {
    const { step } = await play(
      fence(
        'sql #a',
        'copy account from stdin;\n3\t5\n4\t\\N\n\\.\ncopy (select * from account where id > 2) to stdout',
      ),
    );
    expect(step('a').results.map(({ tag, rows }) => [tag, rows])).toEqual([
      ['COPY 2', []],
      ['COPY 2', [['3\t5'], ['4\t\\N']]],
    ]);
  });

  it('says what is wrong with a COPY in a batch, which has no rows to read, and goes on', async () => {
    const { step } = await play(
      fence('sql batch #a', 'copy account from stdin') + fence('sql #b', 'select 1'),
    );
    expect(step('a').error).toMatchObject({ sqlstate: '57014', message: expect.stringContaining('no data') });
    expect(step('b').status).toBe('done');
  });

  it('keeps notices in order, with the statement they belong to, and notifications', async () => {
    const notices = fence(
      'sql alice #a',
      "listen news;\ndo $$ begin raise notice 'one'; raise warning 'two'; end $$;\ncreate table if not exists account (x int)",
    );
    const { step, timeline } = await play(
      notices + fence('sql bob #b', "notify news, 'hello'") + fence('sql alice #c', 'select 1'),
    );
    expect(
      step('a').notices.map(({ severity, message, statement }) => [severity, message, statement]),
    ).toEqual([
      ['NOTICE', 'one', 2],
      ['WARNING', 'two', 2],
      ['NOTICE', 'relation "account" already exists, skipping', 3],
    ]);
    expect(timeline.notifications).toMatchObject([{ session: 'alice', channel: 'news', payload: 'hello' }]);
  });

  it('caps what it keeps of a large result, and counts the rest', async () => {
    const { step } = await play(fence('sql #a', 'select * from generate_series(1, 300000)'));
    expect(step('a').results[0]?.rowCount).toBe(300_000);
    expect(step('a').results[0]?.rows.length).toBe(1_000);
  });

  it('captures the plan of an explain step and executes it', async () => {
    const { step } = await play(
      fence('sql explain #a', 'set enable_seqscan = on; select * from account where id > 1'),
    );
    expect(JSON.parse(step('a').plan ?? '')).toMatchObject([{ Plan: { 'Actual Rows': 1 } }]);
  });
});

describe('who waits for whom', () => {
  const open = fence('sql alice #open', 'begin; update account set balance = 200 where id = 1');
  const wait = fence('sql bob #wait', 'update account set balance = 0 where id = 1');

  it('is read from the server: blocked, by whom, for which lock, and freed by which step', async () => {
    const { summary, step } = await play(
      `${open}${wait}${fence('expect', 'blockedBy: alice\nlock: { mode: ShareLock, type: transactionid }\nrowCount: 1')}` +
        fence('sql alice #free', 'commit') +
        fence('expect', 'unblocks: bob\nblocks: none'),
    );
    expect(summary).toMatchObject({ failed: [], error: null });
    expect(step('wait').waits).toMatchObject([
      { by: ['alice'], endedDuring: 'free', lock: { type: 'transactionid' } },
    ]);
  });

  it('follows a queue of three', async () => {
    const { summary } = await play(
      fence('sql alice', 'begin; lock table account in share mode') +
        fence('sql bob', 'begin; lock table account in access exclusive mode') +
        fence('expect', 'blockedBy: alice') +
        fence('sql carol', 'select count(*) from account') +
        fence('expect', 'blockedBy: bob\nrows: [[2]]\nlock: { mode: AccessShareLock, relation: account }') +
        fence('sql alice', 'commit') +
        fence('expect', 'unblocks: bob') +
        fence('sql bob', 'commit') +
        fence('expect', 'unblocks: carol'),
    );
    expect(summary.failed).toEqual([]);
    expect(summary.error).toBeNull();
  });

  it('waits out a deadlock until the server has chosen its victim', async () => {
    // Bob closes the ring and looks first: he is the victim, however busy the machine is.
    const { timeline, summary } = await play(
      fence('sql alice', "set deadlock_timeout = '60s'; begin; update account set balance = 1 where id = 1") +
        fence(
          'sql bob',
          "set deadlock_timeout = '50ms'; begin; update account set balance = 2 where id = 2",
        ) +
        fence('sql alice #a', 'update account set balance = 1 where id = 2') +
        fence('expect', 'blockedBy: bob\nerror: none') +
        fence('sql bob #b', 'update account set balance = 2 where id = 1') +
        fence('expect', 'error: 40P01') +
        fence('sql bob', 'rollback') +
        fence('sql alice', 'commit'),
    );
    expect(summary.failed).toEqual([]);
    expect(timeline.sessions.every((session) => session.transaction === 'idle')).toBe(true);
  });

  it('lets a step that says wait run into its timeout', async () => {
    const { summary } = await play(
      open +
        fence('sql bob wait', "set lock_timeout = '60ms'; update account set balance = 0 where id = 1") +
        fence('expect', 'blockedBy: alice\nerror: 55P03') +
        fence('sql alice', 'rollback'),
    );
    expect(summary.failed).toEqual([]);
  });

  it('sees waits for advisory locks, tuples and other keys', async () => {
    const { step } = await play(
      fence('sql alice', 'select pg_advisory_lock(42)') +
        fence('sql bob #b', 'select pg_advisory_lock(42)') +
        fence('sql alice', 'select pg_advisory_unlock(42)') +
        open +
        wait +
        fence('sql carol #tuple', 'update account set balance = 9 where id = 1') +
        fence('sql alice', 'commit'),
    );
    expect(step('b').waits[0]?.lock).toMatchObject({
      type: 'advisory',
      advisoryKey: '42',
      mode: 'ExclusiveLock',
    });
    expect(step('tuple').waits[0]?.lock).toMatchObject({ type: 'tuple', relation: 'account' });
  });

  it('waits until a cancel has reached a session, however late that one gets to it', async () => {
    const cancel = fence(
      'sql carol #cancel',
      "select pg_cancel_backend(pid) from pg_stat_activity where application_name = 'bob' and datname = current_database()",
    );
    let held: number | null = null;
    const { events, step } = await play(`${open}${wait}${cancel}`, (event) => {
      if (event.type === 'session-opened' && event.session === 'bob') held = event.pid;
      if (held === null || !('step' in event) || event.step !== 'cancel') return;
      if (event.type === 'step-sent') process.kill(held, 'SIGSTOP');
      // By then the server has been asked, many times over, who still waits.
      if (event.type === 'step-finished') setTimeout(process.kill, 300, held, 'SIGCONT');
    });
    expect(step('wait').error?.sqlstate).toBe('57014');
    const at = (type: string, id: string) =>
      events.findIndex((event) => event.type === type && 'step' in event && event.step === id);
    expect(at('step-failed', 'wait')).toBeLessThan(at('step-settled', 'cancel'));
  });

  it('says which step cannot be sent because its session still waits', async () => {
    const { summary } = await play(`${open}${wait}${fence('sql bob #more', 'select 1')}`);
    expect(summary.error).toMatch(/bob is still busy with step wait/);
  });

  it('loses a session only when the step says so, and brings it back for its next step', async () => {
    const killer = fence(
      'sql alice #kill',
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'bob' and datname = current_database()",
    );
    const expected = await play(
      `${fence('sql bob', 'begin; delete from account')}${killer}${fence('expect', 'lost: bob')}${fence('sql bob #again', 'select count(*) from account')}${fence('expect', 'rows: [[2]]')}`,
    );
    expect(expected.summary).toMatchObject({ failed: [], error: null });
    const unexpected = await play(`${fence('sql bob', 'select 1')}${killer}${fence('sql bob', 'select 1')}`);
    expect(unexpected.summary.error).toMatch(/Session bob is lost: terminating connection/);
  });
});

describe('claims', () => {
  const failures = async (pages: string) =>
    (await play(pages)).summary.failed.map(({ line, column, claimed, happened }) => ({
      line,
      column,
      claimed,
      happened,
    }));

  it('names the place, the claim and what happened, for each kind', async () => {
    const select = fence('sql', 'select id, balance from account order by id');
    const others = fence('sql alice', 'select 1') + fence('sql bob', 'select 1');
    const each = (...claims: string[]) => claims.map((claim) => fence('expect', claim)).join('');
    const failed = await failures(
      select +
        each(
          'rows: [[1, 300]]',
          'columns: [id]',
          'rowCount: 3',
          'tag: SELECT 3',
          'notice: x',
          'blockedBy: alice',
        ) +
        fence('sql', 'select 1/0') +
        each('error: "23505"', 'message: zero$') +
        fence('sql', 'select 1') +
        each('error: "22012"', 'blocks: bob', 'unblocks: bob', 'lock: { mode: ShareLock }') +
        fence('sql', 'select 1') +
        each('state: { sql: "select 2", rows: [[3]] }') +
        others,
    );
    expect(failed.map(({ claimed, happened }) => `${claimed} | ${happened}`)).toEqual([
      'rows: [["1", "300"]] | [["1", "300"], ["2", "300"]]',
      'columns: id | id, balance',
      'rowCount: 3 | 2',
      'tag: SELECT 3 | SELECT 2',
      'notice: x | no notice',
      'blockedBy: alice | none',
      'error: 23505 | error 22012: division by zero',
      'error: 22012 | no error (SELECT 1)',
      'blocks: bob | none',
      'unblocks: bob | none',
      'lock: ShareLock | the step did not wait for a lock',
      'state: select 2 is [["3"]] | [["2"]]',
    ]);
    expect(failed[0]).toMatchObject({ line: 18, column: 1 });
  });

  it('does not let a claim stand about a step that never ended', async () => {
    const failed = await failures(
      fence('sql alice', 'begin; lock table account') +
        fence('sql bob #late', 'select count(*) from account') +
        fence('expect', 'rows: [[2]]'),
    );
    expect(failed).toMatchObject([{ claimed: 'rows', happened: 'step late never ended' }]);
  });

  it('insists that exactly one choice of a prediction comes true', async () => {
    const predict = (first: string, second: string) =>
      fence(
        'predict',
        `question: What?\nchoices:\n  - { text: one, when: ${first} }\n  - { text: two, when: ${second} }\nwhy: Because.`,
      ) + fence('sql', 'select 1');
    expect(await failures(predict('{ rows: [[1]] }', '{ rows: [[2]] }'))).toEqual([]);
    expect(await failures(predict('{ rows: [[1]] }', '{ rowCount: 1 }'))).toMatchObject([
      { happened: 'choice 1 and choice 2' },
    ]);
    expect(await failures(predict('{ rows: [[3]] }', '{ error: "22012" }'))).toMatchObject([
      { happened: 'none' },
    ]);
  });

  it('checks a claim and runs a step only on the majors it is for', async () => {
    const { summary, timeline } = await play(
      fence('sql pg<18 #never', 'select 1') +
        fence('sql pg>=18', 'select 2') +
        fence('expect', 'rows: [[3]]\npostgres: "<18"'),
    );
    expect(timeline.steps.map((one) => one.step)).not.toContain('never');
    expect(summary.checks).toEqual([]);
  });

  it('names the place of a setup that fails', async () => {
    const lesson = lessonOf(
      `${fence('sql setup', 'select 1;\nselect nothing')}\n## Page\n\n${fence('sql', 'select 1')}`,
    );
    const summary = await runLesson({ lesson, server: await testServer() });
    expect(summary.error).toMatch(/^test\.md:\d+:1: the setup failed: 42703 column "nothing"/);
  });
});

describe('views', () => {
  it('derives the table lock matrix of the manual from 64 pairs', async () => {
    const { step } = await play(fence('view lock-matrix #m', ''));
    const cells = step('m').view?.rows.map(([, , outcome]) => (outcome === 'waits' ? 'x' : '.')) ?? [];
    const rows = Array.from({ length: 8 }, (_, row) => cells.slice(row * 8, row * 8 + 8).join(''));
    // https://www.postgresql.org/docs/current/explicit-locking.html, table "Conflicting Lock Modes"
    expect(rows).toEqual([
      '.......x',
      '......xx',
      '....xxxx',
      '...xxxxx',
      '..xx.xxx',
      '..xxxxxx',
      '.xxxxxxx',
      'xxxxxxxx',
    ]);
  });

  it('derives the row lock matrix of the manual from 16 pairs', async () => {
    const { step } = await play(fence('view row-lock-matrix #m', ''));
    const cells = step('m').view?.rows.map(([, , outcome]) => (outcome === 'waits' ? 'x' : '.')) ?? [];
    expect(cells.join('')).toBe('...x..xx.xxxxxxx');
  });

  it('shows a heap page with its tuple headers, and decodes what is stored', async () => {
    const { summary, step } = await play(
      fence(
        'sql setup',
        `create extension pageinspect;
create table t (id int, name text, big bigint, ok bool, at date);
insert into t values (1, 'ann', 5000000000, true, '2000-01-02'), (2, null, -1, false, null);`,
      ) +
        '## Page\n\n' +
        fence('sql', "update t set name = 'äöü' where id = 1;") +
        fence('sql bob', 'begin; delete from t where id = 2') +
        fence('sql carol', 'begin; insert into t values (3); rollback') +
        fence('view heap-page #page', 'relation: t') +
        fence(
          'expect',
          `rows:
  - [1, normal, committed, committed, "(0,3)", hot updated, "1, ann, 5000000000, t, \\\\x01000000"]
  - [2, normal, committed, in progress, "(0,2)", null, "2, null, -1, f, null"]
  - [3, normal, committed, null, "(0,3)", heap only, "1, äöü, 5000000000, t, \\\\x01000000"]
  - [4, normal, aborted, null, "(0,4)", null, "3, null, null, null, null"]`,
        ) +
        fence('sql carol', 'begin') +
        fence('sql bob', 'commit') +
        fence('sql', 'vacuum t') +
        fence('view heap-page #after', 'relation: t') +
        fence('expect', 'rowCount: 3'),
    );
    expect(summary.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(step('page').view?.columns).toEqual([
      ...['lp', 'state', 'xmin', 'xmax', 'ctid', 'hot', 'row', 'evidence'],
    ]);
    expect(step('page').view?.rows[1]?.at(-1)).toMatch(/^\d+\/\d+$/);
    expect(step('after').view?.rows.map((row) => row[1])).toEqual(['redirect to 3', 'unused', 'normal']);
  });

  it('shows what a transaction wrote that began after all that have ended', async () => {
    // Two in progress: the snapshot of whoever looks ends before the second one.
    const { summary } = await play(
      fence('sql setup', 'create extension pageinspect; create table t (id int)') +
        '## Page\n\n' +
        fence('sql bob', 'begin; insert into t values (1)') +
        fence('sql carol', 'begin; insert into t values (2)') +
        fence('view heap-page', 'relation: t') +
        fence(
          'expect',
          `rows:
  - [1, normal, in progress, null, "(0,1)", null, "1"]
  - [2, normal, in progress, null, "(0,2)", null, "2"]`,
        ),
    );
    expect(summary).toMatchObject({ error: null, checks: [{ ok: true }] });
  });

  it('says what a heap page needs', async () => {
    const { summary } = await play(
      `${fence('sql setup', 'create table t ()')}## P\n\n${fence('view heap-page', 'relation: t')}`,
    );
    expect(summary.error).toMatch(/needs the extension pageinspect/);
  });

  it('measures variants, leaves the data alone, and holds claims against the bars', async () => {
    const { summary, step } = await play(
      fence(
        'sql setup',
        `create table t as select n, repeat('x', 100) as pad from generate_series(1, 10000) as n;
create index t_n on t (n); vacuum analyze t;`,
      ) +
        '## Page\n\n' +
        fence(
          'measure #m',
          `of: pages
variants:
  - { name: index, sql: select * from t where n = 77 }
  - { name: scan, before: drop index t_n, sql: select * from t where n = 77; }`,
        ) +
        fence(
          'expect',
          `measured:
  - { variant: index, value: "<= 3" }
  - { variant: scan, value: "> 100", times: ">= 30", of: index }
  - { variant: scan, times: "< 2", of: index }
  - { variant: nobody, value: 1 }`,
        ) +
        fence(
          'measure #wal',
          `of: wal
variants:
  - { name: one, sql: insert into t values (1) }
  - { name: many, sql: "insert into t select n from generate_series(1, 1000) as n" }`,
        ) +
        fence('expect', 'measured: { variant: many, times: "> 20", of: one }') +
        fence('sql', 'select count(*) from t') +
        fence('expect', 'rows: [[10000]]'),
    );
    expect(summary.error).toBeNull();
    expect(summary.checks.map(({ ok }) => ok)).toEqual([true, true, false, false, true, true]);
    expect(summary.checks[2]?.happened).toMatch(/^scan: \d+, [\d.]+ times index: \d$/);
    expect(step('m').view?.rows.map(([name]) => name)).toEqual(['index', 'scan']);
  });

  it('lets the server compute truth tables', async () => {
    const { summary } = await play(
      fence('view truth-table', 'operators: [and, not]') +
        fence(
          'expect',
          'rows:\n' +
            [
              '[and,t,t,t]',
              '[and,t,f,f]',
              '[and,t,null,null]',
              '[and,f,t,f]',
              '[and,f,f,f]',
              '[and,f,null,f]',
            ]
              .map((r) => `  - ${r}\n`)
              .join('') +
            [
              '[and,null,t,null]',
              '[and,null,f,f]',
              '[and,null,null,null]',
              '[not,t,"",f]',
              '[not,f,"",t]',
              '[not,null,"",null]',
            ]
              .map((r) => `  - ${r}\n`)
              .join(''),
        ),
    );
    expect(summary.failed).toEqual([]);
  });
});
