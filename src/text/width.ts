import stringWidth from 'string-width';
import { type Line, lineText, type Span, span } from './line.ts';

const printableAscii = /^[\x20-\x7e]*$/;

/** Nothing but printable ASCII: as wide as it is long. */
export const isAscii = (text: string): boolean => printableAscii.test(text);

// Most of the world's text needs no segmenter: these characters never join with each other. Latin, Greek, Cyrillic,
// punctuation, arrows, mathematics, boxes and our own signs take one column; kana, Han and Hangul syllables two.
const simpleText =
  /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u2190-\u2319\u2500-\u25fc\u23ce\u2620\u2713\u2717\u3001-\u3029\u3041-\u3096\u30a1-\u30fe\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60]*$/;
const wideSimple =
  /[\u3001-\u3029\u3041-\u3096\u30a1-\u30fe\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60]/g;
const firstWideSimple = 0x3001;

const graphemes = new Intl.Segmenter();

/** What lies between two boundaries of grapheme clusters, one after another. */
function* segments(text: string): Generator<string, void> {
  if (simpleText.test(text)) yield* text;
  else for (const { segment } of graphemes.segment(text)) yield segment;
}

/** Emoji modifiers: as wide as an emoji in tmux, VTE and xterm.js, which do not join them with the one before. */
const joinedSkinTone = /(?!^)[\u{1f3fb}-\u{1f3ff}]/gu;

/** Columns of text made of characters that never join, as string-width has them; null for other text. */
export const simpleWidth = (text: string): number | null => {
  if (isAscii(text)) return text.length;
  if (!simpleText.test(text)) return null;
  if (text.length === 1) return text.charCodeAt(0) < firstWideSimple ? 1 : 2;
  return text.length + (text.match(wideSimple)?.length ?? 0);
};

/** Columns that sanitized text takes in a terminal; where terminals disagree, the most that it takes. */
export const displayWidth = (text: string): number =>
  simpleWidth(text) ?? stringWidth(text) + 2 * (text.match(joinedSkinTone)?.length ?? 0);

/** Columns of a line of sanitized spans. */
export const lineWidth = (line: Line): number => {
  let width = 0;
  for (const part of line) width += displayWidth(part.text);
  return width;
};

/** A character as a reader sees it (a grapheme cluster), and its columns: 0, 1 or 2, more in a few scripts. */
export type Cluster = { readonly text: string; readonly width: number };

/** The characters of a text, one after another and only as far as they are asked for. */
export function* clusters(text: string): Generator<Cluster, void> {
  for (const segment of segments(text)) yield { text: segment, width: displayWidth(segment) };
}

/** The clusters that fit; null when the text is not whole and its last cluster, which may be cut, is reached. */
const fittingClusters = (text: string, width: number, whole: boolean): Cluster | null => {
  let end = 0;
  let columns = 0;
  for (const segment of segments(text)) {
    if (!whole && end + segment.length === text.length) return null;
    const next = columns + displayWidth(segment);
    if (next > width) break;
    columns = next;
    end += segment.length;
  }
  return { text: text.slice(0, end), width: columns };
};

/** The longest beginning of `text` that fits `width` columns. Its cost depends on `width`, not on the text. */
export const takeColumns = (text: string, width: number): Cluster => {
  // One character more than fits: it might be a mark that belongs to the last one.
  const start = text.slice(0, Math.max(0, width) + 1);
  if (isAscii(start)) {
    const fitting = start.slice(0, Math.max(0, width));
    return { text: fitting, width: fitting.length };
  }
  // A segmenter reads its whole text before it gives the first cluster, so it gets no more than needed.
  for (let size = 64 + 16 * width; size < text.length; size *= 8) {
    const fitting = fittingClusters(text.slice(0, size), width, false);
    if (fitting) return fitting;
  }
  return fittingClusters(text, width, true) ?? { text: '', width: 0 };
};

/** At most `width` columns of `text`; a cut one ends in the ellipsis. */
export const truncate = (text: string, width: number, ellipsis = '…'): string => {
  if (takeColumns(text, width).text.length === text.length) return text;
  const end = takeColumns(ellipsis, width);
  return takeColumns(text, width - end.width).text + end.text;
};

const blanks = (width: number): string => ' '.repeat(Math.max(0, width));

/** `text` followed by spaces up to `width` columns; a longer one stays as it is. */
export const padEnd = (text: string, width: number): string => text + blanks(width - displayWidth(text));

/** `text` after spaces up to `width` columns; a longer one stays as it is. */
export const padStart = (text: string, width: number): string => blanks(width - displayWidth(text)) + text;

/** The part of `text` that starts at column `at` and lies between the columns `from` and `to`. */
const window = (text: string, at: number, from: number, to: number): string => {
  if (isAscii(text)) return text.slice(Math.max(0, from - at), Math.max(0, to - at));
  let result = '';
  let column = at;
  for (const segment of segments(text)) {
    const start = column;
    column += displayWidth(segment);
    if (column > from && start >= from && column <= to) result += segment;
    else if (column === from && start === from && from === 0) result += segment;
    else result += blanks(Math.min(column, to) - Math.max(start, from));
    if (column > to) break;
  }
  return result;
};

/**
 * Columns `from` to `from + width` of a line, shorter where the line ends. A wide character that lies half
 * outside becomes spaces.
 */
export const sliceLine = (line: Line, from: number, width: number): Line => {
  const to = from + width;
  const result: Span[] = [];
  let column = 0;
  for (const part of line) {
    if (column >= to && width > 0) break;
    const end = column + displayWidth(part.text);
    if (column >= from && end <= to) result.push(part);
    else if (end > from) {
      const text = window(part.text, column, from, to);
      if (text !== '') result.push(span(text, part.style));
    }
    column = end;
  }
  return result;
};

/** The line at exactly `width` columns: cut with an ellipsis, or filled with spaces. */
export const fitLine = (line: Line, width: number, ellipsis = '…'): Line => {
  const own = lineWidth(line);
  if (own === width) return line;
  if (own < width) return [...line, span(blanks(width - own))];
  // Blanks at the end are not missed.
  if (displayWidth(lineText(line).trimEnd()) <= width) return sliceLine(line, 0, width);
  const end = takeColumns(ellipsis, width);
  const kept = sliceLine(line, 0, width - end.width);
  return [...kept, span(end.text, kept.at(-1)?.style)];
};
