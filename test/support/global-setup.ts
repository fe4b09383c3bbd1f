import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const bundled = ['src', 'lessons', 'scripts', 'package.json'];

const newest = (file: string): number => {
  const stat = statSync(file);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(file).map((name) => newest(path.join(file, name))));
};

/** Tests that start the command line run what users run: the bundle, built anew when something is newer. */
const buildWhenOld = (): void => {
  if (process.env.PG_TUTOR_SKIP_BUILD) return;
  const main = path.join(root, 'dist/main.js');
  const source = Math.max(...bundled.map((name) => newest(path.join(root, name))));
  if (existsSync(main) && statSync(main).mtimeMs > source) return;
  execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: 'inherit' });
};

/** One state folder for the run: every test file joins the one server whose data directory is in it. */
export const setup = (): (() => void) => {
  buildWhenOld();
  const folder = mkdtempSync(path.join(tmpdir(), 'pg-tutor-test-'));
  // As root the server runs as nobody and must be able to walk in.
  chmodSync(folder, 0o755);
  process.env.PG_TUTOR_TEST_STATE = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
};
