import { checksShape, toChecks } from './exercise-checks.ts';
import type { Fence, Info } from './fences.ts';
import { type Problems, quoted } from './problems.ts';
import { readMarkdown, toProse } from './prose.ts';
import { mapping, oneOrMore, pattern, readShape, scalarOf, text, wordOr } from './schema.ts';
import { namePattern } from './slug.ts';
import {
  type Answer,
  type Exercise,
  type ProseNode,
  type Solution,
  type VerdictKind,
  verdictKinds,
  type WrongAnswer,
} from './types.ts';
import { isList, readYaml, type YamlPath } from './yaml.ts';

const sql = scalarOf('SQL', (words) => (words.trim() === '' ? null : words.replace(/\s+$/, '\n')));
const verdict = scalarOf(
  `a kind of verdict such as extra-row`,
  (word): VerdictKind | null => verdictKinds.find((kind) => kind === word) ?? null,
);
const answers = oneOrMore(sql, 'an answer or a list of them');

const shape = mapping('the keys task, solution and check', {
  task: text('what is to be done'),
  session: oneOrMore(pattern('the name of a session', namePattern), 'a session or a list of them').optional(),
  starter: scalarOf('SQL', (words) => words.replace(/\s+$/, '\n')).optional(),
  solution: oneOrMore(
    wordOr(
      sql.transform((words) => ({ sql: words, label: undefined, why: undefined })),
      mapping('{ sql, label, why }', {
        sql,
        label: text('a few words').optional(),
        why: text().optional(),
      }),
    ),
    'SQL, { sql, label, why } or a list of them',
  ),
  check: checksShape,
  hints: oneOrMore(text('a hint'), 'a list of hints').optional(),
  explanation: text().optional(),
  right: answers.optional(),
  wrong: oneOrMore(
    mapping('{ sql, verdict }', {
      sql: scalarOf('SQL', (words) => words),
      verdict: oneOrMore(verdict, 'a kind of verdict or a list of them'),
    }),
    'a list such as [{ sql: …, verdict: extra-row }]',
  ).optional(),
  hidden: sql.optional(),
});

/** An exercise without its id. */
export type ReadExercise = Omit<Exercise, 'id'>;

/** Reads an `exercise` block. @returns null when it has no usable shape */
export const readExercise = (fence: Fence, info: Info, problems: Problems): ReadExercise | null => {
  for (const word of info.names)
    problems.error(word.position, `exercise: ${quoted(word.text)} is not understood; write session: inside`);
  for (const [flag, position] of info.flags)
    problems.error(position, `exercise: "${flag}" is for sql blocks`);
  if (info.postgres.from !== undefined || info.postgres.to !== undefined)
    problems.error(fence.position, 'exercise: it is the same on all versions that the lesson is for');
  const source = readYaml(fence.body, problems);
  const data = source && readShape(shape, source, problems);
  if (!data) return null;

  const prose = (words: string | undefined, path: YamlPath): ProseNode[] => {
    const position = source.valuePosition(path);
    return (words === undefined ? [] : (readMarkdown(words, position, problems) ?? [])).flatMap(
      (node) => toProse(node, () => position, problems) ?? [],
    );
  };
  const place = (key: string, index: number): YamlPath => (isList(source, [key]) ? [key, index] : [key]);
  const answer = (key: string, words: string, index: number): Answer => ({
    sql: words,
    position: source.position(place(key, index)),
  });

  const solutions = data.solution.map(
    (one, index): Solution => ({
      ...answer('solution', one.sql, index),
      label: one.label ?? null,
      why: prose(one.why, [...place('solution', index), 'why']),
    }),
  );
  if (solutions.length === 0) problems.error(source.position(['solution']), 'solution: one is needed');
  const sessions = data.session ?? ['you'];
  for (const [index, name] of sessions.entries())
    if (sessions.indexOf(name) < index)
      problems.error(source.valuePosition(place('session', index)), `session: "${name}" is named twice`);
  const checks = toChecks(data.check, source, ['check'], problems);
  for (const { kind, position } of checks)
    if (sessions.length > 1 && (kind === 'interleave' || kind === 'waits'))
      problems.error(position, `${kind}: only for an answer that one session runs`);
  return {
    kind: 'exercise',
    task: prose(data.task, ['task']),
    sessions,
    starter: data.starter ?? '',
    solutions,
    checks,
    hints: (data.hints ?? []).map((hint, index) => prose(hint, place('hints', index))),
    explanation: prose(data.explanation, ['explanation']),
    right: (data.right ?? []).map((words, index) => answer('right', words, index)),
    wrong: (data.wrong ?? []).map(
      (one, index): WrongAnswer => ({ ...answer('wrong', one.sql, index), verdicts: one.verdict }),
    ),
    hidden: data.hidden === undefined ? null : { sql: data.hidden, position: source.position(['hidden']) },
    position: fence.position,
  };
};
