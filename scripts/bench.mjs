// `npm run bench` lists the benchmarks, `npm run bench -- startup [arguments]` builds and runs bench/startup.ts.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { options } from './build.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const names = readdirSync(path.join(root, 'bench'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length));
/** What measures our code inside its own process does it in a bundle like the one we ship; the others start ours. */
const bundled = ['blocking', 'drawing', 'explain', 'explain-screen', 'interleave'];
const [name, ...rest] = process.argv.slice(2);

const env = { ...process.env, NODE_ENV: 'production' };
const node = (...args) => spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env }).status ?? 1;

const runBundled = async () => {
  // Beside dist/, so that what looks for files from there finds them.
  const outdir = path.join(root, `dist.bench.${process.pid}`);
  try {
    await build({ ...options(outdir), entryPoints: { [name]: `bench/${name}.ts` } });
    const parser = path.join(root, 'node_modules/libpg-query/wasm/libpg-query.wasm');
    mkdirSync(path.join(outdir, 'chunks'), { recursive: true });
    copyFileSync(parser, path.join(outdir, 'chunks/libpg-query.wasm'));
    return node(path.join(outdir, `${name}.js`), ...rest);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
};

if (!name || !names.includes(name)) {
  process.stderr.write(`Which benchmark? npm run bench -- ${names.join('|')}\n`);
  process.exit(name ? 2 : 0);
}
process.exit(
  bundled.includes(name)
    ? await runBundled()
    : node('scripts/build.mjs') || node('--import', 'tsx', path.join('bench', `${name}.ts`), ...rest),
);
