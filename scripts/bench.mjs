// `npm run bench` lists the benchmarks, `npm run bench -- startup [arguments]` builds and runs bench/startup.ts.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const names = readdirSync(path.join(root, 'bench'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length));
const [name, ...rest] = process.argv.slice(2);

// As the bundle is built: React's development build is several times slower.
const env = { ...process.env, NODE_ENV: 'production' };
const node = (...args) => spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env }).status ?? 1;

if (!name || !names.includes(name)) {
  process.stderr.write(`Which benchmark? npm run bench -- ${names.join('|')}\n`);
  process.exit(name ? 2 : 0);
}
process.exit(node('scripts/build.mjs') || node('--import', 'tsx', path.join('bench', `${name}.ts`), ...rest));
