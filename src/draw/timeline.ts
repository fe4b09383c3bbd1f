import type { Glyphs } from '../text/glyphs.ts';
import { type Line, type Span, type Style, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { displayWidth, fitLine, lineWidth, sliceLine, truncate } from '../text/width.ts';
import type { SessionState, TimelineState } from '../timeline/state.ts';
import { type Row, timelineRows } from './timeline-rows.ts';
import { formatDuration, formatMoment, sessionColor } from './words.ts';

const timeWidth = 9;
const minimalColumn = 18;

export type TimelinePicture = {
  readonly header: readonly Line[];
  readonly body: readonly Line[];
  readonly width: number;
  /** By line of the body: when what it tells of happened, ms; lines need not be in order of time. */
  readonly rows: readonly Pick<Row, 'moment' | 'page'>[];
};

export type TimelineOptions = {
  /** Names of the columns, in the lesson's order. */
  readonly sessions: readonly string[];
  readonly width: number;
  readonly glyphs: Glyphs;
  /** The run's clock now, ms: says how long a wait has lasted that has not ended. */
  readonly now: number;
  /** Titles of pages by id; where a new page begins, its title is drawn across. */
  readonly titles?: Readonly<Record<string, string>>;
  /** A moment to mark; the header shows the sessions as they were then. */
  readonly cursor?: { readonly at: number; readonly sessions: readonly SessionState[] } | null;
};

/**
 * The sessions as columns, time running down: statements, outcomes, waits as bars with what is waited for, and
 * lines from the waiting to the holder and from the release to the one released.
 * `width` of the picture is greater than asked for when the columns would get too narrow to read.
 */
export const drawTimeline = (timeline: TimelineState, options: TimelineOptions): TimelinePicture => {
  const { sessions, glyphs, now } = options;
  const column = Math.max(
    minimalColumn,
    Math.floor((options.width - timeWidth) / Math.max(1, sessions.length)),
  );
  const width = Math.max(options.width, timeWidth + column * sessions.length);
  const titles = options.titles ?? {};
  const all = timelineRows(timeline, { sessions, glyphs, now, cellWidth: column - 2 });
  const several = new Set(all.flatMap((row) => row.page ?? [])).size > 1;
  const rows = all.filter((row) => row.page === undefined || (several && titles[row.page] !== undefined));
  const start = timeline.steps[0]?.sentAt ?? 0;
  const cursor = options.cursor ?? null;
  const shown = cursor ? cursor.sessions : timeline.sessions;
  const across = (label: string, cell: (name: string, room: number) => Line): Line =>
    fitLine(
      [
        span(label.padEnd(timeWidth), { dim: true }),
        ...sessions.flatMap((name) => fitLine(fitLine(cell(name, column - 2), column - 2), column)),
      ],
      width,
    );
  const levels = (name: string, room: number): Line =>
    transactionLine(
      shown.find((session) => session.name === name),
      { room, glyphs, now: cursor ? cursor.at : now },
    );
  const busy = sessions.some((name) => levels(name, column - 2).length > 0);
  const header: Line[] = [
    across(' t', (name, room) => sessionTitle(name, sessions, shown, room, glyphs)),
    ...(busy ? [across('', levels)] : []),
    [span(glyphs.hLine.repeat(width), { dim: true })],
  ];
  const marked = cursor ? cursorRow(rows, cursor.at) : -1;
  return {
    header,
    body: rows.map((row, index) => {
      const line = fitLine(
        row.page === undefined
          ? drawRow(row, column, start, glyphs)
          : pageLine(titles[row.page] ?? '', width, glyphs),
        width,
      );
      return cursor && index === marked ? markLine(line, formatMoment(cursor.at - start), glyphs) : line;
    }),
    width,
    rows,
  };
};

/** The row a moment is drawn in: its own, or the last one before it. */
export const cursorRow = (rows: readonly Pick<Row, 'moment' | 'page'>[], at: number): number => {
  const own = rows.findIndex((row) => row.page === undefined && row.moment === at);
  return own >= 0 ? own : rows.findLastIndex((row) => row.page === undefined && row.moment <= at);
};

const markLine = (line: Line, moment: string, glyphs: Glyphs): Line => [
  span(`${glyphs.cursor}${moment.padStart(timeWidth - 3)}  `, { bold: true }),
  ...sliceLine(line, timeWidth, lineWidth(line) - timeWidth),
];

/** Isolation level and age of the snapshot of an open transaction, as much as there is room for; else nothing. */
const transactionLine = (
  session: SessionState | undefined,
  { room, glyphs, now }: { readonly room: number; readonly glyphs: Glyphs; readonly now: number },
): Line => {
  if (!session || session.lost || session.transaction === 'idle' || session.isolation === null) return [];
  const level = sanitizeLine(session.isolation.toUpperCase());
  const initials = level
    .split(' ')
    .map((word) => word.charAt(0))
    .join('');
  // An error gives it up at once (xact.c), also when nobody has asked since.
  const snapshot = session.transaction === 'failed' ? null : session.snapshot;
  const time = snapshot ? formatDuration(now - snapshot.since) : '';
  const ids = snapshot ? (snapshot.age === 1 ? '1 xid' : `${snapshot.age} xids`) : '';
  const dot = ` ${glyphs.middleDot} `;
  const variants = snapshot
    ? [
        `${level}${dot}snapshot ${time}, ${ids} old`,
        `${level}${dot}snapshot ${time}`,
        `${initials}${dot}snapshot ${time}, ${ids} old`,
        `${initials}${dot}snapshot ${time}`,
      ]
    : [level];
  const words = [...variants, level, initials].find((text) => displayWidth(text) <= room) ?? '';
  return [span(words, { dim: true })];
};

/** psql shows the same in its prompt (manual: app-psql, PROMPT1 %x). */
const transactionSign = (session: SessionState): Span => {
  if (session.transaction === 'failed') return span('=!#', { color: 'red' });
  return session.transaction === 'open' ? span('=*#', { bold: true }) : span('=#', { dim: true });
};

const transactionWords = { idle: '', open: 'in a transaction', failed: 'transaction failed' } as const;

const sessionTitle = (
  name: string,
  sessions: readonly string[],
  shown: readonly SessionState[],
  width: number,
  glyphs: Glyphs,
): Line => {
  const title = span(sanitizeLine(name), { bold: true, color: sessionColor(sessions, name) });
  const session = shown.find((candidate) => candidate.name === name);
  const absent: Line = [title, span('  not connected', { dim: true })];
  if (!session) return lineWidth(absent) <= width ? absent : [title];
  if (session.lost) {
    const code = session.lost.sqlstate === null ? '' : ` ${session.lost.sqlstate}`;
    return [title, span(`  ${glyphs.lost} lost${code}`, { color: 'red' })];
  }
  const pid = span(`  pid ${session.pid}`, { dim: true });
  const words = transactionWords[session.transaction];
  const sign = transactionSign(session);
  const gap = span('  ');
  const variants: Line[] = [
    ...(words ? [[title, pid, gap, { ...sign, text: words }]] : []),
    [title, pid, gap, sign],
    [title, span(` ${session.pid}`, { dim: true }), span(' '), sign],
    [title, span(' '), sign],
  ];
  return variants.find((line) => lineWidth(line) <= width) ?? [title];
};

const pageLine = (title: string, width: number, glyphs: Glyphs): Line => {
  const words = ` ${truncate(sanitizeLine(title), Math.max(4, width - timeWidth - 4), glyphs.ellipsis)} `;
  const lead = glyphs.hLine.repeat(timeWidth - 1);
  const rest = glyphs.hLine.repeat(Math.max(0, width - displayWidth(words) - timeWidth + 1));
  return [span(lead + words + rest, { dim: true })];
};

const drawRow = (row: Row, column: number, start: number, glyphs: Glyphs): Line => {
  const moment = row.at === null ? '' : formatMoment(row.at - start);
  const time = span(`${moment.padStart(timeWidth - 2)}  `, { dim: true });
  const { link } = row;
  const low = link ? Math.min(link.from, link.to) : -1;
  const high = link ? Math.max(link.from, link.to) : -1;
  const parts: Span[] = [time];
  for (let index = 0; index < row.cells.length; index += 1) {
    const cell = row.cells[index] ?? [];
    if (!link || low < 0 || index < low || index > high || low === high) parts.push(...fitLine(cell, column));
    else if (index === high) parts.push(...fitLine(cell, column));
    else if (index === low)
      parts.push(...cell, ...connector(row, low, high, column - lineWidth(cell), column, glyphs, link.style));
  }
  return parts;
};

/** The line between two cells, over the columns between them, with its head at the cell it points to. */
const connector = (
  row: Row,
  low: number,
  high: number,
  rest: number,
  column: number,
  glyphs: Glyphs,
  style: Style,
): Line => {
  const total = rest + (high - low - 1) * column;
  const toRight = row.link?.to === high;
  const head = toRight ? glyphs.arrowRight : glyphs.arrowLeft;
  const length = total - 2 - displayWidth(head);
  if (length < 1) return fitLine([], total);
  const strokes = Array.from({ length }, (_, index) => {
    // Where the line crosses the bar of a session between the two, both stay visible.
    const at = index + 1 + (toRight ? 0 : displayWidth(head)) - rest;
    const between = at >= 0 && at % column === 0 ? low + 1 + at / column : -1;
    return between > low && between < high && row.cells[between] ? glyphs.cross : glyphs.hLine;
  }).join('');
  return [span(' '), span(toRight ? strokes + head : head + strokes, style), span(' ')];
};
