import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ended, type Home, makeHome, runCli, startCli } from '../support/cli.ts';

const specs = path.resolve(import.meta.dirname, '../isolation/specs');
const hello = "session s1 step hi { SELECT date '2001-02-03' AS day; } session s2 step ho { SELECT 1; }\n";
const app = `session s step app { SELECT current_setting('application_name') AS app; }\n`;
const helloText = (day: string): string => `Parsed test spec with 2 sessions

starting permutation: hi ho
step hi: SELECT date '2001-02-03' AS day;
       day
----------
${day}
(1 row)

step ho: SELECT 1;
?column?
--------
       1
(1 row)


starting permutation: ho hi
step ho: SELECT 1;
?column?
--------
       1
(1 row)

step hi: SELECT date '2001-02-03' AS day;
       day
----------
${day}
(1 row)

`;

let home: Home;
beforeAll(() => {
  home = makeHome();
});
afterAll(() => home.remove());

const spec = (...args: string[]) => runCli(home, ['spec', ...args]);
/** What `reset` says of databases of ours that are left. */
const leftovers = async (): Promise<string> => (await runCli(home, ['reset'])).stderr;

describe('spec', () => {
  it('runs a file, and standard input, and leaves nothing', async () => {
    const file = home.write('hello.spec', hello);
    const [first, second] = [await spec(file), await runCli(home, ['spec', '-'], { input: hello })];
    expect([first.code, first.stderr, first.stdout]).toEqual([0, '', helloText('2001-02-03')]);
    expect([second.code, second.stderr, second.stdout]).toEqual([0, '', helloText('2001-02-03')]);
    expect(await leftovers()).toContain('There is no database of ours');
  });

  it('sets the conditions of pg_isolation_regress', async () => {
    const { code, stdout } = await spec('--regress', home.write('hello.spec', hello));
    expect([code, stdout]).toEqual([0, helloText('02-03-2001')]);
    const regress = await spec('--regress', home.write('app.spec', app));
    expect(regress.stdout).toContain('isolation/app/s');
    const named = await runCli(home, ['spec', '-'], { input: app, env: { PGAPPNAME: 'me' } });
    expect(named.stdout).toContain('\nme/s');
  });

  it('goes on with the next file after one that is wrong or has failed', async () => {
    const bad = home.write('bad.spec', 'session s\n  step a { }\n  stepp b { }');
    const failing = home.write('failing.spec', `setup { CREATE TABLE t (); SELECT nowhere; } ${app}`);
    const again = home.write('again.spec', `setup { CREATE TABLE t (); } teardown { DROP TABLE t; } ${app}`);
    const { code, stdout, stderr } = await spec(
      bad,
      failing,
      home.write('missing', '').concat('.not'),
      again,
    );
    expect(code).toBe(1);
    expect(stdout.split('\n').filter((line) => line.startsWith('== '))).toHaveLength(4);
    expect(stdout).toContain('\npg-tutor/s');
    expect(stderr).toContain(`${bad}:3:3: expected a session or a permutation, not "stepp"\n`);
    expect(stderr).toContain(
      '\nsetup failed: ERROR:  column "nowhere" does not exist\nLINE 1: CREATE TABLE t (); SELECT',
    );
    expect(stderr).toMatch(/missing\.not cannot be read: ENOENT/);
  });

  it('draws the timeline of each permutation', async () => {
    const { code, stdout } = await spec('--view', path.join(specs, 'ring.spec'));
    expect(code).toBe(0);
    expect(stdout.match(/starting permutation/g)).toHaveLength(3);
    expect(stdout).toMatch(/waits for (ann|bob|cleo)/);
    expect(stdout).toMatch(/deadlock detected/);
  });

  it('says how it is used', async () => {
    expect(await spec()).toMatchObject({ code: 2, stdout: '' });
    expect((await spec('--help')).stdout).toContain('--dbname NAME');
  });

  it('cleans up after Ctrl+C', async () => {
    const child = startCli(home, [
      'spec',
      home.write('slow.spec', 'session s step sleep { SELECT pg_sleep(60); }'),
    ]);
    const end = ended(child);
    await new Promise<void>((resolve) =>
      child.stdout.on('data', (text) => {
        if (String(text).includes('starting permutation: sleep')) resolve();
      }),
    );
    child.kill('SIGINT');
    expect((await end).code).toBe(130);
    expect(await leftovers()).toContain('There is no database of ours');
  });
});
