import { hstack, rule } from '../../draw/lines.ts';
import { spread } from '../../draw/status.ts';
import { donePages, type LessonProgress, lessonStatus } from '../../progress/types.ts';
import type { Glyphs } from '../../text/glyphs.ts';
import { type Line, type Style, span } from '../../text/line.ts';
import { sanitizeLine } from '../../text/sanitize.ts';
import { fitLine, padEnd, padStart, truncate } from '../../text/width.ts';
import type { HomeUi } from '../ui.ts';
import { drawDetails } from './home-details.ts';
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
  else if (home.resume) top.push(fitLine(resumeLine(home.resume, chosen, width, glyphs), width));
  if (top.length > 2 && height >= 20) top.push(fitLine([], width));
  const bodyHeight = height - top.length - 2;
  const body =
    width >= wideFrom
      ? wideBody(home, chosen, width, bodyHeight, searching, glyphs)
      : narrowBody(home, chosen, width, bodyHeight, glyphs);
  return [...top, ...body, rule(width, glyphs)];
};

const pointer = (on: boolean, glyphs: Glyphs): string => (on ? glyphs.cursor : ' ');

const searchLine = (ui: HomeUi, home: Home, glyphs: Glyphs): Line => {
  const found = home.groups.reduce((sum, group) => sum + group.entries.length, 0);
  const words = ui.query === '' ? 'title, number or word' : `${found} found`;
  const cursor = ui.searching ? [span(' ', { inverse: true })] : [];
  return [
    span('  / ', { bold: true }),
    span(sanitizeLine(ui.query)),
    ...cursor,
    span(`   ${words} ${glyphs.middleDot} Esc clears`, { dim: true }),
  ];
};

const resumeLine = (entry: HomeEntry, chosen: HomeEntry | null, width: number, glyphs: Glyphs): Line => {
  if (entry.kind !== 'continue') return [];
  const { lesson, progress } = entry;
  const on = chosen?.key === entry.key;
  const pages = `${donePages(progress).length} of ${lesson.counts.pages} pages`;
  const style: Style = on ? { bold: true } : {};
  const room = width - 22 - pages.length - lesson.number.length;
  const title = truncate(sanitizeLine(lesson.title), Math.max(8, room), glyphs.ellipsis);
  return [
    span(`  ${pointer(on, glyphs)} `, style),
    span('Continue', { ...style, color: 'green' }),
    span(`   ${lesson.number}  ${title}`, style),
    span(`   ${pages}`, { dim: true }),
  ];
};

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

const stateSign = (progress: LessonProgress, glyphs: Glyphs): { sign: string; style: Style } => {
  const status = lessonStatus(progress);
  if (status === 'done') return { sign: glyphs.lessonDone, style: { color: 'green' } };
  if (status === 'started') return { sign: glyphs.lessonOpen, style: { color: 'cyan' } };
  return { sign: glyphs.lessonNew, style: { dim: true } };
};

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
  const { sign, style } = stateSign(progress, glyphs);
  const done = donePages(progress).length;
  const pages = done > 0 && !progress.finishedAt ? `${done}/${lesson.counts.pages}` : '';
  const end = ` ${padStart(String(lesson.minutes), 3)} min ${padStart(pages, 6)} `;
  const start = `${padEnd(lesson.number, 5)} `;
  const room = width - 4 - start.length - end.length;
  const title = padEnd(truncate(sanitizeLine(lesson.title), room, glyphs.ellipsis), room);
  return fitLine([mark, span(`${sign} `, style), span(start + title, bold), span(end, { dim: true })], width);
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
  searching: boolean,
  glyphs: Glyphs,
): Line[] => {
  const left = Math.min(56, Math.max(44, Math.floor(width * 0.38)));
  const right = width - left - 1;
  const group = groupOf(home, chosen);
  const titleWidth = left - 4 - barCells - 9;
  const modules = (searching ? [] : home.groups).map((candidate): Line => {
    const on = candidate === group;
    const total = candidate.entries.length;
    const bar =
      candidate.number === null
        ? ''
        : `${progressBar(candidate.done, total, glyphs)} ${padStart(`${candidate.done}/${total}`, 6)}`;
    return [
      span(` ${pointer(on, glyphs)} `, { bold: true }),
      span(
        padEnd(truncate(groupTitle(candidate), titleWidth, glyphs.ellipsis), titleWidth),
        on ? { bold: true } : undefined,
      ),
      span(`  ${bar}`, on ? undefined : { dim: true }),
    ];
  });
  const details = drawDetails(chosen, right - 4, glyphs);
  const listHeight = Math.max(4, height - details.length - 3);
  const heading: Line = group
    ? [
        span(`  ${groupTitle(group)}`, { bold: true }),
        span(`   ${group.done}/${group.entries.length}`, { dim: true }),
      ]
    : [];
  const entries = group?.entries ?? [];
  const on = (entry: HomeEntry): boolean => entry.key === chosen?.key;
  const list = entries.map((entry) => entryLine(entry, on(entry), right, glyphs));
  const at = Math.max(0, entries.findIndex(on));
  const rightLines = [
    heading,
    [],
    ...fill(around(list, at, listHeight), right, Math.min(listHeight, Math.max(1, list.length))),
    [],
    ...details.map((line): Line => [span('  '), ...line]),
  ];
  if (list.length === 0) rightLines[2] = [span('  nothing found', { dim: true })];
  return hstack(
    [
      { lines: fill(modules, left, height), width: left },
      { lines: fill(rightLines, right, height), width: right },
    ],
    span(glyphs.vLine, { dim: true }),
  );
};

const narrowBody = (
  home: Home,
  chosen: HomeEntry | null,
  width: number,
  height: number,
  glyphs: Glyphs,
): Line[] => {
  const details = drawDetails(chosen, width - 4, glyphs).slice(0, 4);
  const listHeight = height - 5;
  const list: Line[] = [];
  let at = 0;
  for (const group of home.groups) {
    if (list.length > 0) list.push([]);
    const done = group.number === null ? '' : `${group.done}/${group.entries.length}`;
    list.push([span(` ${groupTitle(group)}`, { bold: true }), span(`   ${done}`, { dim: true })]);
    for (const entry of group.entries) {
      if (entry.key === chosen?.key) at = list.length;
      list.push(entryLine(entry, entry.key === chosen?.key, width, glyphs));
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
