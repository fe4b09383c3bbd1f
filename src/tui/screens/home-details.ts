import type { LessonHead } from '../../lesson/types.ts';
import type { Glyphs } from '../../text/glyphs.ts';
import { type Line, span } from '../../text/line.ts';
import { sanitize, sanitizeLine } from '../../text/sanitize.ts';
import { wrapText } from '../../text/wrap.ts';
import type { HomeEntry } from './home-entries.ts';

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

const versionWords = ({ from, to }: LessonHead['needs']['postgres']): string => {
  if (from !== undefined && to !== undefined) return `PostgreSQL ${from} to ${to}`;
  if (to !== undefined) return `PostgreSQL up to ${to}`;
  return from === undefined ? '' : `PostgreSQL ${from}+`;
};

/** Summary and facts of a lesson, or what is wrong with its file. */
export const drawDetails = (entry: HomeEntry | null, width: number, glyphs: Glyphs): Line[] => {
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
    return lines.map((line): Line => [span(line, { color: 'red' })]);
  }
  const { lesson } = entry;
  const { counts, needs } = lesson;
  const facts = [
    plural(counts.pages, 'page'),
    counts.predictions > 0 ? plural(counts.predictions, 'prediction') : '',
    counts.sessions > 1 ? plural(counts.sessions, 'session') : '',
    versionWords(needs.postgres),
    needs.extensions.length > 0 ? `needs ${needs.extensions.join(', ')}` : '',
    needs.privileges.join(', '),
  ].filter((fact) => fact !== '');
  return [
    ...wrapText(sanitize(lesson.summary), width).map((line): Line => [span(line)]),
    ...wrapText(sanitizeLine(facts.join(` ${glyphs.middleDot} `)), width).map(
      (line): Line => [span(line, { dim: true })],
    ),
  ];
};
