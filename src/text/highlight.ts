import { type Line, plainLine } from './line.ts';
import { sanitize } from './sanitize.ts';

export type Language = 'sql' | 'json' | 'text';

/** Code to styled lines, one for each line of the code; its text is sanitized. */
export type Highlighter = (code: string, language: Language) => Line[];

const codeLines = (code: string): string[] => sanitize(code).split('\n');

/** For places where colour is not worth the loading of a highlighter. */
export const plainHighlighter: Highlighter = (code) => codeLines(code).map((line) => plainLine(line));

/** Loads cli-highlight; done once and only where code is shown in colour. */
export const loadHighlighter = async (): Promise<Highlighter> =>
  (await import('./color-highlighter.ts')).colorHighlighter;
