import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createPlayer } from '../../src/player/player.ts';
import type { Player } from '../../src/player/state.ts';
import { openServer } from '../../src/postgres/server.ts';
import type { Server } from '../../src/postgres/types.ts';
import type { RunEvent } from '../../src/timeline/events.ts';
import { fence, lessonOf } from '../support/lesson.ts';
import { lentServer, testServer, testStateDir } from '../support/server.ts';
import { until } from '../support/until.ts';

const lesson =
  lessonOf(`${fence('sql setup', 'create table item (id int primary key, v int); insert into item values (1, 1)')}
## One

${fence('sql alice #insert', 'begin; insert into item values (2, 2)')}
${fence('sql alice #commit', 'commit')}

## Two

${fence(
  'predict #guess',
  'question: How many rows?\nchoices:\n  - { text: one, when: { rowCount: 1 } }\n  - { text: none, when: { rowCount: 0 } }\nwhy: It is there.',
)}
${fence('sql alice #hold', 'begin; update item set v = 5 where id = 1')}
${fence('sql bob #wait', 'update item set v = 6 where id = 1')}

## Three

${fence('sql alice #release', 'commit')}
${fence('sql alice #slow', 'select pg_sleep(60)')}
`);

const open: Player[] = [];
type Options = {
  page?: string;
  after?: string;
  answers?: Record<string, number | null>;
  server?: () => Promise<Server>;
  events?: RunEvent[];
};
const play = async (options: Options = {}) => {
  const player = createPlayer({
    lesson,
    openServer: options.server ?? lentServer,
    startPage: options.page ?? null,
    startAfter: options.after ?? null,
    answers: options.answers ?? {},
    onEvent: (event) => options.events?.push(event),
  });
  open.push(player);
  await until(() => player.getState().phase !== 'starting', 'the lesson opens');
  await until(() => player.getState().phase === 'ready', `ready, not ${player.getState().problem}`);
  return player;
};
const phase = (player: Player, wanted: string) =>
  until(
    () => player.getState().phase === wanted,
    `${wanted}, not ${player.getState().phase} ${player.getState().problem}`,
  );
const status = (player: Player, step: string) =>
  player.getState().timeline.steps.findLast((s) => s.step === step)?.status;
const next = async (player: Player, step: string, wanted = 'done') => {
  player.dispatch({ type: 'next' });
  await until(() => status(player, step) === wanted, `${step} ${wanted}`);
  await phase(player, 'ready');
};

afterEach(async () => {
  for (const player of open.splice(0)) await player.close();
});

describe('the player', () => {
  it('runs a step, turns the page, asks before it runs the step in question, and judges', async () => {
    const player = await play();
    await next(player, 'insert');
    await next(player, 'commit');
    player.dispatch({ type: 'next' });
    await until(() => player.getState().page === 'two', 'page two');
    expect(player.getState().pagesDone).toEqual(['one']);
    player.dispatch({ type: 'next' });
    player.dispatch({ type: 'predict', choice: 7 });
    await phase(player, 'ready');
    expect(status(player, 'hold')).toBeUndefined();
    player.dispatch({ type: 'predict', choice: 1 });
    player.dispatch({ type: 'predict', choice: 0 });
    await next(player, 'hold');
    expect(player.getState().predictions.guess).toMatchObject({ choice: 0 });
    await until(() => player.getState().predictions.guess?.right !== null, 'judged');
  });

  it('opens after a step with what was answered on the page, as if it had never been left', async () => {
    const events: RunEvent[] = [];
    const player = await play({ page: 'two', after: 'hold', answers: { guess: 1 }, events });
    expect(player.getState()).toMatchObject({
      page: 'two',
      ran: ['hold'],
      predictions: { guess: { choice: 1, right: [0] } },
    });
    expect(events.at(-1)).toMatchObject({ type: 'replay-finished', page: 'two' });
    await next(player, 'wait', 'blocked');
    // The page again from its start asks again.
    player.dispatch({ type: 'reset' });
    await until(() => player.getState().ran.length === 0 && player.getState().phase === 'ready', 'reset');
    expect(player.getState().predictions).toEqual({});
  });

  it('opens after a step of the first page, without an answer where none is known', async () => {
    const player = await play({ after: 'insert' });
    expect(player.getState()).toMatchObject({ page: 'one', ran: ['insert'], predictions: {} });
    await next(player, 'commit');
    const unanswered = await play({ page: 'two', after: 'hold' });
    expect(unanswered.getState()).toMatchObject({ ran: ['hold'], predictions: {} });
  });

  it('goes back by reset and silent replay: the database is as it was', async () => {
    const events: RunEvent[] = [];
    const player = await play({ page: 'two', events });
    player.dispatch({ type: 'predict', choice: null });
    await next(player, 'hold');
    await next(player, 'wait', 'blocked');
    const before = player.getState().database;
    player.dispatch({ type: 'back' });
    await until(() => player.getState().page === 'one' && player.getState().phase === 'ready', 'page one');
    expect(player.getState().database).not.toBe(before);
    expect(player.getState().ran).toEqual([]);
    await next(player, 'insert');
    expect(player.getState().timeline.steps.at(-1)).toMatchObject({ step: 'insert', error: null });
    player.dispatch({ type: 'go', page: 'three' });
    await until(
      () => player.getState().page === 'three' && player.getState().phase === 'ready',
      'page three',
    );
    expect(player.getState().predictions).toEqual({});
    expect(status(player, 'wait')).toBe('blocked');
    await next(player, 'release');
    await until(() => status(player, 'wait') === 'done', 'bob runs');
  });

  it('cancels what runs, as Ctrl+C in psql does, and can go on', async () => {
    const player = await play({ page: 'three' });
    await next(player, 'release');
    player.dispatch({ type: 'next' });
    await until(() => status(player, 'slow') === 'running', 'the slow step');
    player.dispatch({ type: 'cancel' });
    await until(() => status(player, 'slow') === 'cancelled', 'cancelled');
    await phase(player, 'ready');
    player.dispatch({ type: 'next' });
    await phase(player, 'finished');
  });

  it('cancels a statement that its backend has not read yet', async () => {
    const events: RunEvent[] = [];
    const player = await play({ page: 'three', events });
    await next(player, 'release');
    const opened = events.findLast((event) => event.type === 'session-opened' && event.session === 'alice');
    const pid = opened?.type === 'session-opened' ? opened.pid : 0;
    process.kill(pid, 'SIGSTOP');
    player.dispatch({ type: 'next' });
    await until(() => status(player, 'slow') === 'running', 'the slow step');
    player.dispatch({ type: 'cancel' });
    // It gets the signal first, while it is idle, and then the statement.
    setTimeout(process.kill, 100, pid, 'SIGCONT');
    await until(() => status(player, 'slow') === 'cancelled', 'cancelled');
  });

  it('cancels a statement that waits for a lock', async () => {
    const player = await play({ page: 'two' });
    player.dispatch({ type: 'predict', choice: null });
    await next(player, 'hold');
    await next(player, 'wait', 'blocked');
    player.dispatch({ type: 'cancel' });
    await until(() => status(player, 'wait') === 'cancelled', 'cancelled');
  });

  it('resets in the middle of a statement', async () => {
    const player = await play({ page: 'three' });
    await next(player, 'release');
    player.dispatch({ type: 'next' });
    await until(() => status(player, 'slow') === 'running', 'the slow step');
    player.dispatch({ type: 'reset' });
    await until(() => player.getState().ran.length === 0 && player.getState().phase === 'ready', 'reset');
    expect(player.getState().page).toBe('three');
  });

  it('leaves nothing behind when it is closed at any time', async () => {
    const server = await testServer();
    const names: string[] = [];
    for (const wait of [0, 1, 2, 3]) {
      const player = createPlayer({ lesson, openServer: lentServer });
      if (wait > 0) await until(() => player.getState().database !== null || wait < 2, 'a database');
      if (wait > 2) player.dispatch({ type: 'next' });
      names.push(player.getState().database ?? '');
      await player.close();
    }
    const connection = await server.connect({ database: server.info.database, applicationName: 'test' });
    const left = await connection.rows(
      `select datname from pg_database where datname like 'pg_tutor_test_lesson%'`,
    );
    await connection.end();
    expect(left).toEqual([]);
  });
});

describe('a server that dies', () => {
  /** A server of this test alone. */
  const ownServer = async (name: string): Promise<() => Promise<Server>> => {
    const stateDir = path.join(testStateDir(), '..', name);
    mkdirSync(stateDir, { recursive: true });
    return () =>
      openServer({ target: { kind: 'embedded' }, stateDir, confirm: async () => true, log: () => {} });
  };
  const signal = async (player: Player, open: () => Promise<Server>, what: 'backend' | 'postmaster') => {
    const pid = player.getState().timeline.sessions.find((session) => session.name === 'alice')?.pid ?? 0;
    if (what === 'backend') return void process.kill(pid, 'SIGKILL');
    const server = await open();
    const connection = await server.connect({ database: 'postgres', applicationName: 'test' });
    const [row] = await connection.rows(`select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)`);
    await connection.end();
    process.kill(Number(row?.[0]), 'SIGKILL');
    await server.close();
  };

  it.each(['backend', 'postmaster'] as const)(
    'says so when the %s is killed in a step, and resets in place',
    async (what) => {
      const server = await ownServer(`killed-${what}`);
      const player = await play({ page: 'three', server });
      await next(player, 'release');
      player.dispatch({ type: 'next' });
      await until(() => status(player, 'slow') === 'running', 'the slow step');
      await signal(player, server, what);
      await phase(player, 'broken');
      expect(player.getState().problem).toMatch(/terminat|closed|crash/i);
      player.dispatch({ type: 'next' });
      player.dispatch({ type: 'reset' });
      await phase(player, 'ready');
      expect(player.getState().page).toBe('three');
      await next(player, 'release');
    },
  );
});
