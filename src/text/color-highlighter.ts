import { DEFAULT_THEME, highlight } from 'cli-highlight';
import { type Line, type Span, type Style, span } from './line.ts';
import { type Highlighter, plainHighlighter } from './plain-highlighter.ts';
import { sanitize } from './sanitize.ts';

// Loaded by highlight.ts when it is needed. cli-highlight is imported here by its names and not there by `import()`:
// for a CommonJS module that gives different things in Node, in vitest and in the bundle.

/** Few and quiet: most of the text keeps the terminal's own foreground. */
const styles: Readonly<Record<string, Style>> = {
  keyword: { bold: true },
  literal: { bold: true },
  string: { color: 'green' },
  number: { color: 'cyan' },
  comment: { dim: true },
  attr: { color: 'blue' },
  meta: { dim: true },
};
const styled = Object.keys(styles);

// cli-highlight's theme functions return strings. Ours put noncharacters around each token (U+FDD0 and up, one for
// each style; U+FDEF ends it): they cannot stand in text that is meant for exchange, and are taken out of the code.
const firstMarker = 0xfdd0;
const endMarker = '\ufdef';
const markers = /[\ufdd0-\ufdef]/g;

/** Beyond this many characters colour is not worth the time: for some texts it grows with the square of the length. */
const limit = 10_000;

const parseMarked = (marked: string): Line[] => {
  const lines: Span[][] = [[]];
  const stack: Style[] = [];
  for (const part of marked.split(/([\ufdd0-\ufdef\n])/)) {
    if (part === '') continue;
    const code = part.charCodeAt(0) - firstMarker;
    if (part === '\n') lines.push([]);
    else if (part === endMarker) stack.pop();
    else if (code >= 0 && code < styled.length) stack.push(styles[styled[code] ?? ''] ?? {});
    else lines.at(-1)?.push(span(part, stack.at(-1)));
  }
  return lines;
};

// A token that is missing from our theme would get cli-highlight's own ANSI colours.
const theme: Record<string, (code: string) => string> = {};
for (const token of Object.keys(DEFAULT_THEME)) theme[token] = (code) => code;
styled.forEach((token, index) => {
  const start = String.fromCharCode(firstMarker + index);
  theme[token] = (code) => `${start}${code}${endMarker}`;
});

/** SQL and JSON in colour. */
export const colorHighlighter: Highlighter = (code, language) => {
  if (language === 'text' || code.length > limit) return plainHighlighter(code, language);
  const clean = sanitize(code).replace(markers, '\ufffd');
  const name = language === 'sql' ? 'pgsql' : 'json';
  return parseMarked(highlight(clean, { language: name, ignoreIllegals: true, theme }));
};
