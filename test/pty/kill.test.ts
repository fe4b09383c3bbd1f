import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Home, makeHome, runCli } from '../support/cli.ts';
import { allGone } from '../support/embedded-cases.ts';
import { openPty } from '../support/pty.ts';
import { until } from '../support/until.ts';

let home: Home;
beforeAll(() => {
  home = makeHome();
});
afterAll(() => home.remove());

/** Pages done according to `list --json`. */
const pagesDone = async (number: string): Promise<number> => {
  const { stdout } = await runCli(home, ['list', '--json']);
  const text = JSON.stringify(JSON.parse(stdout));
  const found =
    new RegExp(`"number":"${number.replace('.', '\\.')}".*?"pagesDone":(\\d+|\\[.*?\\])`).exec(text)?.[1] ??
    '0';
  return found.startsWith('[') ? (JSON.parse(found) as unknown[]).length : Number(found);
};

describe('kill -9 of pg-tutor', () => {
  it('leaves nothing behind at ten moments, keeps progress, and the next start works', async () => {
    // Some moments are in the first start (initdb), some in the second, some in the middle of statements.
    const moments = [30, 150, 320, 500, 700, 150, 300, 450, 600, 900];
    for (const [index, moment] of moments.entries()) {
      const pty = openPty(home, ['learn', '6.4']);
      const started = performance.now();
      let pressed = 0;
      await until(() => {
        const now = performance.now() - started;
        if (now > 100 && pressed < now / 25) {
          pressed++;
          pty.press(pressed % 4 === 3 ? '1' : '\r');
        }
        return now > moment;
      }, 'the moment');
      pty.kill('SIGKILL');
      await pty.ended;
      await allGone(path.join(home.folder, 'state/pg-tutor/postgres')).catch((error: Error) => {
        throw new Error(`killed after ${moment} ms (${index}): ${error.message}`);
      });
    }
    const pty = openPty(home, ['learn', '6.4:1']);
    await pty.see(/⏎|your guess/, 30_000);
    const page = async (count: number) => pty.see(new RegExp(`${count}/\\d+`), 30_000);
    for (let presses = 0; presses < 40 && !/ 2\/\d+/.test(pty.screen()); presses++) {
      const before = pty.screen();
      pty.press(/your guess/i.test(before.split('\n').at(-1) ?? '') ? 's' : '\r');
      await until(() => pty.screen() !== before, `an answer to the key\n${before}`, 20_000);
    }
    await page(2);
    pty.kill('SIGKILL');
    await pty.ended;
    expect(await pagesDone('6.4')).toBeGreaterThanOrEqual(1);
    await allGone(path.join(home.folder, 'state/pg-tutor/postgres'));
  }, 120_000);
});

describe('the server killed under a lesson', () => {
  /** Processes whose parent is the postmaster of this home. */
  const postmaster = (): number => {
    const folder = path.join(home.folder, 'state/pg-tutor/postgres/18/data');
    return Number(readFileSync(path.join(folder, 'postmaster.pid'), 'utf8').split('\n')[0]);
  };
  const backends = (): number[] =>
    readdirSync('/proc').flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        const parent = /\nPPid:\t(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
        return Number(parent) === postmaster() && /pg_tutor_.* (idle|SELECT|UPDATE)/.test(line)
          ? [Number(pid)]
          : [];
      } catch {
        return [];
      }
    });

  it.skipIf(process.platform !== 'linux').each(['backend', 'postmaster'] as const)(
    'says so when the %s is killed, offers reset, and goes on after it',
    async (what) => {
      const pty = openPty(home, ['learn', '6.4:1']);
      await pty.see('run alice', 30_000);
      pty.press('\r');
      await pty.see('run bob', 30_000);
      await until(() => backends().length > 0, 'a backend');
      process.kill(what === 'backend' ? (backends()[0] ?? 0) : postmaster(), 'SIGKILL');
      const broken = await pty.see('r reset: this page again on a fresh database', 20_000);
      expect(broken).toMatch(/is lost|closed|terminat|crash/i);
      expect(broken).not.toMatch(/\bat .*\(.*:\d+:\d+\)/);
      pty.press('r');
      await pty.see('run alice', 30_000);
      pty.press('\r');
      await pty.see('run bob', 30_000);
      pty.press('q');
      await pty.see(/of \d+ lessons/);
      pty.press('q');
      expect(await pty.ended).toMatchObject({ exitCode: 0 });
    },
    90_000,
  );
});

describe('leaving with keys', () => {
  it.each([
    ['q', ['q'], 0],
    ['Ctrl+C twice', ['\x03', '\x03'], 130],
  ] as const)('%s restores the terminal', async (_, keys, code) => {
    const pty = openPty(home, [], { held: true });
    await pty.see(/of \d+ lessons/);
    for (const key of keys) pty.press(key);
    await until(() => pty.raw().includes(`left with ${code}`), `it leaves with ${code}`, 20_000);
    const raw = pty.raw();
    pty.press('\r');
    await pty.ended;
    expect(raw.lastIndexOf('\x1b[?1049l')).toBeGreaterThan(raw.lastIndexOf('\x1b[?1049h'));
    expect(raw.lastIndexOf('\x1b[?25h')).toBeGreaterThan(raw.lastIndexOf('\x1b[?25l'));
    expect(raw.lastIndexOf('\x1b[?2004l')).toBeGreaterThanOrEqual(raw.lastIndexOf('\x1b[?2004h'));
  });
});
