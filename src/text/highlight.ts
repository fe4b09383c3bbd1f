import type { Highlighter } from './plain-highlighter.ts';

export { type Highlighter, type Language, plainHighlighter } from './plain-highlighter.ts';

/** Loads cli-highlight; done once and only where code is shown in colour. */
export const loadHighlighter = async (): Promise<Highlighter> =>
  (await import('./color-highlighter.ts')).colorHighlighter;
