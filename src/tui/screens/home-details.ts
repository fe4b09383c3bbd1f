import type { ListedLesson } from '../../lesson/outline.ts';
import type { LessonHead } from '../../lesson/types.ts';
import { scoreOf } from '../../progress/review.ts';
import { type LessonProgress, lessonStatus, pageStatus } from '../../progress/types.ts';
import type { Glyphs } from '../../text/glyphs.ts';
import { type Line, type Span, span } from '../../text/line.ts';
import { sanitize, sanitizeLine } from '../../text/sanitize.ts';
import { fitLine } from '../../text/width.ts';
import { wrapLine, wrapText } from '../../text/wrap.ts';
import type { HomeEntry } from './home-entries.ts';

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

const versionWords = ({ from, to }: LessonHead['needs']['postgres']): string => {
  if (from !== undefined && to !== undefined) return `PostgreSQL ${from} to ${to}`;
  if (to !== undefined) return `PostgreSQL up to ${to}`;
  return from === undefined ? '' : `PostgreSQL ${from}+`;
};

/** What one sees of a lesson or page at a glance. */
export const statusSign = (status: 'unseen' | 'started' | 'done', glyphs: Glyphs): Span =>
  ({
    done: span(glyphs.lessonDone, { color: 'green' }),
    started: span(glyphs.lessonOpen, { color: 'cyan' }),
    unseen: span(glyphs.lessonNew, { dim: true }),
  })[status];

const drawFacts = ({ counts, needs }: LessonHead, width: number, glyphs: Glyphs): Line[] => {
  const facts = [
    plural(counts.pages, 'page'),
    counts.predictions > 0 ? plural(counts.predictions, 'prediction') : '',
    counts.exercises > 0 ? plural(counts.exercises, 'exercise') : '',
    counts.sessions > 1 ? plural(counts.sessions, 'session') : '',
    versionWords(needs.postgres),
    needs.extensions.length > 0 ? `needs ${needs.extensions.join(', ')}` : '',
    needs.privileges.join(', '),
  ].filter((fact) => fact !== '');
  return wrapText(sanitizeLine(facts.join(` ${glyphs.middleDot} `)), width).map(
    (line): Line => [span(line, { dim: true })],
  );
};

/** How the predictions went so far; nothing before the first. */
const drawScore = (lesson: ListedLesson, progress: LessonProgress): Line[] => {
  const { answered, right } = scoreOf(
    progress,
    lesson.outline.flatMap((page) => page.predictions),
  );
  return answered === 0 ? [] : [[span(`${right} of ${answered} predicted right so far`, { dim: true })]];
};

/** The pages with their state, in as many columns as it takes; nothing when there is no room for them. */
const drawPages = (
  { outline }: ListedLesson,
  progress: LessonProgress,
  { width, height, glyphs }: { readonly width: number; readonly height: number; readonly glyphs: Glyphs },
): Line[] => {
  const columns = Math.ceil(outline.length / Math.max(1, height - 1));
  const column = Math.floor(width / columns);
  if (lessonStatus(progress) === 'unseen' || height < 3 || column < 24) return [];
  const rows = Math.ceil(outline.length / columns);
  const cell = (index: number): Line => {
    const page = outline[index];
    if (!page) return [];
    const { answered, right } = scoreOf(progress, page.predictions);
    const here = progress.page === page.id && progress.finishedAt === null;
    const line: Line = [
      statusSign(pageStatus(progress, page.id), glyphs),
      span(` ${String(index + 1).padStart(2)} `, { dim: true }),
      span(sanitizeLine(page.title), here ? { bold: true } : {}),
      ...(answered > 0 ? [span(`  ${right}/${answered}`, { dim: true })] : []),
    ];
    return fitLine(line, column - 2, glyphs.ellipsis);
  };
  return [
    [],
    ...Array.from(
      { length: rows },
      (_, row): Line =>
        Array.from({ length: columns }, (_, at) => [...cell(at * rows + row), span('  ')]).flat(),
    ),
  ];
};

/** Summary and facts of a lesson, or what is wrong with its file; no more lines than `height`. */
export const drawDetails = (
  entry: HomeEntry | null,
  { width, height }: { readonly width: number; readonly height: number },
  glyphs: Glyphs,
): Line[] => {
  if (!entry) return [];
  if (entry.kind === 'broken') {
    const lines = entry.problems
      .slice(0, 4)
      .flatMap(({ position, message }) =>
        wrapText(
          `${sanitizeLine(position.file)}:${position.line}:${position.column}: ${sanitize(message)}`,
          width,
        ),
      );
    return lines.map((line): Line => [span(line, { color: 'red' })]).slice(0, height);
  }
  const { lesson, progress } = entry;
  if (entry.kind === 'review') {
    const { page } = entry.weak;
    const words = `Page ${page.number} of ${lesson.number} ${sanitizeLine(lesson.title)}: a prediction went another way.`;
    const next = 'It is asked again after 1, 3, 7 and 21 days; opening it now is fine too.';
    return [words, next].flatMap((text) => wrapLine([span(text)], width)).slice(0, height);
  }
  const found = entry.kind === 'lesson' ? entry.found : null;
  const about =
    found?.page && found.excerpt !== ''
      ? wrapLine(
          [span(`Page ${found.page.number}: `, { bold: true }), span(sanitizeLine(found.excerpt))],
          width,
        )
      : wrapText(sanitize(lesson.summary), width).map((line): Line => [span(line)]);
  const lines = [...about, ...drawFacts(lesson, width, glyphs), ...drawScore(lesson, progress)].slice(
    0,
    height,
  );
  return [...lines, ...drawPages(lesson, progress, { width, height: height - lines.length, glyphs })];
};
