// Rebuilds on every change and starts pg-tutor anew when it was left: `npm run dev -- learn 6.4`.
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
