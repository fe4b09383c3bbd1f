import { type Line, plainLine } from './line.ts';
import { sanitize } from './sanitize.ts';

export type Language = 'sql' | 'json' | 'text';

/** Code to styled lines, one for each line of the code; its text is sanitized. */
export type Highlighter = (code: string, language: Language) => Line[];

/** For places where colour is not worth the loading of a highlighter. */
export const plainHighlighter: Highlighter = (code) =>
  sanitize(code)
    .split('\n')
    .map((line) => plainLine(line));
