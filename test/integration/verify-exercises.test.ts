import { describe, expect, it } from 'vitest';
import { verifyExercises } from '../../src/player/verify-exercises.ts';
import { fence, lessonOf } from '../support/lesson.ts';
import { testServer } from '../support/server.ts';

const setup = fence('sql setup', `create table t (id int); insert into t values (1), (2), (3);`);

/** Each claim that does not hold: where, what was claimed, and how what happened begins. */
const failures = async (...exercises: readonly string[]): Promise<string[]> => {
  const blocks = exercises.map((body, index) => fence(`exercise #e${index}`, body));
  const lesson = lessonOf(`${setup}\n## Page\n\n${blocks.join('\n')}`);
  const found: string[] = [];
  await verifyExercises({
    lesson,
    server: await testServer(),
    onCheck: (_, { ok, file, line, column, claimed, happened }) => {
      if (!ok) found.push(`${file}:${line}:${column}: ${claimed}: ${happened.replace(/[:,.].*/s, '')}`);
    },
  });
  return found;
};

/** Of the first exercise: it begins on line 13, and these lines on line 16. */
const body = (...lines: readonly string[]): string =>
  ['task: x', 'check: { result: rows }', ...lines].join('\n');
const solution = 'solution: select id from t where id > 1';
const right = 'right: [select id from t where id >= 2, "values (2), (3)"]';
const wrong =
  'wrong: [{ sql: select id from t, verdict: extra-row }, { sql: select 2, verdict: missing-row }]';

describe('verifying an exercise', () => {
  it('has nothing to say of a good one', async () => {
    expect(await failures(body(solution, right, wrong, 'starter: select id from t'))).toEqual([]);
  });

  it.each([
    ['a solution that fails', ['solution: select nothing from t', right, wrong], ['13:1: the exercise can']],
    [
      'a second solution that fails',
      ['solution: [select id from t where id > 1, select 2]', right, wrong],
      ['16:43: solution 2 passes: missing-row'],
    ],
    [
      'a right answer that fails',
      [solution, right.replace('"values', '"select 7::int; values').replace('(3)"', '(4)"'), wrong],
      ['17:41: right 2 passes: missing-row'],
    ],
    [
      'a wrong answer that passes',
      [solution, right, wrong.replace('select id from t,', 'select id from t where id <> 1,')],
      ['18:9: wrong 1 fails with extra-row: '],
    ],
    [
      'a wrong answer with another verdict',
      [solution, right, wrong.replace('missing-row', '[order, type]')],
      ['18:56: wrong 2 fails with order or type: missing-row'],
    ],
    [
      'a starter that passes',
      [solution, right, wrong, 'starter: select id from t where id > 1'],
      ['13:1: the starter does not pass: passed'],
    ],
    [
      'too few answers',
      [solution],
      ['13:1: 2 right answers beside the solution: 0', '13:1: 2 wrong answers: 0'],
    ],
  ])('finds %s, and where', async (_, lines, expected) => {
    const found = await failures(body(...lines));
    expect(
      found.map((one, index) => one.replace(/^test\.md:/, '').slice(0, expected[index]?.length)),
    ).toEqual(expected);
  });

  it('judges the next exercise on what the steps above it have come to', async () => {
    const lesson = lessonOf(
      [
        setup,
        '## Page\n',
        fence('exercise #a', body(solution, right, wrong)),
        fence('sql', 'insert into t values (9); create index on t (id);'),
        fence(
          'exercise #b',
          body(
            'solution: select max(id) from t',
            'right: [select 9, select 5 + 4]',
            'wrong: [{ sql: select 3, verdict: missing-row }, { sql: select 8, verdict: missing-row }]',
          ),
        ),
        fence('sql bob', 'begin; delete from t where id = 9;'),
        fence(
          'exercise #c',
          body(
            'solution: select id from t where id > 3 for update skip locked',
            'right: [select id from t where id = 7, select 1 where false]',
            'wrong: [{ sql: select id from t where id > 3, verdict: extra-row }, { sql: select id from t for update, verdict: timeout }]',
          ),
        ),
      ].join('\n'),
    );
    const checks: string[] = [];
    await verifyExercises({
      lesson,
      server: await testServer(),
      onCheck: ({ id }, { ok, claimed, happened }) =>
        checks.push(`${id} ${ok ? 'ok' : `${claimed}: ${happened}`}`),
    });
    expect(checks).toEqual(['a', 'b', 'c'].flatMap((id) => Array.from({ length: 7 }, () => `${id} ok`)));
  });
});
