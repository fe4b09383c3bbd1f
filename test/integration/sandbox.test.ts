import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseSpec } from '../../src/isolation/parse.ts';
import { parseLesson } from '../../src/lesson/parse.ts';
import { runLesson } from '../../src/player/run-lesson.ts';
import { createSandbox } from '../../src/player/sandbox.ts';
import { openStep, type Sandbox } from '../../src/player/sandbox-state.ts';
import { openServer } from '../../src/postgres/server.ts';
import { hasIsolationtester, isolationtester } from '../support/isolationtester.ts';
import { lentServer, testServer, testStateDir } from '../support/server.ts';
import { until } from '../support/until.ts';

const opened: Sandbox[] = [];
afterEach(async () => {
  for (const sandbox of opened.splice(0)) await sandbox.close();
});

const accounts = {
  name: 'accounts.sql',
  sql: 'create table account (id int primary key, balance int not null);\ninsert into account values (1, 300), (2, 300);',
};

class Hands {
  readonly sandbox: Sandbox;
  constructor(sandbox: Sandbox) {
    this.sandbox = sandbox;
    opened.push(sandbox);
  }
  get state() {
    return this.sandbox.getState();
  }
  steps(session: string) {
    return this.state.timeline.steps.filter((step) => step.session === session);
  }
  /** Types SQL and waits until the session is done with it, or waits for a lock. */
  async run(session: string, text: string): Promise<void> {
    const count = this.steps(session).length;
    const told = this.state.told.length;
    this.sandbox.dispatch({ type: 'run', session, text });
    await until(
      () =>
        this.state.told.length > told ||
        (this.steps(session).length > count &&
          (openStep(this.state, session)?.status ?? 'blocked') === 'blocked'),
      `${session} runs ${text}`,
    );
  }
  async idle(): Promise<void> {
    await until(() => this.state.timeline.steps.every((step) => step.endedAt !== null), 'all have ended');
  }
}

const open = async (options: Partial<Parameters<typeof createSandbox>[0]> = {}): Promise<Hands> => {
  const hands = new Hands(
    createSandbox({ openServer: lentServer, sessions: 2, database: null, setup: accounts, ...options }),
  );
  await until(() => hands.state.phase !== 'starting', 'the sandbox opens');
  const wanted = options.sessions ?? 2;
  await until(
    () => hands.state.timeline.sessions.length === wanted || hands.state.phase === 'broken',
    'the sessions are there',
  );
  return hands;
};

const take = (amount: number, id: number) =>
  `update account set balance = balance - ${amount} where id = ${id};`;

const deadlock = async (): Promise<Hands> => {
  const hands = await open();
  await hands.run('s1', `begin;\n${take(1, 1)}`);
  await hands.run('s2', `begin;\n${take(1, 2)}`);
  await hands.run('s1', take(2, 2));
  expect(openStep(hands.state, 's1')?.waits.at(-1)?.by).toEqual(['s2']);
  await hands.run('s2', take(2, 1));
  await hands.idle();
  for (const session of ['s1', 's2']) await hands.run(session, 'commit;');
  return hands;
};

/** Plays the text as `pg-tutor run` does. */
const play = async (text: string) => {
  const { lesson, problems } = parseLesson(text, {
    file: 'saved.md',
    id: 'my/saved',
    number: '1.1',
    module: { slug: 'my', number: 1, title: 'My', summary: '' },
  });
  expect(problems).toEqual([]);
  if (!lesson) throw new Error('no lesson');
  return runLesson({ lesson, server: await testServer() });
};

describe('a sandbox', () => {
  it('shows who waits and lets go; what is typed ahead follows in its turn', async () => {
    const hands = await open();
    expect(hands.state.timeline.sessions.map(({ name }) => name)).toEqual(['s1', 's2']);
    await hands.run('s1', `begin; ${take(100, 1)}`);
    await hands.run('s2', take(50, 1));
    expect(openStep(hands.state, 's2')).toMatchObject({ status: 'blocked' });
    await until(() => hands.state.timeline.locks.some((lock) => !lock.granted), 'the locks show the wait');
    hands.sandbox.dispatch({ type: 'run', session: 's2', text: 'select 1;' });
    hands.sandbox.dispatch({ type: 'run', session: 's2', text: '\\d account' });
    expect(hands.steps('s2')).toHaveLength(1);
    expect(hands.state.queued.s2).toHaveLength(2);
    await hands.run('s1', 'commit;');
    await until(() => hands.state.told.length === 1, 'what was typed ahead is done');
    expect(hands.steps('s2').map(({ sql, status }) => [sql, status])).toEqual([
      [take(50, 1), 'done'],
      ['select 1;', 'done'],
    ]);
    await until(() => hands.state.timeline.locks.length === 0, 'no locks are left');
  });

  it('goes on in one session while another is busy for long', async () => {
    const hands = await open();
    hands.sandbox.dispatch({ type: 'run', session: 's1', text: 'select pg_sleep(60);' });
    await until(() => openStep(hands.state, 's1') !== null, 's1 sleeps');
    await hands.run('s2', 'select 1;');
    await until(() => openStep(hands.state, 's2') === null, 's2 is done');
    await hands.run('s2', 'select 2;');
    await until(() => hands.steps('s2').at(-1)?.status === 'done', 's2 is done again');
    hands.sandbox.dispatch({ type: 'cancel', session: 's1' });
    await hands.idle();
    expect(hands.steps('s1').at(-1)).toMatchObject({ status: 'cancelled' });
  });

  it('adds and removes sessions, also one that waits', async () => {
    const hands = await open();
    hands.sandbox.dispatch({ type: 'add-session' });
    await until(() => hands.state.timeline.sessions.length === 3, 's3 is there');
    await hands.run('s1', 'begin; lock table account;');
    await hands.run('s3', 'select * from account;');
    hands.sandbox.dispatch({ type: 'remove-session', session: 's3' });
    await until(() => hands.state.timeline.sessions.length === 2, 's3 is gone');
    expect(hands.state.sessions).toEqual(['s1', 's2']);
    hands.sandbox.dispatch({ type: 'remove-session', session: 's2' });
    expect(hands.state.sessions).toEqual(['s1', 's2']);
    await hands.idle();
  });

  it('goes back to the state of the script', async () => {
    const hands = await open();
    const before = hands.state.database;
    await hands.run('s1', 'delete from account;');
    hands.sandbox.dispatch({ type: 'reset' });
    await until(() => hands.state.phase === 'ready' && hands.state.database !== before, 'the reset');
    await until(() => hands.state.timeline.sessions.length === 2, 'the sessions are back');
    expect(hands.state.timeline.steps).toEqual([]);
    await hands.run('s2', 'select count(*) from account;');
    expect(hands.steps('s2').at(-1)?.results[0]?.rows).toEqual([['2']]);
  });

  it('connects a session that was ended anew for its next statement', async () => {
    const hands = await open();
    const pid = hands.state.timeline.sessions.find(({ name }) => name === 's2')?.pid;
    await hands.run('s1', `select pg_terminate_backend(${pid});`);
    await until(() => hands.state.losses.length === 1, 's2 is lost');
    expect(hands.state.losses).toMatchObject([{ session: 's2', during: 's1-1' }]);
    expect(hands.state.phase).toBe('ready');
    await hands.run('s2', 'select 1;');
    await hands.idle();
    expect(hands.steps('s2').at(-1)).toMatchObject({ status: 'done' });
  });

  it('says which line of its script failed', async () => {
    const hands = await open({ setup: { name: 'bad.sql', sql: 'select 1;\nselect nothing;' } });
    expect(hands.state).toMatchObject({ phase: 'broken' });
    expect(hands.state.problem).toMatch(/^bad\.sql:2: 42703 /);
  });

  it('describes what the transaction of the session sees', async () => {
    const hands = await open();
    await hands.run(
      's1',
      'begin; create table note (id int primary key, body text not null default 0, account int references account);',
    );
    await hands.run('s1', '\\d note');
    const [table] = hands.state.told.at(-1)?.tables ?? [];
    expect(table?.title).toBe('Table "public.note"');
    expect(table?.rows.map((row) => row.slice(0, 3))).toEqual([
      ['id', 'integer', 'not null'],
      ['body', 'text', 'not null'],
      ['account', 'integer', ''],
    ]);
    expect(table?.footer.join('\n')).toContain('"note_pkey" PRIMARY KEY, btree (id)');
    expect(table?.footer.join('\n')).toContain('FOREIGN KEY (account) REFERENCES account(id)');
    await hands.run('s2', '\\d note');
    expect(hands.state.told.at(-1)?.error).toBe('Did not find any relation named "note".');
    for (const command of [
      '\\d',
      '\\dt',
      '\\dt a*',
      '\\di',
      '\\dv',
      '\\df',
      '\\df pg_catalog.now',
      '\\dn',
      '\\du',
      '\\ds',
      '\\dt pg_catalog.pg_cl*',
      '\\d account_pkey',
    ]) {
      await hands.run('s1', command);
      expect(hands.state.told.at(-1), command).toMatchObject({ command, error: null });
    }
    await hands.run('s1', 'select nothing;');
    await hands.run('s1', '\\d');
    expect(hands.state.told.at(-1)?.error).toMatchObject({ sqlstate: '25P02' });
    await hands.run('s1', '\\nope');
    expect(hands.state.told.at(-1)?.error).toMatch('invalid command \\nope');
  });

  it('knows new names soon after they exist', async () => {
    const hands = await open();
    const names = () => hands.state.catalog.columns.filter((column) => column.relation === 'fresh');
    await hands.run('s1', 'create table fresh (a int, "B c" text);');
    await until(() => names().length === 2, 'the columns of fresh are known');
    expect(names().map(({ name, type }) => `${name} ${type}`)).toEqual(['a integer', 'B c text']);
    expect(hands.state.catalog.relations).toContainEqual({
      schema: 'pg_catalog',
      name: 'pg_locks',
      kind: 'view',
      visible: true,
    });
  });
});

describe('an experiment saved', () => {
  it('is a lesson that plays the deadlock again, every claim true', async () => {
    const hands = await deadlock();
    const { text, remarks } = await hands.sandbox.save('lesson');
    expect(remarks).toEqual([]);
    expect(text).toContain('- { error: "40P01" }');
    expect(text).toContain('- { blockedBy: s2 }');
    const summary = await play(text);
    expect(summary).toMatchObject({ error: null, failed: [] });
    expect(summary.checks.length).toBeGreaterThan(5);
  });

  it('claims nothing that is not so again, and plays cancels, losses and timeouts', async () => {
    const hands = await open({ setup: null });
    await hands.run('s1', 'create table t (id int primary key, v text);');
    await hands.run('s1', 'insert into t values (1, \'a `b` "c"\'), (2, null);');
    await hands.run('s1', 'begin; select clock_timestamp(); select * from t where id = 1 for update;');
    await hands.run('s2', "set lock_timeout = '100ms'; update t set v = 'x' where id = 1;");
    await until(() => hands.steps('s2').at(-1)?.endedAt !== null, 's2 gives up');
    await hands.run('s2', "set lock_timeout = 0; update t set v = 'x' where id = 1;");
    hands.sandbox.dispatch({ type: 'cancel', session: 's2' });
    await hands.idle();
    const pid = hands.state.timeline.sessions.find(({ name }) => name === 's1')?.pid;
    await hands.run(
      's2',
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 's1' and ${pid} > 0;`,
    );
    await until(() => hands.state.losses.length === 1, 's1 is lost');
    await hands.run('s1', 'table t;');
    await hands.idle();
    const { text, remarks } = await hands.sandbox.save('lesson');
    expect(remarks).toEqual([expect.stringMatching(/left out/)]);
    expect(text).toMatch(/```sql setup\ncreate table t/);
    expect(text).toContain('sql s2 #s2-1 wait');
    for (const claim of [
      'error: "55P03"',
      'error: "57014"',
      'lost: s1',
      'rows: [[1, "a `b` \\"c\\""], [2, null]]',
    ])
      expect(text).toContain(claim);
    expect(await play(text)).toMatchObject({ error: null, failed: [] });
  });

  it('is refused while there is nothing to save', async () => {
    const hands = await open();
    await expect(hands.sandbox.save('lesson')).rejects.toThrow('Nothing has been run yet');
    await expect(hands.sandbox.save('spec')).rejects.toThrow('Nothing has been run yet');
  });

  it('is a .spec in which a statement is a step', async () => {
    const hands = await deadlock();
    const { text } = await hands.sandbox.save('spec');
    expect(text).toMatch(/^setup\n\{\n {2}create table account/m);
    expect(text).toContain('DROP TABLE account CASCADE;');
    expect(text).toContain('step s1_1a\t{ begin; }');
    expect(text).toMatch(/^permutation s[12]_patience s1_1a s1_1b s2_1a s2_1b s1_2 s2_2 s1_3 s2_3$/m);
    const spec = parseSpec(text, 'saved.spec');
    expect(spec.sessions.map((session) => session.name)).toEqual(['s1', 's2']);
    if (hasIsolationtester()) {
      const server = await testServer();
      const admin = await server.connect({ database: 'postgres', applicationName: 'test' });
      await admin.rows('create database saved_spec');
      const { output, code } = await isolationtester({
        server: server.info,
        database: 'saved_spec',
        spec: text,
        name: 'saved',
      });
      await admin.rows('drop database saved_spec with (force)');
      await admin.end();
      expect(output).toContain('ERROR:  deadlock detected');
      expect(output).toContain('step s1_2: <... completed>');
      expect(code).toBe(0);
    }
    await hands.run('s1', "select '{1,2}'::int[];");
    await expect(hands.sandbox.save('spec')).rejects.toThrow('has a } in its SQL');
  });
});

describe('a sandbox in a database of the user', () => {
  it('runs its script once, leaves everything as it is, and does not reset', async () => {
    const server = await testServer();
    const admin = await server.connect({ database: 'postgres', applicationName: 'test' });
    await admin.rows('create database shop');
    const hands = await open({ database: 'shop' });
    expect(hands.state).toMatchObject({ database: 'shop', scratch: false });
    await hands.run('s1', 'delete from account where id = 2;');
    hands.sandbox.dispatch({ type: 'reset' });
    expect(hands.state.phase).toBe('ready');
    const { remarks } = await hands.sandbox.save('lesson');
    expect(remarks).toEqual([expect.stringContaining('a database of yours')]);
    await hands.sandbox.close();
    const inside = await server.connect({ database: 'shop', applicationName: 'test' });
    expect(await inside.rows('select id from account')).toEqual([['1']]);
    await inside.end();
    await admin.rows('drop database shop');
    await admin.end();
  });
});

describe('a server that dies under a sandbox', () => {
  it('is told, and a reset begins anew with the script', async () => {
    const stateDir = path.join(testStateDir(), '..', 'killed-sandbox');
    mkdirSync(stateDir, { recursive: true });
    const own = () =>
      openServer({ target: { kind: 'embedded' }, stateDir, confirm: async () => true, log: () => {} });
    const hands = await open({ openServer: own });
    hands.sandbox.dispatch({ type: 'run', session: 's1', text: 'select pg_sleep(60);' });
    await until(() => openStep(hands.state, 's1') !== null, 's1 sleeps');
    const server = await own();
    const connection = await server.connect({ database: 'postgres', applicationName: 'test' });
    const [row] = await connection.rows(`select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)`);
    await connection.end();
    process.kill(Number(row?.[0]), 'SIGKILL');
    await server.close();
    await until(() => hands.state.phase === 'broken', 'the loss is known');
    expect(hands.state.problem).toMatch(/terminat|closed|crash|hung up/i);
    // The driver's words for a connection that ended without one.
    expect(hands.state.problem).not.toContain('Connection terminated');
    hands.sandbox.dispatch({ type: 'reset' });
    await until(() => hands.state.phase === 'ready', `ready, not ${hands.state.problem}`, 20_000);
    await until(() => hands.state.timeline.sessions.length === 2, 'the sessions are back');
    await hands.run('s1', 'table account;');
    await hands.idle();
    expect(hands.steps('s1').at(-1)?.results[0]?.rowCount).toBe(2);
  });
});
