import { describe, expect, it } from 'vitest';
import type { Exercise, Lesson } from '../../src/lesson/types.ts';
import { Base } from '../../src/player/judge/base.ts';
import { fence, lessonOf } from '../support/lesson.ts';
import { testServer } from '../support/server.ts';

const setup = fence('sql setup', 'create table t (n int);');
const exercise = (id: string): string =>
  fence(`exercise #${id}`, 'task: x\nsolution: select 1\ncheck:\n  - result: rows');
const exercisesOf = (lesson: Lesson): Exercise[] =>
  lesson.pages.flatMap(({ blocks }) => blocks.filter((block) => block.kind === 'exercise'));

/** For each exercise of a lesson: what its base holds, and the steps that are still to be sent. */
const beginnings = async (pages: string): Promise<(readonly [string[], string[]] | null)[]> => {
  const server = await testServer();
  const lesson = lessonOf(`${setup}\n${pages}`);
  const bases: Base[] = [];
  const found: (readonly [string[], string[]] | null)[] = [];
  try {
    for (const one of exercisesOf(lesson)) {
      const base = new Base({ lesson, exercise: one, server }, bases.at(-1));
      bases.push(base);
      const beginning = await base.beginning();
      if (!beginning) {
        found.push(null);
        continue;
      }
      const connection = await server.connect({ database: beginning.name, applicationName: 'test' });
      const rows = await connection.rows('select n from t order by n');
      await connection.end();
      found.push([rows.map(([n]) => n ?? ''), beginning.rest.map(({ id }) => id)]);
    }
    return found;
  } finally {
    for (const base of bases.reverse()) await base.close();
  }
};

describe('the base of an exercise', () => {
  it('is a database at its state where that is all there is to it', async () => {
    expect(
      await beginnings(
        `## One\n\n${fence('sql alice', 'begin; insert into t values (1)')}${fence('sql alice', 'commit')}
## Two\n\n${fence('sql', 'insert into t values (2)')}${exercise('first')}${fence('sql', 'insert into t values (3)')}${exercise('second')}`,
      ),
    ).toEqual([
      [['1', '2'], []],
      [['1', '2', '3'], []],
    ]);
  });

  it('is one at the start of the page where something is open, and the steps of the page', async () => {
    const held = fence('sql alice #held', 'begin; insert into t values (2)');
    const temporary = fence('sql alice #temporary', 'create temporary table own ()');
    expect(
      await beginnings(
        `## One\n\n${fence('sql', 'insert into t values (1)')}
## Two\n\n${held}${exercise('first')}${fence('sql alice #end', 'commit')}${exercise('second')}
## Three\n\n${temporary}${exercise('third')}`,
      ),
    ).toEqual([
      [['1'], ['held']],
      [['1', '2'], []],
      [['1', '2'], ['temporary']],
    ]);
  });

  it('is none where something was open before the page', async () => {
    expect(
      await beginnings(`## One\n\n${fence('sql alice', 'begin; select 1')}\n## Two\n\n${exercise('first')}`),
    ).toEqual([null]);
  });
});
