import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type IPty, spawn } from '@lydell/node-pty';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { options } from '../../scripts/build.mjs';
import { until } from '../support/until.ts';

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'pg-tutor-pty-'));
  const entryPoints = { app: 'test/support/faulty-app.ts' };
  await build({ ...options(folder), entryPoints, splitting: false, minify: false });
});
const shells: Promise<unknown>[] = [];
afterAll(async () => {
  // A shell may write to its folder until it has ended.
  await Promise.all(shells);
  rmSync(folder, { recursive: true, force: true });
});

type Shell = { readonly pty: IPty; raw: string };

/** A shell in a pseudo-terminal; with job control when it is interactive. */
const shell = (command: string | null): Shell => {
  const args = command === null ? ['--norc', '--noprofile', '-i'] : ['-c', command];
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    TERM: 'xterm-256color',
    LANG: 'C.UTF-8',
    PS1: 'ready> ',
    HISTFILE: '/dev/null',
  };
  const pty = spawn('bash', args, { cols: 100, rows: 30, cwd: folder, env });
  const opened: Shell = { pty, raw: '' };
  pty.onData((data) => {
    opened.raw += data;
  });
  shells.push(new Promise((resolve) => pty.onExit(resolve)));
  return opened;
};

const see = (opened: Shell, wanted: string | RegExp, from = 0): Promise<void> =>
  until(
    () =>
      typeof wanted === 'string'
        ? opened.raw.slice(from).includes(wanted)
        : wanted.test(opened.raw.slice(from)),
    `${wanted} in ${JSON.stringify(opened.raw.slice(-600))}`,
    15_000,
  );

const app = () => `${process.execPath} ${path.join(folder, 'app.js')}`;
const afterwards = '; echo "code=$?"; stty -a; echo over';

const isCooked = (text: string): void => {
  expect(text).toMatch(/[^-]icanon/);
  expect(text).toMatch(/[^-]echo\b/);
  expect(text).toMatch(/[^-]isig/);
};

const restored = (raw: string): void => {
  const left = raw.lastIndexOf('\x1b[?1049l');
  expect(left).toBeGreaterThan(raw.lastIndexOf('\x1b[?1049h'));
  expect(raw.lastIndexOf('\x1b[?25h')).toBeGreaterThan(raw.lastIndexOf('\x1b[?25l'));
  expect(raw.lastIndexOf('\x1b[?2004l')).toBeGreaterThan(raw.lastIndexOf('\x1b[?2004h'));
  isCooked(raw.slice(left));
};

describe('the terminal after', () => {
  it.each(['render', 'timer', 'rejection'])('something thrown: %s', async (fault) => {
    const opened = shell(`${app()} ${fault}${afterwards}`);
    await see(opened, /over\r\n$/);
    restored(opened.raw);
    const after = opened.raw.slice(opened.raw.lastIndexOf('\x1b[?1049l'));
    expect(after).toContain(`caught: fault: ${fault}`);
    expect(after).toContain('code=1');
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s', async (signal, code) => {
    const pidFile = path.join(folder, `${signal}.pid`);
    const opened = shell(`${app()} none ${pidFile}${afterwards}`);
    await see(opened, 'run alice');
    await until(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '', 'the pid');
    process.kill(Number(readFileSync(pidFile, 'utf8')), signal);
    await see(opened, /over\r\n$/);
    restored(opened.raw);
    expect(opened.raw).toContain(`code=${code}`);
  });

  it('keeps what others write to stderr until the screen is left', async () => {
    const pidFile = path.join(folder, 'stderr.pid');
    const opened = shell(`${app()} stderr ${pidFile}${afterwards}`);
    await see(opened, 'run alice');
    await until(() => existsSync(pidFile), 'the warning, written before the pid');
    expect(opened.raw).not.toContain('a warning');
    const lesson = opened.raw.length;
    opened.pty.write('q');
    await see(opened, 'quit', lesson);
    opened.pty.write('q');
    await see(opened, /over\r\n$/);
    restored(opened.raw);
    expect(opened.raw.slice(opened.raw.lastIndexOf('\x1b[?1049l'))).toContain('a warning of somebody');
  });
});

describe('Ctrl+Z', () => {
  it('gives the shell back, and fg repaints', async () => {
    const opened = shell(null);
    await see(opened, 'ready> ');
    opened.pty.write(`${app()} none\r`);
    await see(opened, 'run alice');
    opened.pty.write('\x1a');
    await see(opened, 'Stopped');
    expect(opened.raw.lastIndexOf('\x1b[?1049l')).toBeGreaterThan(opened.raw.lastIndexOf('\x1b[?1049h'));
    const from = opened.raw.length;
    opened.pty.write('fg\r');
    await see(opened, 'run alice', from);
    expect(opened.raw.slice(from)).toContain('\x1b[?1049h');
    opened.pty.write('\t');
    await see(opened, /▸.{0,12}timeline/, from);
    opened.pty.write('qq');
    await see(opened, /ready> $/, from + 100);
    const asked = opened.raw.length;
    opened.pty.write("stty -a; echo o'v'er\r");
    await see(opened, 'over\r\n', asked);
    // The shell's own line editor turns echo off and bracketed paste on, but not while a command runs.
    isCooked(opened.raw.slice(asked));
    opened.pty.write('exit\r');
  });
});
