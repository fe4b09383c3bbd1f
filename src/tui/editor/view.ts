import type { Highlighter } from '../../text/highlight.ts';
import { type Line, lineText, plainLine, span } from '../../text/line.ts';
import { clusters, fitLine, lineWidth, sliceLine } from '../../text/width.ts';
import type { Content } from './state.ts';

export type EditorOptions = {
  readonly width: number;
  /** Lines shown at most. */
  readonly height: number;
  readonly highlight: Highlighter;
  /** Whether the cursor is drawn. */
  readonly focused: boolean;
  /** What stands before the first line, and before every other; of one width. */
  readonly prompt: { readonly first: Line; readonly more: Line };
};

export type EditorPicture = {
  /** As many as there are, at most `height`; each exactly `width` columns. */
  readonly lines: readonly Line[];
  /** Where the cursor is among them. */
  readonly cursor: { readonly row: number; readonly column: number };
};

type Segment = { readonly from: number; readonly to: number };
type Place = { readonly segment: number; readonly column: number; readonly width: number };

/** The columns at which a line is broken: behind a space if there is one, never within a wide character. */
const segmentsOf = (line: string, width: number): Segment[] => {
  const segments: Segment[] = [];
  let start = 0;
  let column = 0;
  let gap = 0;
  for (const cluster of clusters(line)) {
    if (column + cluster.width - start > width) {
      const end = gap > start ? gap : column;
      segments.push({ from: start, to: end });
      start = end;
    }
    column += cluster.width;
    if (cluster.text === ' ') gap = column;
  }
  return [...segments, { from: start, to: column }];
};

/** Where the cursor falls; behind a full line it needs another one. */
const placeOf = (line: string, cursor: number, segments: Segment[], width: number): Place => {
  let column = 0;
  let index = 0;
  let own = 0;
  for (const cluster of clusters(line)) {
    if (index === cursor) own = cluster.width;
    if (index >= cursor) break;
    column += cluster.width;
    index += 1;
  }
  const last = segments.at(-1);
  if (own === 0 && last && column - last.from >= width) segments.push({ from: column, to: column });
  const segment = segments.findLastIndex(({ from }) => from <= column);
  return { segment, column: column - (segments[segment]?.from ?? 0), width: own };
};

/** The character under the cursor turned around; behind the text, a blank. */
const withCursor = (line: Line, column: number, width: number): Line => {
  const under = width > 0 ? sliceLine(line, column, width) : [];
  const text = width > 0 ? lineText(under) : ' ';
  return [
    ...sliceLine(line, 0, column),
    span(text, { ...under[0]?.style, inverse: true }),
    ...sliceLine(line, column + width, lineWidth(line)),
  ];
};

/** The text with its cursor, long lines broken at the edge; the window follows the cursor. */
export const drawEditor = (content: Content, options: EditorOptions): EditorPicture => {
  const { highlight, focused, prompt } = options;
  const gutter = lineWidth(prompt.first);
  const width = Math.max(2, options.width - gutter);
  const coloured = highlight(content.lines.join('\n'), 'sql');
  const lines: Line[] = [];
  let cursor = { row: 0, column: 0 };
  content.lines.forEach((text, row) => {
    const drawn = coloured[row];
    const line = drawn && lineText(drawn) === text ? drawn : plainLine(text);
    const segments = segmentsOf(text, width);
    const at = row === content.row ? placeOf(text, content.column, segments, width) : null;
    segments.forEach(({ from, to }, index) => {
      const part = sliceLine(line, from, to - from);
      const lead = lines.length === 0 ? prompt.first : prompt.more;
      const here = at?.segment === index ? at : null;
      if (here) cursor = { row: lines.length, column: gutter + here.column };
      lines.push([...lead, ...(here && focused ? withCursor(part, here.column, here.width) : part)]);
    });
  });
  const height = Math.max(1, options.height);
  const from = Math.max(0, Math.min(cursor.row - Math.floor(height / 2), lines.length - height));
  return {
    lines: lines.slice(from, from + height).map((line) => fitLine(line, options.width)),
    cursor: { row: cursor.row - from, column: cursor.column },
  };
};
