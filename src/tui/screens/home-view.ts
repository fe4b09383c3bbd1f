import { hstack, rule } from '../../draw/lines.ts';
import { spread } from '../../draw/status.ts';
import { donePages, lessonStatus } from '../../progress/types.ts';
import type { Glyphs } from '../../text/glyphs.ts';
import { type Line, type Span, type Style, span } from '../../text/line.ts';
import { sanitizeLine } from '../../text/sanitize.ts';
import { displayWidth, fitLine, lineWidth, padEnd, padStart, truncate } from '../../text/width.ts';
import type { HomeUi } from '../ui.ts';
import { drawDetails, statusSign } from './home-details.ts';
import { chosenEntry, groupOf, type Home, type HomeEntry, type HomeGroup } from './home-entries.ts';
import { wideFrom } from './lesson-view.ts';

type Size = { readonly width: number; readonly height: number };
type Env = { readonly glyphs: Glyphs; readonly server: string | null };

/** The home screen but for its hint line: `height - 1` lines. */
export const viewHome = (home: Home, ui: HomeUi, { width, height }: Size, env: Env): Line[] => {
  const { glyphs } = env;
  const chosen = chosenEntry(home, ui.selected);
  const count = `${home.done} of ${home.lessons} lessons`;
  const parts = [env.server === null ? '' : sanitizeLine(env.server), count].filter((part) => part !== '');
  const right: Line = [span(`${parts.join(` ${glyphs.middleDot} `)} `, { dim: true })];
  const top: Line[] = [
    fitLine(spread([span(' pg-tutor', { bold: true })], right, width), width),
    rule(width, glyphs),
  ];
  const searching = ui.searching || ui.query !== '';
  if (searching) top.push(fitLine(searchLine(ui, home, glyphs), width));
  else if (home.resume || home.due > 0) top.push(fitLine(todayLine(home, chosen, width, glyphs), width));
  if (top.length > 2 && height >= 20) top.push(fitLine([], width));
  const bodyHeight = height - top.length - 2;
  const body =
    // What was found needs the width for the words around it.
    width >= wideFrom && !searching
      ? wideBody(home, chosen, width, bodyHeight, glyphs)
      : narrowBody(home, chosen, width, bodyHeight, glyphs);
  return [...top, ...body, rule(width, glyphs)];
};

const pointer = (on: boolean, glyphs: Glyphs): string => (on ? glyphs.cursor : ' ');

const searchLine = (ui: HomeUi, home: Home, glyphs: Glyphs): Line => {
  const found = home.groups.reduce((sum, group) => sum + group.entries.length, 0);
  const words = ui.query === '' ? 'words of titles, text or SQL' : `${found} found`;
  const cursor = ui.searching ? [span(' ', { inverse: true })] : [];
  return [
    span('  / ', { bold: true }),
    span(sanitizeLine(ui.query)),
    ...cursor,
    span(`   ${words} ${glyphs.middleDot} Esc clears`, { dim: true }),
  ];
};

/** Where to go on, and what is due. */
const todayLine = (home: Home, chosen: HomeEntry | null, width: number, glyphs: Glyphs): Line => {
  const due: Line =
    home.due === 0
      ? []
      : [
          span(`${home.due} ${home.due === 1 ? 'page' : 'pages'} to review  `, { color: 'yellow' }),
          span('r ', { bold: true }),
        ];
  const room = width - lineWidth(due) - (due.length > 0 ? 3 : 0);
  return spread(home.resume ? resumeLine(home.resume, chosen, room, glyphs) : [], due, width);
};

const resumeLine = (entry: HomeEntry, chosen: HomeEntry | null, width: number, glyphs: Glyphs): Line => {
  if (entry.kind !== 'continue') return [];
  const { lesson, progress } = entry;
  const on = chosen?.key === entry.key;
  const at = lesson.outline.findIndex((page) => page.id === progress.page) + 1;
  const pages = at === 0 ? '' : `   page ${at} of ${lesson.counts.pages}`;
  const style: Style = on ? { bold: true } : {};
  const room = width - 18 - pages.length - lesson.number.length;
  const title = truncate(sanitizeLine(lesson.title), Math.max(8, room), glyphs.ellipsis);
  return [
    span(`  ${pointer(on, glyphs)} `, style),
    span('Continue', { ...style, color: 'green' }),
    span(`   ${lesson.number}  ${title}`, style),
    ...(room >= 8 ? [span(pages, { dim: true })] : []),
  ];
};

const isContinued = (entry: HomeEntry, chosen: HomeEntry | null): boolean =>
  chosen?.kind === 'continue' && entry.kind === 'lesson' && entry.key === chosen.lesson.id;

/** Wider, the eye loses the row between a title and what stands at its end. */
const readable = 100;

const barCells = 6;

const progressBar = (done: number, total: number, glyphs: Glyphs): string => {
  const full =
    total === 0
      ? 0
      : done === total
        ? barCells
        : Math.min(barCells - 1, Math.ceil((done / total) * barCells));
  return glyphs.barFull.repeat(full) + glyphs.barEmpty.repeat(barCells - full);
};

const groupTitle = (group: HomeGroup): string =>
  `${group.number === null ? '' : `${group.number} `}${sanitizeLine(group.title)}`;

/** What stands beside the title of a group. */
const groupCount = (group: HomeGroup): string => {
  if (group.kind === 'review') {
    const due = group.entries.filter((entry) => entry.kind === 'review' && entry.weak.isDue).length;
    return due > 0 ? `${due} due` : '';
  }
  return group.kind === 'module' ? `${group.done}/${group.entries.length}` : '';
};

/** `after 2 Types and schema ✓, 4 Querying`: advice, nothing is locked. */
const afterWords = ({ after }: HomeGroup, glyphs: Glyphs): string =>
  after.length === 0
    ? ''
    : `after ${after
        .map(({ number, title, done }) => `${number} ${sanitizeLine(title)}${done ? ` ${glyphs.done}` : ''}`)
        .join(', ')}`;

const entryLine = (entry: HomeEntry, on: boolean, width: number, glyphs: Glyphs): Line => {
  const mark = span(` ${pointer(on, glyphs)}`, { bold: true });
  const bold: Style | undefined = on ? { bold: true } : undefined;
  if (entry.kind === 'broken') {
    return fitLine(
      [mark, span(`${glyphs.failed} `, { color: 'red' }), span(sanitizeLine(entry.file), bold)],
      width,
      glyphs.ellipsis,
    );
  }
  const { lesson, progress } = entry;
  const row = (sign: Span, start: string, title: string, end: Span): Line => {
    const room = width - 4 - displayWidth(start) - displayWidth(end.text);
    const words = padEnd(truncate(sanitizeLine(title), room, glyphs.ellipsis), room);
    return fitLine([mark, sign, span(' '), span(start + words, bold), end], width);
  };
  const start = `${padEnd(lesson.number, 5)} `;
  if (entry.kind === 'review') {
    const { page, isDue } = entry.weak;
    const end = span(` ${padStart(entry.due, 11)} `, isDue ? { color: 'yellow' } : { dim: true });
    return row(span(glyphs.review, { color: 'yellow' }), start, `${page.number}. ${page.title}`, end);
  }
  const done = donePages(progress).length;
  const pages = done > 0 && !progress.finishedAt ? `${done}/${lesson.counts.pages}` : '';
  const end = span(` ${padStart(String(lesson.minutes), 3)} min ${padStart(pages, 6)} `, { dim: true });
  return row(statusSign(lessonStatus(progress), glyphs), start, lesson.title, end);
};

/** The entry, and below it where a search found it. */
const entryLines = (entry: HomeEntry, on: boolean, width: number, glyphs: Glyphs): Line[] => {
  const first = entryLine(entry, on, width, glyphs);
  if (entry.kind !== 'lesson' || !entry.found) return [first];
  const { page, excerpt, where } = entry.found;
  const place = page ? `page ${page.number}, ${page.title}` : '';
  const words = where === 'summary' ? '' : [place, excerpt].filter((part) => part !== '').join(': ');
  if (words === '') return [first];
  return [
    first,
    fitLine([span(`${' '.repeat(10)}${sanitizeLine(words)}`, { dim: true })], width - 1, glyphs.ellipsis),
  ];
};

/** The window of `height` lines in which line `at` stands, near its middle. */
const around = (lines: readonly Line[], at: number, height: number): readonly Line[] => {
  const from = Math.max(0, Math.min(at - Math.floor(height / 2), lines.length - height));
  return lines.slice(from, from + height);
};

const fill = (lines: readonly Line[], width: number, height: number): Line[] =>
  Array.from({ length: height }, (_, index) => fitLine(lines[index] ?? [], width));

const wideBody = (
  home: Home,
  chosen: HomeEntry | null,
  width: number,
  height: number,
  glyphs: Glyphs,
): Line[] => {
  const left = Math.min(56, Math.max(44, Math.floor(width * 0.38)));
  const right = width - left - 1;
  const group = groupOf(home, chosen);
  const titleWidth = left - 4 - barCells - 9;
  const modules = home.groups.map((candidate): Line => {
    const on = candidate === group;
    const count = groupCount(candidate);
    const bar =
      candidate.kind === 'module'
        ? progressBar(candidate.done, candidate.entries.length, glyphs)
        : ' '.repeat(barCells);
    return [
      span(` ${pointer(on, glyphs)} `, { bold: true }),
      span(
        padEnd(truncate(groupTitle(candidate), titleWidth, glyphs.ellipsis), titleWidth),
        on ? { bold: true } : undefined,
      ),
      span(`  ${bar} ${padStart(count, 6)}`, on ? undefined : { dim: true }),
    ];
  });
  const entries = (group?.entries ?? []).map((entry) => {
    const on = entry.key === chosen?.key;
    const lines = entryLines(entry, on, Math.min(right, readable), glyphs);
    return { on: on || isContinued(entry, chosen), lines };
  });
  const list = entries.flatMap(({ lines }) => lines);
  const before = entries.slice(
    0,
    Math.max(
      0,
      entries.findIndex(({ on }) => on),
    ),
  );
  const at = before.reduce((sum, { lines }) => sum + lines.length, 0);
  const room = height - 3;
  // What is chosen is described below the list, which keeps at least half of the height.
  const detailsHeight = Math.max(5, room - Math.max(list.length, Math.floor(room / 2)));
  const details = drawDetails(
    chosen,
    { width: Math.min(right, readable) - 4, height: detailsHeight },
    glyphs,
  );
  const listHeight = Math.max(1, Math.min(list.length, room - details.length));
  const heading: Line = group
    ? [span(`  ${groupTitle(group)}`, { bold: true }), span(`   ${groupCount(group)}`, { dim: true })]
    : [];
  const after = group ? afterWords(group, glyphs) : '';
  const rightLines = [
    heading,
    fitLine([span(`  ${after}`, { dim: true })], right - 1, glyphs.ellipsis),
    ...fill(around(list, at, listHeight), right, listHeight),
    [],
    ...details.map((line): Line => [span('  '), ...line]),
  ];
  return hstack(
    [
      { lines: fill(around(modules, groupIndex(home, group), height), left, height), width: left },
      { lines: fill(rightLines, right, height), width: right },
    ],
    span(glyphs.vLine, { dim: true }),
  );
};

const groupIndex = (home: Home, group: HomeGroup | null): number => (group ? home.groups.indexOf(group) : 0);

const narrowBody = (
  home: Home,
  chosen: HomeEntry | null,
  width: number,
  height: number,
  glyphs: Glyphs,
): Line[] => {
  const details = drawDetails(chosen, { width: width - 4, height: 4 }, glyphs).slice(0, 4);
  const listHeight = height - 5;
  const list: Line[] = [];
  let at = 0;
  for (const group of home.groups) {
    if (list.length > 0) list.push([]);
    const beside = [groupCount(group), afterWords(group, glyphs)].filter((part) => part !== '').join('   ');
    const heading = [span(` ${groupTitle(group)}`, { bold: true }), span(`   ${beside}`, { dim: true })];
    list.push(fitLine(heading, width - 1, glyphs.ellipsis));
    for (const entry of group.entries) {
      // While one would continue, the list stands where the lesson is.
      if (entry.key === chosen?.key || isContinued(entry, chosen)) at = list.length;
      list.push(...entryLines(entry, entry.key === chosen?.key, width, glyphs));
    }
  }
  if (home.groups.every((group) => group.entries.length === 0))
    list.push([span('  nothing found', { dim: true })]);
  return [
    ...fill(around(list, at, listHeight), width, listHeight),
    rule(width, glyphs),
    ...fill(
      details.map((line): Line => [span('  '), ...line]),
      width,
      4,
    ),
  ];
};
