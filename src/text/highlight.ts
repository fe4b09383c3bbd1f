import { type Line, plainLine, type Span, type Style, span } from './line.ts';
import { sanitize } from './sanitize.ts';

export type Language = 'sql' | 'json' | 'text';

/** Code to styled lines, one for each line of the code; its text is sanitized. */
export type Highlighter = (code: string, language: Language) => Line[];

const codeLines = (code: string): string[] => sanitize(code).split('\n');

/** For places where colour is not worth the loading of a highlighter. */
export const plainHighlighter: Highlighter = (code) => codeLines(code).map((line) => plainLine(line));

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

/** Beyond this many characters colour is not worth the time. */
const limit = 100_000;

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

/** Loads cli-highlight; done once and only where code is shown in colour. */
export const loadHighlighter = async (): Promise<Highlighter> => {
  const { highlight, DEFAULT_THEME } = await import('cli-highlight');
  const theme: Record<string, (code: string) => string> = {};
  // A token that is missing from our theme would get cli-highlight's own ANSI colours.
  for (const token of Object.keys(DEFAULT_THEME)) theme[token] = (code) => code;
  styled.forEach((token, index) => {
    const start = String.fromCharCode(firstMarker + index);
    theme[token] = (code) => `${start}${code}${endMarker}`;
  });
  return (code, language) => {
    if (language === 'text' || code.length > limit) return plainHighlighter(code, language);
    const clean = sanitize(code).replace(markers, '\ufffd');
    return parseMarked(
      highlight(clean, { language: language === 'sql' ? 'pgsql' : 'json', ignoreIllegals: true, theme }),
    );
  };
};
