// Everything that must hold before a change goes in: format and lint, types, all tests, every claim on every major, and on
// our own server every answer that exercises come with (`npm run verify -- --pg 14,15,16,17,18` judges them on all).
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const bin = (name) => path.join(root, 'node_modules', '.bin', name);

const steps = [
  ['format and lint', bin('biome'), ['check', '.']],
  ['types', bin('tsc'), []],
  ['tests', bin('vitest'), ['run', ...process.argv.slice(2)]],
];
// `npm test -- test/text` asks for some tests only.
if (process.argv.length === 2) {
  const verify = ['bin/pg-tutor.js', 'verify'];
  steps.push(['lessons', process.execPath, verify]);
  steps.push(['lessons on older versions', process.execPath, [...verify, '--claims', '--pg', '14,15,16,17']]);
}

for (const [name, command, args] of steps) {
  const started = performance.now();
  process.stdout.write(`\n== ${name}\n`);
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  process.stdout.write(
    `== ${name}: ${status === 0 ? 'ok' : 'FAILED'}, ${((performance.now() - started) / 1000).toFixed(1)} s\n`,
  );
  if (status !== 0) process.exit(status ?? 1);
}
