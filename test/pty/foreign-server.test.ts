import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ServerInfo } from '../../src/postgres/types.ts';
import { type Home, makeHome, runCli, tinyLesson, writeLessons } from '../support/cli.ts';
import { openPty } from '../support/pty.ts';
import { testServer } from '../support/server.ts';

let home: Home;
let lessons: string;
let url: string;
beforeAll(async () => {
  home = makeHome();
  lessons = writeLessons(home, { '01-tiny.md': tinyLesson() });
  // For the command line it is a server that somebody else has started.
  const { host, port, user }: ServerInfo = (await testServer()).info;
  url = `postgresql://${user}:secret@/postgres?host=${encodeURIComponent(host)}&port=${port}`;
});
afterAll(() => home.remove());

const words = () => ['run', '1.1', '--lessons', lessons, '--url', url];

it('is not used when nobody can agree, and is with --yes, which is not remembered', async () => {
  const alone = await runCli(home, words());
  expect([alone.code, alone.stdout]).toEqual([1, '']);
  expect(alone.stderr).toMatch(/PostgreSQL 18\.\d+ at .*database postgres, user postgres/);
  expect(alone.stderr).toContain('--yes');
  expect(alone.stderr).not.toContain('secret');
  expect((await runCli(home, [...words(), '--yes'])).code).toBe(0);
  expect((await runCli(home, words())).code).toBe(1);
});

it('is asked about once, by name; no is no, yes is remembered', async () => {
  const refused = openPty(home, words(), { columns: 120, rows: 40 });
  await refused.see('Use it? [y/N]');
  expect(refused.screen()).toMatch(/pg-tutor would use PostgreSQL 18\.\d+ at/);
  refused.press('\r');
  expect((await refused.ended).exitCode).toBe(1);
  expect(refused.screen()).toContain('not used, as you did not agree');
  expect(refused.raw()).not.toContain('secret');

  const agreed = openPty(home, words(), { columns: 120, rows: 40 });
  await agreed.see('Use it? [y/N]');
  agreed.press('y\r');
  expect((await agreed.ended).exitCode).toBe(0);
  expect(agreed.screen()).toContain('The end of the lesson.');

  expect((await runCli(home, words())).code).toBe(0);
  const trusted = readFileSync(path.join(home.folder, 'state/pg-tutor/servers.json'), 'utf8');
  expect(trusted).not.toContain('secret');
});

it('is asked about before the screens open', async () => {
  const other = makeHome();
  const terminal = openPty(other, ['--url', url]);
  await terminal.see('Use it? [y/N]');
  terminal.press('\x03');
  expect((await terminal.ended).exitCode).not.toBe(0);
  expect(terminal.raw()).not.toContain('\x1b[?1049h');
  other.remove();
});
