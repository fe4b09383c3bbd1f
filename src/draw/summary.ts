import type { LessonHead } from '../lesson/types.ts';
import type { ExerciseStatus, PlayerState } from '../player/state.ts';
import type { Glyphs } from '../text/glyphs.ts';
import { type Line, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { wrapLine } from '../text/wrap.ts';

/** How the lesson went, where to read on, what comes next. */
export const drawSummary = (
  state: PlayerState,
  next: LessonHead | null,
  { width, glyphs }: { readonly width: number; readonly glyphs: Glyphs },
): Line[] => {
  const { lesson } = state;
  const questions = lesson.pages.flatMap((page) =>
    page.blocks.filter((block) => block.kind === 'prediction'),
  );
  const judged = questions
    .map((question) => state.predictions[question.id])
    .filter((made) => made !== undefined);
  const right = judged.filter(
    (made) => made.choice !== null && (made.right?.includes(made.choice) ?? false),
  ).length;
  const lines: Line[] = [
    [
      span(`${glyphs.done} `, { color: 'green', bold: true }),
      span(`${lesson.number} ${sanitizeLine(lesson.title)}: done`, { bold: true }),
    ],
    [],
    [span(`  pages         ${state.pagesDone.length} of ${lesson.pages.length}`)],
  ];
  if (questions.length > 0) lines.push([span(`  predictions   ${right} of ${questions.length} right`)]);
  const exercises = lesson.pages.flatMap((page) => page.blocks.filter((block) => block.kind === 'exercise'));
  if (exercises.length > 0) {
    const count = (status: ExerciseStatus): number =>
      exercises.filter(({ id }) => state.exercises[id] === status).length;
    const others = [
      count('shown') > 0 ? `${count('shown')} shown` : '',
      count('skipped') > 0 ? `${count('skipped')} skipped` : '',
    ].filter((words) => words !== '');
    const rest = others.length > 0 ? `, ${others.join(', ')}` : '';
    lines.push([span(`  exercises     ${count('passed')} of ${exercises.length} passed${rest}`)]);
  }
  if (lesson.docs.length > 0) {
    const version = state.server?.major ?? 'current';
    lines.push([], [span('  Read on in the manual', { bold: true })]);
    for (const page of lesson.docs)
      lines.push([span(`  https://www.postgresql.org/docs/${version}/${sanitizeLine(page)}.html`)]);
  }
  if (next)
    lines.push(
      [],
      [
        span('  Next: ', { bold: true }),
        span(`${next.number} ${sanitizeLine(next.title)}`),
        span('   n', { bold: true }),
      ],
    );
  return lines.flatMap((line) => wrapLine(line, width, { indent: 2 }));
};
