// What Ink's Output makes of one line, in time that grows with its changes of style and not with its characters.
// The build hands lines to it before Ink takes them apart (scripts/quick-ink.mjs; test/tui/quick-ink.test.ts compares).

import { styledCharsFromTokens, styledCharsToString, tokenize } from '@alcalzone/ansi-tokenize';
import { simpleWidth } from '../src/text/width.ts';

const style = /(\x1b\[\d+m)/;
const tokens = new Map();

const styleToken = (code) => {
  let token = tokens.get(code);
  if (!token) {
    [token] = tokenize(code);
    tokens.set(code, token);
  }
  return token;
};

/** Runs of one style as if each were a character, and their columns; null when a character needs a closer look. */
const runsOf = (text) => {
  const parts = [];
  let columns = 0;
  for (const part of text.split(style)) {
    if (part === '') continue;
    if (style.test(part)) {
      parts.push(styleToken(part));
      continue;
    }
    const width = simpleWidth(part);
    if (width === null) return null;
    columns += width;
    parts.push({ type: 'char', value: part, fullWidth: false });
  }
  return { runs: styledCharsFromTokens(parts), columns };
};

/** The line in Ink's own form; null when only Ink can say. */
export const normalLine = (text) => {
  const line = runsOf(text);
  return line && styledCharsToString(line.runs);
};

/** The row of a grid that wide with this line, and nothing else, in it; null when only Ink can say. */
export const finishedRow = (text, width) => {
  const line = runsOf(text);
  if (!line || line.columns > width) return null;
  const blank = { type: 'char', value: ' '.repeat(width - line.columns), fullWidth: false, styles: [] };
  return styledCharsToString([...line.runs, blank]).trimEnd();
};
