import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type LintRule, lintLesson } from '../../src/authoring/lint.ts';
import { loadCatalog, loadLesson } from '../../src/lesson/catalog.ts';
import { parseInventory } from '../../src/lesson/inventory.ts';

const root = path.resolve(import.meta.dirname, '../..');
const folder = path.join(root, 'lessons');

/**
 * What lessons may still lack. A line that is no longer true fails, so this list only gets shorter.
 * A lesson that is being written may be added whole.
 */
const allowed: Readonly<Record<string, readonly LintRule[]>> = {};

const { modules } = await loadCatalog(folder);
const heads = modules.flatMap(({ lessons }) => lessons);
const numbers = new Set(heads.map(({ number }) => number));
const inventory = new Set(
  parseInventory(readFileSync(path.join(root, 'docs/inventory.md'), 'utf8')).map(({ id }) => id),
);

describe('the linter on our lessons', () => {
  it.each(heads)('has nothing against $number $title but what is known', async ({ id, file }) => {
    const { lesson } = await loadLesson(folder, id);
    if (!lesson) throw new Error(`${file} cannot be read`);
    const findings = lintLesson(lesson, { text: readFileSync(file, 'utf8'), inventory, lessons: numbers });
    const known = allowed[id] ?? [];
    expect(
      findings
        .filter(({ rule }) => !known.includes(rule))
        .map(({ position, message }) => `${position.line}:${position.column}: ${message}`),
    ).toEqual([]);
    // Whoever mends a lesson takes its line out of the list.
    expect([id, ...known.filter((rule) => !findings.some((finding) => finding.rule === rule))]).toEqual([id]);
  });
});
