import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadCatalog, loadLesson } from '../../src/lesson/catalog.ts';
import type { Exercise, Lesson } from '../../src/lesson/types.ts';
import { stepOf } from '../../src/player/judge/ground.ts';
import { createJudge } from '../../src/player/judge.ts';
import type { Judge } from '../../src/player/judge-state.ts';
import { root } from '../support/cli.ts';
import { mutantsOf } from '../support/mutants.ts';
import { testServer } from '../support/server.ts';

/** What comes out, as text: compared without any of the judge's own rules. */
const rowsOf = async (judge: Judge, sql: string, ordered: boolean): Promise<string> => {
  const { timeline, stopped } = await judge.tryOut(sql);
  const step = timeline.steps.findLast(({ page }) => page === null);
  if (stopped !== null || !step || step.error) return `error ${step?.error?.sqlstate ?? stopped}`;
  const rows = step.results.at(-1)?.rows.map((row) => JSON.stringify(row)) ?? [];
  return (ordered ? rows : [...rows].sort()).join('\n');
};

/** The rows that the learner sees, written down. */
const asValues = (rows: readonly (readonly (string | null)[])[]): string[] => {
  const cell = (value: string | null): string =>
    value === null ? 'null' : /^-?\d+(\.\d+)?$/.test(value) ? value : `'${value.replaceAll("'", "''")}'`;
  return rows.length === 0 ? [] : [`values ${rows.map((row) => `(${row.map(cell).join(', ')})`).join(', ')}`];
};

/** The lesson with the hidden data in sight, for looking at what an answer gives there. */
const withHidden = (lesson: Lesson, exercise: Exercise): Lesson => ({
  ...lesson,
  pages: lesson.pages.map((page) => ({
    ...page,
    blocks: page.blocks.flatMap((block) =>
      block === exercise && exercise.hidden
        ? [stepOf('hidden', 'hidden', exercise.hidden.sql), block]
        : [block],
    ),
  })),
});

const lessons = path.join(root, 'lessons');
const catalog = await loadCatalog(lessons, {});
const heads = catalog.modules
  .flatMap((module) => module.lessons)
  .filter(({ counts }) => counts.exercises > 0);

describe.each(heads.map(({ id }) => id))('%s', (id) => {
  it('lets no answer pass that gives something else on either data', async () => {
    const { lesson } = await loadLesson(lessons, id);
    for (const exercise of lesson?.pages.flatMap(({ blocks }) => blocks) ?? []) {
      if (!lesson || exercise.kind !== 'exercise') continue;
      const check = exercise.checks.find(({ kind }) => kind === 'result');
      const solution = exercise.solutions[0]?.sql ?? '';
      if (check?.kind !== 'result' || /;\s*\S/.test(solution.trim())) continue;
      const server = await testServer();
      const judge = createJudge({ lesson, exercise, server });
      const beside = createJudge({ lesson: withHidden(lesson, exercise), exercise, server });
      try {
        const wanted = [
          await rowsOf(judge, solution, check.ordered),
          await rowsOf(beside, solution, check.ordered),
        ];
        let failed = 0;
        const { timeline } = await judge.tryOut(solution);
        const written = asValues(timeline.steps.at(-1)?.results.at(-1)?.rows ?? []);
        for (const mutant of [...mutantsOf(solution), ...written]) {
          const verdict = await judge.judge(mutant);
          if (verdict.outcome !== 'passed') failed += 1;
          else {
            const got = [
              await rowsOf(judge, mutant, check.ordered),
              await rowsOf(beside, mutant, check.ordered),
            ];
            expect({ mutant, got }).toEqual({ mutant, got: wanted });
          }
        }
        expect(failed, exercise.id).toBeGreaterThan(2);
      } finally {
        await Promise.all([judge.close(), beside.close()]);
      }
    }
  }, 120_000);
});
