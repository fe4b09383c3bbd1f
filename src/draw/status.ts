import type { Lesson } from '../lesson/types.ts';
import { type PlayerState, pageIndex } from '../player/state.ts';
import type { Glyphs } from '../text/glyphs.ts';
import { type Line, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { displayWidth, fitLine, lineWidth } from '../text/width.ts';

/** Left and right part of one line; the right one gives way. */
export const spread = (left: Line, right: Line, width: number): Line => {
  const gap = width - lineWidth(left) - lineWidth(right);
  return gap >= 2 ? [...left, span(' '.repeat(gap)), ...right] : fitLine(left, width);
};

const pageDots = (lesson: Lesson, page: string, done: readonly string[], glyphs: Glyphs): string => {
  const here = pageIndex(lesson, page);
  return lesson.pages
    .map((candidate, index) => {
      if (index === here) return glyphs.pageHere;
      return index < here || done.includes(candidate.id) ? glyphs.pageDone : glyphs.pageAhead;
    })
    .join('');
};

/** Where am I: lesson, page, server, database. What matters least is left out first. */
export const drawStatus = (
  state: PlayerState,
  {
    width,
    glyphs,
    server,
  }: { readonly width: number; readonly glyphs: Glyphs; readonly server: string | null },
): Line => {
  const { lesson } = state;
  const here = pageIndex(lesson, state.page) + 1;
  const count = `${here}/${lesson.pages.length}`;
  const dots = pageDots(lesson, state.page, state.pagesDone, glyphs);
  const title = span(` ${lesson.number} ${sanitizeLine(lesson.title)}`, { bold: true });
  const lefts: Line[] = [
    [title, span(`   ${dots} ${count}`)],
    [title, span(`   ${count}`)],
    [span(` ${lesson.number}`, { bold: true }), span(`   ${count}`)],
  ];
  const database = state.database === null ? '' : sanitizeLine(state.database);
  const name = server === null ? '' : sanitizeLine(server);
  const rights = [[name, database], [name], [database], []].map((parts): Line => {
    const text = parts.filter((part) => part !== '').join(` ${glyphs.middleDot} `);
    return text === '' ? [] : [span(`${text} `, { dim: true })];
  });
  for (const left of lefts) {
    const right = rights.find((candidate) => lineWidth(left) + lineWidth(candidate) + 2 <= width);
    if (right) return spread(left, right, width);
  }
  return fitLine(lefts[2] ?? [], width);
};

/** `keep`: it leads to the others, and is there even when those before it do not all fit. */
export type Hint = { readonly key: string; readonly label: string; readonly keep?: boolean };

const gap = 3;

const sizeOf = ({ key, label }: Hint): number => gap + displayWidth(key) + 1 + displayWidth(label);

/** The hints that fit, each whole, in their order: those to be kept, then the first of the others. */
const fitting = (hints: readonly Hint[], width: number): readonly Hint[] => {
  let room = width + gap - 1;
  for (const hint of hints) if (hint.keep) room -= sizeOf(hint);
  let full = false;
  return hints.filter((hint) => {
    if (hint.keep) return true;
    full ||= sizeOf(hint) > room;
    if (!full) room -= sizeOf(hint);
    return !full;
  });
};

/** The keys that matter now, most important first; as many as fit. */
export const drawHints = (hints: readonly Hint[], { width }: { readonly width: number }): Line => {
  const some = fitting(hints, width);
  const shown = some.length > 0 ? some : hints.slice(0, 1);
  const parts = shown.flatMap(({ key, label }, index): Line => {
    const before = span(' '.repeat(index === 0 ? 1 : gap));
    return [before, span(key, { bold: true }), span(` ${label}`)];
  });
  return fitLine(parts, width);
};
