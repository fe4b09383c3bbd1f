import type { Position, Problem } from './types.ts';

/** Collects what is wrong while reading goes on. */
export type Problems = {
  readonly list: readonly Problem[];
  error(position: Position, message: string): void;
  warning(position: Position, message: string): void;
};

export const collectProblems = (): Problems => {
  const list: Problem[] = [];
  return {
    list,
    error: (position, message) => void list.push({ position, severity: 'error', message }),
    warning: (position, message) => void list.push({ position, severity: 'warning', message }),
  };
};

/** Whether the lesson can be played in spite of them. */
export const hasError = (problems: readonly Problem[]): boolean =>
  problems.some((problem) => problem.severity === 'error');

/** In the order of the file. */
export const sortProblems = (problems: readonly Problem[]): Problem[] =>
  [...problems].sort(
    ({ position: a }, { position: b }) =>
      (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column,
  );

/** A word of an author's, cut to what fits in a message. */
export const quoted = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return `"${line.length > 40 ? `${line.slice(0, 39)}…` : line}"`;
};
