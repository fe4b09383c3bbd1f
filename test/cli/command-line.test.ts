import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  ended,
  type Home,
  makeHome,
  root,
  runCli,
  startCli,
  tinyLesson,
  writeLessons,
} from '../support/cli.ts';

let home: Home;
beforeAll(() => {
  home = makeHome();
});
afterAll(() => home.remove());

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')));
const commands = 'learn list review progress explain run verify new watch lint doctor reset'.split(' ');

describe('help and version', () => {
  it.each([['--version'], ['-V'], ['list', '--version']])('%s %s', async (...args) => {
    const result = await runCli(
      home,
      args.filter((word) => word !== undefined),
    );
    expect(result).toEqual({ code: 0, signal: null, stdout: `${version}\n`, stderr: '' });
  });

  it('lists every command', async () => {
    const { code, stdout, stderr } = await runCli(home, ['--help']);
    expect([code, stderr]).toEqual([0, '']);
    for (const name of commands) expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it.each(commands)('explains %s', async (name) => {
    const { code, stdout, stderr } = await runCli(home, [name, '--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`Usage: pg-tutor ${name}`);
    expect(stdout).toContain('--url URL');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect((await runCli(home, ['help', name])).stdout).toBe(stdout);
  });
});

describe('a wrong command line', () => {
  it.each([
    [['lsit'], 'unknown command "lsit"; did you mean "list"?'],
    [['6.4'], 'did you mean: pg-tutor learn 6.4'],
    [['list', '--jsn'], 'unknown option --jsn; did you mean --json?'],
    [['list', 'extra'], 'too many arguments: extra'],
    [['learn'], 'which lesson?'],
    [['run'], 'which lesson?'],
    [['run', '6.4', '--format', 'pdf'], 'unknown format pdf'],
    [['verify', '--pg', '9.6'], '--pg takes majors'],
    [['--url'], '--url needs a value'],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await runCli(home, args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.split('\n')[0]).toContain(message);
    expect(stderr).toContain('Try: pg-tutor --help');
    expect(stderr).not.toContain('    at ');
  });
});

describe('errors', () => {
  it('names an unknown lesson and says what to do, without a stack', async () => {
    const { code, stdout, stderr } = await runCli(home, ['run', 'lost-update']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('lost-update');
    expect(stderr.trim().split('\n').length).toBeGreaterThan(1);
    expect(stderr).not.toContain('    at ');
  });

  it('shows the stack with --debug', async () => {
    const { code, stderr } = await runCli(home, ['run', 'nowhere', '--debug']);
    expect(code).toBe(1);
    expect(stderr).toContain('    at ');
  });

  it('says what is wrong with a lessons folder', async () => {
    const { code, stderr } = await runCli(home, ['list', '--lessons', path.join(home.folder, 'nowhere')]);
    expect(code).toBe(1);
    expect(stderr).toContain('nowhere');
  });
});

const listing = z.object({
  lessons: z.array(
    z.object({
      id: z.string(),
      number: z.string(),
      title: z.string(),
      summary: z.string(),
      minutes: z.number(),
      file: z.string(),
      module: z.object({ slug: z.string(), number: z.number(), title: z.string(), summary: z.string() }),
      counts: z.object({
        pages: z.number(),
        predictions: z.number(),
        exercises: z.number(),
        sessions: z.number(),
      }),
      progress: z.object({ pagesDone: z.array(z.string()), page: z.string().nullable() }).nullable(),
    }),
  ),
  problems: z.array(z.object({ severity: z.string(), message: z.string() })),
});

describe('list', () => {
  it('lists the lessons that come with pg-tutor', async () => {
    const { code, stdout, stderr } = await runCli(home, ['list']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/6\.4 +Lost updates.*min/);
    expect(stdout).not.toContain('\x1b');
  });

  it('gives JSON with progress', async () => {
    home.write(
      'state/pg-tutor/progress.json',
      JSON.stringify({
        version: 1,
        lessons: {
          'transactions/lost-updates': {
            pagesDone: ['a', 'b'],
            page: 'c',
            finishedAt: null,
            predictions: {},
            updatedAt: '2025-01-01T00:00:00.000Z',
          },
        },
      }),
    );
    const { code, stdout } = await runCli(home, ['list', '--json']);
    expect(code).toBe(0);
    const { lessons, problems } = listing.parse(JSON.parse(stdout));
    expect(problems).toEqual([]);
    expect(lessons.find(({ number }) => number === '6.4')?.progress?.page).toBe('c');
    expect(lessons.filter(({ progress }) => progress !== null)).toHaveLength(1);
    expect((await runCli(home, ['list'])).stdout).toMatch(/6\.4 .* 2\/\d+/);
  });

  it('reports broken lessons with their place and lists the others', async () => {
    const lessons = writeLessons(home, { '01-good.md': tinyLesson(), '02-bad.md': '---\ntitle: [\n---\n' });
    const { code, stdout, stderr } = await runCli(home, ['list', '--lessons', lessons]);
    expect(code).toBe(0);
    expect(stdout).toContain('One row, two sessions');
    expect(stderr).toMatch(/02-bad\.md:\d+:\d+: error: /);
    const { problems } = listing.parse(
      JSON.parse((await runCli(home, ['list', '--json', '--lessons', lessons])).stdout),
    );
    expect(problems.length).toBeGreaterThan(0);
  });

  it('uses colour when FORCE_COLOR asks for it, and never under NO_COLOR', async () => {
    expect((await runCli(home, ['list'], { env: { FORCE_COLOR: '1' } })).stdout).toContain('\x1b[');
    expect((await runCli(home, ['list'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).stdout).not.toContain(
      '\x1b',
    );
    expect((await runCli(home, ['list', '--no-color'], { env: { FORCE_COLOR: '1' } })).stdout).not.toContain(
      '\x1b',
    );
  });

  it('ends quietly when nobody reads on', async () => {
    const child = startCli(home, ['list', '--json']);
    child.stdout.destroy();
    const { code, stderr } = await ended(child);
    expect([code, stderr]).toEqual([0, '']);
  });
});

describe('no command, and no terminal', () => {
  it('lists the lessons and says how to open one', async () => {
    const { code, stdout, stderr } = await runCli(home, []);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Open a lesson: pg-tutor learn <number>');
  });
});
