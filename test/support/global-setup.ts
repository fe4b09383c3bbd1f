import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const bundled = ['src', 'lessons', 'scripts', 'package.json'];

const newest = (file: string): number => {
  const stat = statSync(file);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(file).map((name) => newest(path.join(file, name))));
};

/** Tests that start the command line run what users run: the bundle, built anew when something is newer. */
export const setup = (): void => {
  if (process.env.PG_TUTOR_SKIP_BUILD) return;
  const main = path.join(root, 'dist/main.js');
  const source = Math.max(...bundled.map((name) => newest(path.join(root, name))));
  if (existsSync(main) && statSync(main).mtimeMs > source) return;
  execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: 'inherit' });
};
