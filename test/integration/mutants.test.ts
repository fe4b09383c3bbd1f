import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadCatalog, loadLesson } from '../../src/lesson/catalog.ts';
import type { Exercise, Lesson } from '../../src/lesson/types.ts';
import { stepOf } from '../../src/player/judge/ground.ts';
import { createJudge } from '../../src/player/judge.ts';
import type { Judge } from '../../src/player/judge-state.ts';
import { root } from '../support/cli.ts';
import { mutantsOf, unprotected } from '../support/mutants.ts';
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

/** All lessons take minutes: PG_TUTOR_MUTANTS=all tries them, before a release and after a change of the judge. */
const few = ['transactions/advisory-locks', 'querying/three-valued-logic', 'types/time'];
const heads = catalog.modules
  .flatMap((module) => module.lessons)
  .filter(({ id, counts }) =>
    process.env.PG_TUTOR_MUTANTS === 'all' ? counts.exercises > 0 : few.includes(id),
  );

/** What its state checks look at, as one query. */
const lookAt = (exercise: Exercise): string =>
  exercise.checks
    .flatMap((check) =>
      check.kind === 'state'
        ? [...check.tables.map((table) => `select * from ${table}`), ...check.queries]
        : [],
    )
    .map((sql) => `select t::text from (${sql.trim().replace(/;$/, '')}) t`)
    .join(' union all ');

const exercisesOf = async (id: string): Promise<{ lesson: Lesson; exercises: Exercise[] }> => {
  const { lesson } = await loadLesson(lessons, id);
  if (!lesson) throw new Error(`${id} cannot be read`);
  const blocks = lesson.pages.flatMap((page) => page.blocks);
  return { lesson, exercises: blocks.filter((block): block is Exercise => block.kind === 'exercise') };
};

const severalStatements = (sql: string): boolean => /;\s*\S/.test(sql.trim());

describe.each(heads.map(({ id }) => id))('%s', (id) => {
  it('lets no answer pass that gives something else on either data', async () => {
    const { lesson, exercises } = await exercisesOf(id);
    for (const exercise of exercises) {
      const check = exercise.checks.find(({ kind }) => kind === 'result');
      const solution = exercise.solutions[0]?.sql ?? '';
      if (check?.kind !== 'result' || severalStatements(solution)) continue;
      const server = await testServer();
      const judge = createJudge({ lesson, exercise, server, spare: false });
      const beside = createJudge({ lesson: withHidden(lesson, exercise), exercise, server, spare: false });
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

  it('lets no answer pass that lacks what keeps others out of its way', async () => {
    const { lesson, exercises } = await exercisesOf(id);
    for (const exercise of exercises) {
      if (!exercise.checks.some(({ kind }) => kind === 'interleave')) continue;
      const mutants = exercise.solutions.flatMap(({ sql }) => unprotected(sql));
      const judge = createJudge({ lesson, exercise, server: await testServer(), spare: false });
      try {
        for (const mutant of mutants)
          expect([mutant, (await judge.judge(mutant)).outcome]).toEqual([mutant, 'failed']);
      } finally {
        await judge.close();
      }
    }
  }, 120_000);

  it('lets no answer pass that changes something else', async () => {
    const { lesson, exercises } = await exercisesOf(id);
    for (const exercise of exercises) {
      const solution = exercise.solutions[0]?.sql ?? '';
      if (
        lookAt(exercise) === '' ||
        !/^\s*(insert|update|delete|merge)\b/i.test(solution) ||
        severalStatements(solution)
      )
        continue;
      const judge = createJudge({ lesson, exercise, server: await testServer(), spare: false });
      try {
        for (const mutant of mutantsOf(solution).filter((sql) => !sql.startsWith('select * from ('))) {
          const { outcome } = await judge.judge(mutant);
          if (outcome !== 'passed') continue;
          const tables = async (sql: string): Promise<string> =>
            rowsOf(judge, `${sql.replace(/;\s*$/, '')};\n${lookAt(exercise)}`, false);
          expect({ mutant, left: await tables(mutant) }).toEqual({ mutant, left: await tables(solution) });
        }
      } finally {
        await judge.close();
      }
    }
  }, 120_000);
});
