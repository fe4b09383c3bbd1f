import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ended, type Home, makeHome, runCli, startCli, tinyLesson, writeLessons } from '../support/cli.ts';
import { elementsOf } from '../support/xml.ts';

let home: Home;
let lessons: string;
beforeAll(() => {
  home = makeHome();
  lessons = writeLessons(home, {
    '01-tiny.md': tinyLesson(),
    '02-wrong.md': tinyLesson('[[301]]'),
    '03-future.md': tinyLesson().replace('>=14', '>=99'),
    '04-slow.md': tinyLesson('[[300]]', '\n## Slow\n\n```sql you #sleep\nselect pg_sleep(60);\n```\n'),
  });
});
afterAll(() => home.remove());

const run = (...args: string[]) => runCli(home, ['run', ...args, '--lessons', lessons]);

/** Names of the databases of ours on the embedded server. */
const leftovers = async (): Promise<string> => {
  const { stderr } = await runCli(home, ['reset']);
  return stderr;
};

describe('run', () => {
  it('tells the lesson as text', async () => {
    const { code, stdout, stderr } = await run('1.1');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).not.toContain('\x1b');
    const told = stdout.replace(/transaction \d+/, 'transaction N').replace(/waited .* for/, 'waited T for');
    // The picture of who waited for whom has times in it.
    const picture = /\n t .*alice.*bob.*\n─+\n(?:.+\n)+/;
    expect(told).toMatch(picture);
    expect(
      told.replace(picture, '').split('\n').slice(2).join('\n'),
    ).toBe(`PostgreSQL ${/PostgreSQL (\S+)/.exec(stdout)?.[1]}

Page 1 of 2. Who waits.

Alice is first.

alice> begin
  BEGIN
alice> update account set balance = 200 where id = 1
  UPDATE 1

Predict: Bob updates the same row. He…
  1) waits for Alice
  2) succeeds at once

bob> update account set balance = balance + 100 where id = 1
  waits for alice (ShareLock on transaction N).

What happened: 1) waits for Alice.
The row is locked until Alice's transaction ends.

Only Alice can end it.

alice> commit
  COMMIT
bob waited T for alice; alice committed.
  UPDATE 1

you> select balance from account
  balance
  ───────
      300
  (1 row)

Page 2 of 2. The end.

That is all.

The end of the lesson.
`);
  });

  it('writes Markdown with fences, tables and the timeline', async () => {
    const { code, stdout } = await run('1.1', '--format', 'markdown');
    expect(code).toBe(0);
    expect(stdout).toContain('# 1.1 One row, two sessions\n');
    expect(stdout).toContain(
      '**bob:**\n\n```sql\nupdate account set balance = balance + 100 where id = 1;\n```\n',
    );
    expect(stdout).toContain('| balance |\n| ---: |\n| 300 |\n\n(1 row)\n');
    expect(stdout).toMatch(
      /```text\n t {7}alice .* bob .*\n[\s\S]*░ waits for alice[\s\S]*released: alice committed[\s\S]*?```/,
    );
    expect(stdout).toContain(
      '[explicit-locking](https://www.postgresql.org/docs/current/explicit-locking.html)',
    );
  });

  it('gives JSON of all lessons as one array', async () => {
    const { code, stdout } = await run('1.1', '1.1', '--format', 'json');
    expect(code).toBe(0);
    const report = z.object({
      lesson: z.object({ number: z.string() }),
      postgres: z.object({ major: z.number(), own: z.boolean() }),
      pages: z.array(
        z.object({
          steps: z.array(
            z.looseObject({ step: z.string(), status: z.string(), waits: z.array(z.unknown()) }),
          ),
          predictions: z.array(z.object({ right: z.array(z.number()) })),
        }),
      ),
      checks: z.array(z.object({ ok: z.boolean() })),
      error: z.null(),
    });
    const reports = z.array(report).parse(JSON.parse(stdout));
    expect(reports).toHaveLength(2);
    const [page] = reports[0]?.pages ?? [];
    expect(page?.steps.map(({ step, status }) => `${step} ${status}`)).toEqual([
      'first done',
      'second done',
      'commit done',
      'look done',
    ]);
    expect(page?.steps[1]?.waits).toHaveLength(1);
    expect(page?.predictions).toEqual([{ right: [0] }]);
  });

  it('gives the events as JSON lines', async () => {
    const { code, stdout } = await run('1.1', '--format', 'jsonl');
    expect(code).toBe(0);
    const event = z.looseObject({ seq: z.number(), at: z.number(), type: z.string() });
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => event.parse(JSON.parse(line)));
    expect(events[0]?.type).toBe('run-started');
    expect(events.at(-1)?.type).toBe('lesson-finished');
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
  });

  it('fails when a claim is false: where, what was claimed, what happened', async () => {
    const { code, stdout, stderr } = await run('1.2');
    expect(code).toBe(1);
    expect(stderr).toMatch(/02-wrong\.md:\d+:\d+: claimed rows: .*301.*; happened: .*300/);
    expect(stdout).toMatch(/02-wrong\.md:\d+:\d+: claimed/);
  });

  it('says what a lesson needs that the server has not', async () => {
    const { code, stderr } = await run('1.3');
    expect(code).toBe(1);
    expect(stderr).toContain('needs PostgreSQL 99 or later');
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('leaves nothing behind after %s', async (signal, code) => {
    const child = startCli(home, ['run', '1.4', '--lessons', lessons]);
    const end = ended(child);
    let seen = '';
    child.stdout.on('data', (text: string) => {
      seen += text;
    });
    await expect.poll(() => seen, { timeout: 20_000 }).toContain('pg_sleep(60)');
    child.kill(signal);
    const result = await end;
    expect(result.code).toBe(code);
    expect(result.stderr).toBe('');
    expect(await leftovers()).toContain('There is no database of ours');
  });

  it('ends quietly, and leaves nothing behind, when nobody reads on', async () => {
    const child = startCli(home, ['run', '1.4', '--lessons', lessons]);
    const end = ended(child);
    child.stdout.once('data', () => child.stdout.destroy());
    const { code, stderr } = await end;
    expect([code, stderr]).toEqual([0, '']);
    expect(await leftovers()).toContain('There is no database of ours');
  });
});

describe('verify', () => {
  it('tells each lesson and fails when one does', async () => {
    const { code, stdout, stderr } = await runCli(home, [
      'verify',
      '1.1',
      '1.2',
      '1.3',
      '--lessons',
      lessons,
    ]);
    expect(code).toBe(1);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^ok {4}\S+ {2}1\.1 One row, two sessions: 2 claims$/m);
    expect(stdout).toMatch(
      /^FAIL {2}\S+ {2}1\.2 .*: 1 of 2 claims does not hold\n {6}.*02-wrong\.md:\d+:\d+: claimed/m,
    );
    expect(stdout).toMatch(/^skip {2}\S+ {2}1\.3 .*: needs PostgreSQL 99 or later$/m);
  });

  it('gives JSON, also for a major that is asked for', async () => {
    const { code, stdout } = await runCli(home, [
      'verify',
      '1.1',
      '--pg',
      '18',
      '--json',
      '--lessons',
      lessons,
    ]);
    expect(code).toBe(0);
    const result = z.object({
      postgres: z.object({ major: z.literal(18) }),
      failed: z.array(z.unknown()).length(0),
    });
    z.object({ ok: z.literal(true), results: z.array(result).length(1) }).parse(JSON.parse(stdout));
  });

  it('plays a lesson several times, and says in how many a claim held', async () => {
    const { code, stdout } = await runCli(home, ['verify', '1.2', '--repeat', '2', '--lessons', lessons]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/02-wrong\.md:47:1: claimed rows: .*\(PostgreSQL \S+, held in 0 of 2 runs\)$/m);
  });

  it('gives JUnit XML and nothing else', async () => {
    const args = ['verify', '1.1', '1.2', '1.3', '--junit', '--lessons', lessons];
    const { code, stdout, stderr } = await runCli(home, args);
    expect([code, stderr]).toEqual([1, '']);
    const cases = elementsOf(stdout).filter(({ name }) => name !== 'testsuites' && name !== 'testsuite');
    expect(cases.map(({ name }) => name)).toEqual(['testcase', 'testcase', 'failure', 'testcase', 'skipped']);
    expect(cases[2]?.text).toMatch(/02-wrong\.md:47:1: claimed rows: \[\["301"\]\]; happened: \[\["300"\]\]/);
  });

  it('blesses what happened with a patch that makes the lesson true', async () => {
    const wrong = makeHome();
    const folder = writeLessons(wrong, { '01-wrong.md': tinyLesson('[[301]]') });
    const file = path.join(folder, '01-first/01-wrong.md');
    const before = readFileSync(file, 'utf8');
    const blessed = await runCli(home, ['verify', '1.1', '--bless', '--lessons', 'lessons'], {
      cwd: wrong.folder,
    });
    expect(blessed.code).toBe(1);
    expect(readFileSync(file, 'utf8')).toBe(before);
    const patch = spawnSync('patch', ['-p1'], { cwd: wrong.folder, input: blessed.stdout, encoding: 'utf8' });
    expect([patch.status, patch.stderr]).toEqual([0, '']);
    expect(readFileSync(file, 'utf8')).toBe(before.replace('301', '300'));
    wrong.remove();
  });

  it.each([
    ['--json', '--junit'],
    ['--repeat', '0'],
    ['--repeat', 'x'],
  ])('does not take %s %s', async (...args) => {
    expect(await runCli(home, ['verify', '1.1', ...args, '--lessons', lessons])).toMatchObject({ code: 2 });
  });

  it('fails for a lesson that cannot be read', async () => {
    const broken = makeHome();
    const folder = writeLessons(broken, { '01-bad.md': '---\ntitle: 1\n---\n' });
    const { code, stderr } = await runCli(home, ['verify', '--lessons', folder]);
    broken.remove();
    expect(code).toBe(1);
    expect(stderr).toMatch(/01-bad\.md:\d+:\d+: error/);
  });
});

describe('a server that pg-tutor did not start', () => {
  it('is not used without a yes, and is named without its password', async () => {
    const url = 'postgresql://ann:secret@127.0.0.1:1/db';
    const { code, stderr } = await runCli(home, ['run', '1.1', '--lessons', lessons, '--url', url]);
    expect(code).toBe(1);
    expect(stderr).toContain('127.0.0.1');
    expect(stderr).not.toContain('secret');
  });
});

describe('doctor', () => {
  it('gives JSON', async () => {
    const { code, stdout } = await runCli(home, ['doctor', '--json', '--lessons', lessons]);
    expect(code).toBe(0);
    const report = z.looseObject({
      ok: z.literal(true),
      server: z.looseObject({
        own: z.literal(true),
        superuser: z.literal(true),
        extensions: z.array(z.string()),
      }),
      embedded: z.object({ major: z.literal(18), binaries: z.string() }),
      lessons: z.looseObject({ total: z.literal(4), unmet: z.array(z.looseObject({ number: z.string() })) }),
    });
    expect(report.parse(JSON.parse(stdout)).lessons.unmet).toEqual([
      { id: 'first/future', number: '1.3', needs: ['PostgreSQL 99 or later'] },
    ]);
  });

  it('says it in words, and fails without a server', async () => {
    const good = await runCli(home, ['doctor']);
    expect(good.code).toBe(0);
    expect(good.stdout).toMatch(/^server +PostgreSQL 18\.\d+, started by pg-tutor$/m);
    const env = { DATABASE_URL: 'postgresql://ann:secret@127.0.0.1:1/db' };
    const bad = await runCli(home, ['doctor'], { env });
    expect(bad.code).toBe(1);
    expect(bad.stdout).not.toContain('secret');
    expect(bad.stdout).toContain('127.0.0.1');
  });
});

describe('reset', () => {
  it('asks; without an answer nothing is forgotten; --yes forgets', async () => {
    const input = '\n\n1\n\n\n\nq\n';
    expect((await runCli(home, ['learn', '1.1', '--lessons', lessons], { input })).code).toBe(0);
    const listed = () => runCli(home, ['list', '--lessons', lessons]);
    expect((await listed()).stdout).toMatch(/1\.1 .* 1\/2/);
    const asked = await runCli(home, ['reset']);
    expect(asked.code).toBe(1);
    expect(asked.stderr).toContain('--yes');
    expect((await listed()).stdout).toMatch(/1\.1 .* 1\/2/);
    expect((await runCli(home, ['reset', '--yes'])).code).toBe(0);
    expect((await listed()).stdout).not.toMatch(/1\/2/);
  });
});

describe('learn without a terminal', () => {
  const learn = (input: string, wanted = '1.1') =>
    runCli(home, ['learn', wanted, '--lessons', lessons], { input });

  it('is a conversation', async () => {
    const { code, stdout, stderr } = await learn('\n7\n1\n\n\n\n\n');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(
      'Your answer [1-2, s to skip]: 7\nAnswer with a number from 1 to 2, or s to skip.\n',
    );
    expect(stdout).toContain('Right: 1) waits for Alice.');
    expect(stdout).toContain('bob waited');
    expect(stdout).toContain(
      '[Enter to finish, ? for help] \n\nThe end of the lesson.\nYou predicted 1 of 1 right.\n',
    );
    expect(stdout).not.toContain('\x1b');
    expect((await runCli(home, ['list', '--lessons', lessons])).stdout).toMatch(/✓ 1\.1 .*done/);
  });

  it('ends politely at the end of the input', async () => {
    const { code, stdout } = await learn('\n2\n');
    expect(code).toBe(0);
    expect(stdout).toContain('Not this time. What happened: 1) waits for Alice.');
  });

  it('goes back, resets, jumps, helps', async () => {
    const { code, stdout } = await learn('b\n?\n\ns\nr\ng 2\ng 9\nb\nq\n');
    expect(code).toBe(0);
    expect(stdout).toContain('This is the first page.');
    expect(stdout).toContain('this page again, from its start');
    expect(stdout).toContain('There are pages 1 to 2.');
    expect(stdout.match(/^Page \d of 2/gm)).toEqual([
      'Page 1 of 2',
      'Page 1 of 2',
      'Page 2 of 2',
      'Page 1 of 2',
    ]);
  });

  it('opens at a page, by number or id', async () => {
    expect((await learn('q\n', '1.1:2')).stdout).toContain('Page 2 of 2. The end.');
    expect((await learn('q\n', 'tiny:the-end')).stdout).toContain('Page 2 of 2. The end.');
    const wrong = await learn('', '1.1:9');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('no page 9; it has pages 1 to 2');
  });

  it('cancels with Ctrl+C what runs, then leaves', async () => {
    const child = startCli(home, ['learn', '1.4:2', '--lessons', lessons]);
    let seen = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      seen += text;
    });
    const exited = new Promise<number | null>((resolve) => child.on('close', resolve));
    await expect.poll(() => seen, { timeout: 20_000 }).toContain('[Enter to run it as you');
    child.stdin.write('\n');
    await expect.poll(() => seen, { timeout: 20_000 }).toContain('you> select pg_sleep(60)');
    child.kill('SIGINT');
    await expect.poll(() => seen, { timeout: 20_000 }).toContain('Cancelled.');
    await expect.poll(() => seen.slice(seen.indexOf('Cancelled.')), { timeout: 20_000 }).toContain('[Enter');
    child.kill('SIGINT');
    expect(await exited).toBe(130);
    expect(await leftovers()).toContain('There is no database of ours');
  });
});

describe('places', () => {
  it('names files as seen from the working directory', async () => {
    const { stderr } = await runCli(home, ['run', '1.2', '--lessons', 'lessons'], {
      cwd: path.dirname(lessons),
    });
    expect(stderr).toMatch(/^ {2}lessons\/01-first\/02-wrong\.md:\d+:\d+: /m);
  });
});
