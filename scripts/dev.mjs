// Opens pg-tutor (`npm run dev -- learn 6.4`) with source maps and stacks, and rebuilds dist on every change until it
// is left: what is loaded later, or started in another terminal, has the change.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { context } from 'esbuild';
import { buildAll, options } from './build.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
await buildAll();
const watcher = await context({ ...options(), minify: false, sourcemap: 'inline' });
await watcher.watch();
const child = spawn(
  process.execPath,
  ['--enable-source-maps', 'bin/pg-tutor.js', '--debug', ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
child.on('exit', async (code) => {
  await watcher.dispose();
  process.exit(code ?? 1);
});
