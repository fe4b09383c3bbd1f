import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { type Home, makeHome, runCli } from '../support/cli.ts';
import { allGone } from '../support/embedded-cases.ts';
import { openPty, type Pty } from '../support/pty.ts';

let home: Home;
let pty: Pty | null = null;
afterEach(async () => {
  pty?.kill('SIGKILL');
  pty = null;
  await allGone(path.join(home.folder, 'state/pg-tutor/postgres'));
  home.remove();
});

const script = `create table account (id int primary key, balance int not null);
insert into account values (1, 300), (2, 300);
create table job (id int primary key, state text not null default 'new');
insert into job select n from generate_series(1, 4) as n;
`;

const enter = '\r';
const esc = '\x1b';
/** Alt and the number of a session. */
const session = (number: number): string => `${esc}${number}`;

const open = async (columns: number, rows: number, args: readonly string[] = []): Promise<Pty> => {
  home = makeHome();
  const file = home.write('start.sql', script);
  pty = openPty(home, ['sandbox', file, ...args], { columns, rows });
  await pty.see(/s2 =#/);
  return pty;
};

const leave = async (open: Pty): Promise<void> => {
  open.press(esc);
  await open.see('q leave');
  open.press('q');
  expect(await open.ended).toMatchObject({ exitCode: 0 });
  expect(open.raw()).toContain('\x1b[?1049l');
};

describe('experiments in the sandbox, by keys', () => {
  it('plays a deadlock, saves it as a lesson, and the lesson is true', async () => {
    const at = await open(120, 36);
    at.press(`begin; update account set balance = 1 where id = 1;${enter}`);
    await at.see(/s1 =\*#.*in a transaction/);
    at.press(`${session(2)}begin; update account set balance = 2 where id = 2;${enter}`);
    await at.see(/s2 =\*#.*in a transaction/);
    at.press(`${session(1)}update account set balance = 1 where id = 2;${enter}`);
    await at.see('░ waits for s2: ShareLock on');
    at.press(`select 1;${enter}`);
    await at.see('s1 waits for s2 and cannot run anything now.');
    // Undone as it was typed; the refused text is still there.
    at.press(`\x15${session(2)}update account set balance = 2 where id = 1;${enter}`);
    await at.see(/ERROR 40P01: deadlock detected/);
    await at.see(/s[12] =!#/);
    at.press(`commit;${enter}${session(1)}commit;${enter}`);
    await at.see(/s1 =#[\s\S]*s2 =#/);
    const file = path.join(home.folder, 'deadlock.md');
    at.press('\x13');
    await at.see('l a lesson (Markdown)');
    at.press('l');
    await at.see('File: experiment.md');
    at.press(`\x15${file}${enter}`);
    await at.see('Saved ');
    expect(readFileSync(file, 'utf8')).toContain('error: "40P01"');
    // Once more: it is not overwritten unasked.
    at.press(`\x13l\x15${file}${enter}`);
    await at.see('is there already. Overwrite it?');
    at.press('n');
    await at.see('File: ');
    at.press(esc);
    await at.see('F1 keys');
    await leave(at);
    const run = await runCli(home, ['run', file]);
    expect(run.stderr).toBe('');
    expect(stripVTControlCharacters(run.stdout)).toContain('40P01');
    expect(run.code).toBe(0);
  }, 90_000);

  it('plays a queue: the second worker skips what the first has taken', async () => {
    const at = await open(80, 24, ['--sessions', '3']);
    const take = 'select id from job order by id limit 2 for update skip locked;';
    at.press(`begin;${enter}${take}${enter}`);
    await at.see('(2 rows)');
    at.press(`\t`);
    await at.see('▸s2');
    at.press(`begin;${enter}`);
    await at.see('s2 =*#');
    // What the first session ran is in the history of all.
    at.press(`${esc}[A${esc}[A`);
    await at.see('for update skip locked;');
    at.press(`\x1b[15~`);
    await at.see(/ 3 *\n[\s\S]* 4 *\n/);
    at.press(`${session(3)}${take}${enter}`);
    await at.see('(0 rows)');
    at.press(`${session(3)}begin; select id from job order by id limit 1 for update;${enter}`);
    await at.see('░ waits for s1');
    at.press(`${esc}t`);
    await at.see(/▸timeline[\s\S]*waits for s1/);
    at.press(`${esc}l`);
    await at.see(/▸locks/);
    at.press(enter);
    await at.see('▸s3');
    at.press('\x03');
    await at.see('– cancelled');
    await leave(at);
  }, 60_000);

  it('plays a lost update and saves it as a .spec', async () => {
    const at = await open(200, 50);
    at.press(`begin; select balance from account where id = 1;${enter}`);
    await at.see(/300/);
    at.press(`${session(2)}begin; select balance from account where id = 1;${enter}`);
    await at.see(/s2 =\*#.*in a transaction/);
    at.press(`${session(1)}update account set balance = 200 where id = 1; commit;${enter}`);
    await at.see('✓ COMMIT');
    at.press(`${session(2)}update account set balance = 250 where id = 1; commit;${enter}`);
    await at.see(/✓ COMMIT[\s\S]*✓ COMMIT/);
    at.press(`table account;${enter}`);
    await at.see(/1 │ +250/);
    const file = path.join(home.folder, 'lost.spec');
    at.press(`\x13s`);
    await at.see('File: experiment.spec');
    at.press(`\x15${file}${enter}`);
    await at.see('Saved ');
    expect(existsSync(file)).toBe(true);
    expect(readFileSync(file, 'utf8')).toMatch(
      /^permutation s1_1a s1_1b s2_1a s2_1b s1_2a s1_2b s2_2a s2_2b s2_3$/m,
    );
    at.press('\x03');
    await at.see('Ctrl+C again leaves');
    at.press('\x03');
    expect(await at.ended).toMatchObject({ exitCode: 130 });
  }, 60_000);

  it('opens from the list of lessons and goes back to it', async () => {
    home = makeHome();
    pty = openPty(home, []);
    await pty.see('s sandbox');
    pty.press('s');
    await pty.see(/s2 =#/);
    pty.press(`\\dt${enter}`);
    await pty.see('(0 rows)');
    pty.press(`\\q${enter}`);
    await pty.see('s sandbox');
    pty.press('q');
    expect(await pty.ended).toMatchObject({ exitCode: 0 });
  }, 60_000);

  it('asks before it works in a database that is not its own', async () => {
    home = makeHome();
    pty = openPty(home, ['sandbox', '--database', 'nowhere']);
    expect(await pty.ended).toMatchObject({ exitCode: 1 });
    expect(pty.screen()).toContain('There is no database nowhere');
    pty = openPty(home, ['sandbox', '--database', 'postgres']);
    await pty.see('nothing is undone, reset or dropped at the end');
    await pty.see('Go on? [y/N]');
    pty.press(enter);
    expect(await pty.ended).toMatchObject({ exitCode: 1 });
    expect(pty.screen()).toContain('not used, as you did not agree');
    pty = openPty(home, ['sandbox', '--database', 'postgres', '--yes']);
    await pty.see('your database postgres');
    pty.press(`${esc}r`);
    await pty.see('postgres is yours: pg-tutor does not reset it.');
    await leave(pty);
  }, 60_000);
});
