import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Finding, lintLesson } from '../../authoring/lint.ts';
import { loadCatalog, loadLesson } from '../../lesson/catalog.ts';
import { parseInventory } from '../../lesson/inventory.ts';
import type { Problem } from '../../lesson/types.ts';
import { toJson } from '../../plain/json.ts';
import type { Command, Globals } from '../command.ts';
import { exitCodes } from '../errors.ts';
import { problemInWords } from '../problems.ts';
import { say } from '../terminal.ts';

/** The inventory beside the folder of lessons; null when there is none: then any id will do. */
const inventoryBeside = async (lessons: string): Promise<ReadonlySet<string> | null> => {
  const file = path.join(path.dirname(lessons), 'docs', 'inventory.md');
  const text = await readFile(file, 'utf8').catch(() => null);
  return text === null ? null : new Set(parseInventory(text).map(({ id }) => id));
};

/** Everything that can be said of lessons without running them. */
const lintAll = async (
  { lessons: folder, indexFile }: Globals,
  wanted: readonly string[],
): Promise<(Problem | Finding)[]> => {
  const inventory = await inventoryBeside(folder);
  const catalog = await loadCatalog(folder, indexFile ? { indexFile } : {});
  const heads = catalog.modules.flatMap(({ lessons }) => lessons);
  const numbers = new Set(heads.map(({ number }) => number));
  const all = wanted.length === 0;
  const names = all ? heads.map(({ id }) => id) : wanted;
  const found = await Promise.all(
    names.map(async (name) => {
      const { lesson, problems } = await loadLesson(folder, name);
      const findings = lesson
        ? lintLesson(lesson, { text: await readFile(lesson.file, 'utf8'), inventory, lessons: numbers })
        : [];
      return [...(all ? [] : problems), ...findings];
    }),
  );
  return [...(all ? catalog.problems : []), ...found.flat()];
};

export const command: Command = {
  usage: 'lint [lesson...]',
  description: `Reads lessons (all, when none is named) without running them, and says what they
lack: pages longer than a screen of 80x24, surprises that nobody was asked to
predict, no exercise, fewer than three predictions, nothing to remember, no
notes, no pages of the manual, times in words, lessons that do not exist, ids
that docs/inventory.md does not have.
Exit code 1: an error; with --strict also a warning.`,
  options: {
    strict: { type: 'boolean', help: 'exit code 1 for warnings, too' },
    json: { type: 'boolean', help: 'as JSON: { ok, findings }' },
  },
  maxPositionals: Number.POSITIVE_INFINITY,
  async run({ globals, values, positionals }) {
    const found = await lintAll(globals, positionals);
    const bad = values.strict ? found : found.filter(({ severity }) => severity === 'error');
    const ok = bad.length === 0;
    if (values.json) {
      process.stdout.write(`${toJson({ ok, findings: found }, 2)}\n`);
    } else {
      for (const one of found)
        process.stdout.write(`${problemInWords(one)}${'rule' in one ? ` [${one.rule}]` : ''}\n`);
      const errors = found.filter(({ severity }) => severity === 'error').length;
      say(`${errors} errors, ${found.length - errors} warnings`);
    }
    return ok ? exitCodes.ok : exitCodes.failed;
  },
};
