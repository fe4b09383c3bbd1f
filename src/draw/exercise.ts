import type { Exercise, ProseNode, Solution } from '../lesson/types.ts';
import type { ExerciseStatus } from '../player/state.ts';
import type { Glyphs } from '../text/glyphs.ts';
import type { Highlighter } from '../text/highlight.ts';
import { type Line, type Span, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { wrapCode } from '../text/wrap.ts';
import { layoutProse } from './prose.ts';

export type ExerciseOptions = {
  readonly width: number;
  readonly glyphs: Glyphs;
  readonly highlight: Highlighter;
};

const prose = (nodes: readonly ProseNode[], options: ExerciseOptions): Line[] => layoutProse(nodes, options);

/** How it stands, with its sign. */
export const statusSpan = (status: ExerciseStatus, glyphs: Glyphs): Span => {
  switch (status) {
    case 'passed':
      return span(`${glyphs.done} passed`, { color: 'green', bold: true });
    case 'shown':
      return span(`${glyphs.skipped} solution shown`, { color: 'yellow' });
    case 'skipped':
      return span(`${glyphs.skipped} skipped`, { dim: true });
  }
};

/** The hints that have been opened; `from`: those before it are left out. */
export const drawHints = (exercise: Exercise, opened: number, options: ExerciseOptions, from = 0): Line[] => {
  const { width } = options;
  const count = exercise.hints.length;
  return exercise.hints
    .slice(from, opened)
    .flatMap((hint, index): Line[] => [
      ...(index > 0 ? [[]] : []),
      [span(`Hint ${from + index + 1} of ${count}`, { bold: true, color: 'cyan' })],
      ...prose(hint, { ...options, width: width - 2 }).map((line): Line => [span('  '), ...line]),
    ]);
};

const drawSolution = (
  solution: Solution,
  title: string,
  { width, highlight, glyphs }: ExerciseOptions,
): Line[] => [
  [span(title, { bold: true })],
  ...highlight(solution.sql.trim(), 'sql')
    .flatMap((line) => wrapCode(line, Math.max(10, width - 2)))
    .map((line): Line => [span('  '), ...line]),
  ...(solution.why.length > 0 ? [[], ...prose(solution.why, { width, highlight, glyphs })] : []),
];

const titleOf = (solution: Solution, index: number): string => {
  const label = solution.label === null ? '' : `: ${sanitizeLine(solution.label, ' ')}`;
  return index === 0 ? `The solution${label}` : `Another way${label}`;
};

/** The solution, other ways, and why. For learners who have passed, or who asked to see it. */
export const drawSolutions = (exercise: Exercise, options: ExerciseOptions): Line[] => [
  ...exercise.solutions.flatMap((solution, index): Line[] => [
    ...(index > 0 ? [[]] : []),
    ...drawSolution(solution, titleOf(solution, index), options),
  ]),
  ...(exercise.explanation.length > 0
    ? [[], [span('Why', { bold: true })], ...prose(exercise.explanation, options)]
    : []),
];

/** On the page: the task, how it stands, and once it is done what solves it. */
export const drawExercise = (
  exercise: Exercise,
  status: ExerciseStatus | undefined,
  options: ExerciseOptions,
): Line[] => {
  const { glyphs } = options;
  const head: Line = [
    span(`${glyphs.cursor} Your turn`, { bold: true, color: 'cyan' }),
    ...(status ? [span('   '), statusSpan(status, glyphs)] : []),
  ];
  const lines: Line[] = [head, ...prose(exercise.task, options)];
  // Skipped, it may still be done: nothing is given away.
  if (status === 'passed' || status === 'shown') lines.push([], ...drawSolutions(exercise, options));
  return lines;
};
