import { type Line, lineText, plainLine, type Span, span } from './line.ts';
import { type Cluster, clusters, isAscii } from './width.ts';

/** What is never broken unless it is wider than a whole line: a word, one wide character, or a run of spaces. */
type Piece = { readonly blank: boolean; readonly spans: Span[]; width: number };

/** Signs that no line starts with. */
const closingSigns = '、。，．・：；？！）］｝」』】〉》〕々ー';

const pieces = (line: Line): Piece[] => {
  const result: Piece[] = [];
  let open: Piece | null = null;
  const add = (text: string, width: number, part: Span, blank: boolean): void => {
    if (!open || open.blank !== blank) {
      open = { blank, spans: [], width: 0 };
      result.push(open);
    }
    open.spans.push(span(text, part.style));
    open.width += width;
  };
  let afterWide = false;
  for (const part of line) {
    for (const [run] of part.text.matchAll(/ +|[^ ]+/g)) {
      if (isAscii(run)) {
        add(run, run.length, part, run.startsWith(' '));
        afterWide = false;
        continue;
      }
      // Chinese and Japanese are written without spaces: a line may break before and after any wide character.
      for (const { text, width } of clusters(run)) {
        const wide = width > 1;
        if (wide ? !closingSigns.includes(text) : afterWide) open = null;
        add(text, width, part, false);
        afterWide = wide;
      }
    }
  }
  return result;
};

/** Neighbours of one style become one span. */
const joinSpans = (line: Line): Line => {
  const result: Span[] = [];
  for (const part of line) {
    const last = result.at(-1);
    if (last && last.style === part.style)
      result[result.length - 1] = span(last.text + part.text, part.style);
    else result.push(part);
  }
  return result;
};

/** Characters wider than a whole line cannot be shown there. */
const fitting = (cluster: Cluster, width: number): Cluster =>
  cluster.width <= width ? cluster : { text: '?', width: 1 };

/**
 * Breaks a line at spaces so that no line is wider than `width` columns; words that are too long are cut.
 * Spaces at a break are dropped, those at the start are kept. `indent` columns are put before every line but the
 * first.
 */
export const wrapLine = (line: Line, width: number, options: { readonly indent?: number } = {}): Line[] => {
  const columns = Math.max(1, width);
  const indent = Math.max(0, Math.min(options.indent ?? 0, columns - 2));
  const lines: Line[] = [];
  let current: Span[] = [];
  let used = 0;
  let empty = true;
  let pending: Piece | null = null;

  const breakLine = (): void => {
    lines.push(joinSpans(current));
    current = indent > 0 ? [span(' '.repeat(indent))] : [];
    used = indent;
    empty = true;
    pending = null;
  };
  const put = (piece: Piece): void => {
    current.push(...piece.spans);
    used += piece.width;
    empty = false;
  };
  const cut = (piece: Piece): void => {
    for (const part of piece.spans) {
      let text = '';
      for (const cluster of clusters(part.text)) {
        const { text: shown, width: shownWidth } = fitting(cluster, columns - indent);
        if (used + shownWidth > columns) {
          if (text !== '') current.push(span(text, part.style));
          text = '';
          breakLine();
        }
        text += shown;
        used += shownWidth;
      }
      if (text !== '') current.push(span(text, part.style));
    }
    empty = false;
  };

  for (const piece of pieces(line)) {
    if (piece.blank) {
      if (!empty || lines.length === 0) pending = piece;
      continue;
    }
    const gap: Piece | null = pending;
    if (used + (gap?.width ?? 0) + piece.width <= columns) {
      if (gap) put(gap);
      put(piece);
    } else {
      if (!empty) breakLine();
      if (used + piece.width <= columns) put(piece);
      else cut(piece);
    }
    pending = null;
  }
  lines.push(joinSpans(current));
  return lines;
};

/** Wraps a line of code; what follows stands a little deeper than the line itself. */
export const wrapCode = (line: Line, width: number): Line[] => {
  const own = lineText(line).search(/[^ ]|$/);
  return wrapLine(line, width, { indent: Math.min(own + 2, Math.floor(width / 2)) });
};

/** Word wrap of sanitized text of any number of lines. */
export const wrapText = (text: string, width: number): string[] =>
  text.split('\n').flatMap((line) => wrapLine(plainLine(line), width).map(lineText));
