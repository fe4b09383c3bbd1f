// `npm run coverage:inventory [-- --module 5,6]`: which ids of docs/inventory.md have a lesson, and which lack one.
// Exit code 1: a lesson covers an id that is not there.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { loadCatalog } from '../src/lesson/catalog.ts';
import { coverageInWords, coverageOf } from '../src/lesson/coverage.ts';
import { parseInventory } from '../src/lesson/inventory.ts';

const root = path.dirname(import.meta.dirname);
const { values } = parseArgs({ options: { module: { type: 'string' } } });
const modules = values.module?.split(',').map(Number) ?? null;
if (modules?.some((number) => !Number.isInteger(number))) {
  process.stderr.write(`--module takes numbers of modules: 5,6\n`);
  process.exit(2);
}
const inventory = parseInventory(readFileSync(path.join(root, 'docs', 'inventory.md'), 'utf8'));
const { modules: catalog } = await loadCatalog(path.join(root, 'lessons'));
const coverage = coverageOf(
  inventory,
  catalog.flatMap(({ lessons }) => lessons),
);
process.stdout.write(`${coverageInWords(coverage, modules)}\n`);
process.exitCode = coverage.unknown.length > 0 ? 1 : 0;
