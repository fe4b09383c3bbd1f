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
  const rights = [[name, database], [database], [name], []].map((parts): Line => {
    const text = parts.filter((part) => part !== '').join(` ${glyphs.middleDot} `);
    return text === '' ? [] : [span(`${text} `, { dim: true })];
  });
  for (const left of lefts) {
    const right = rights.find((candidate) => lineWidth(left) + lineWidth(candidate) + 2 <= width);
    if (right) return spread(left, right, width);
  }
  return fitLine(lefts[2] ?? [], width);
};

export type Hint = { readonly key: string; readonly label: string };

/** The keys that matter now, most important first; as many as fit, each whole. */
export const drawHints = (hints: readonly Hint[], { width }: { readonly width: number }): Line => {
  const parts: Line[] = [];
  let used = 1;
  for (const { key, label } of hints) {
    const size = displayWidth(key) + 1 + displayWidth(label) + (parts.length > 0 ? 3 : 0);
    if (used + size > width) {
      if (parts.length === 0) parts.push(fitLine([span(key, { bold: true }), span(` ${label}`)], width - 2));
      break;
    }
    parts.push([span(parts.length > 0 ? '   ' : ''), span(key, { bold: true }), span(` ${label}`)]);
    used += size;
  }
  return fitLine([span(' '), ...parts.flat()], width);
};
