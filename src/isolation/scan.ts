import type { Position } from '../lesson/types.ts';
import { SpecError } from './error.ts';

const keywords = ['notices', 'permutation', 'session', 'setup', 'step', 'teardown'] as const;
export type Keyword = (typeof keywords)[number];

export type Token = { readonly position: Position } & (
  | { readonly type: 'keyword'; readonly text: Keyword }
  /** A name, bare or quoted. */
  | { readonly type: 'name'; readonly text: string }
  | { readonly type: 'number'; readonly text: string }
  | { readonly type: 'sql'; readonly text: string }
  | { readonly type: 'sign'; readonly text: string }
  | { readonly type: 'end'; readonly text: '' }
);

export const syntaxError = ({ file, line, column }: Position, message: string): SpecError =>
  new SpecError('spec-syntax', `${file}:${line}:${column}: ${message}`);

/** What separates tokens: blanks, line ends, comments to the end of the line. */
const skipped = /(?:[ \t\r\f\n]|#[^\n\r]*)+/y;
/** A letter beyond ASCII is a letter. */
const word = /[A-Za-z_\u0080-\u{10ffff}][A-Za-z_0-9$\u0080-\u{10ffff}]*/uy;
const number = /[0-9]+/y;
const sign = /[,()*]/y;
/** Up to the first closing brace, whatever it stands in; blanks next to the braces are no part of it. */
const sql = /\{[ \t\r\f]*([^}]*?)[ \t\r\f]*\}/y;
const quoted = /"((?:[^"\n]|"")*)"/y;

const isKeyword = (text: string): text is Keyword => keywords.some((one) => one === text);

/**
 * Splits a spec into tokens (src/test/isolation/specscanner.l).
 * @throws {SpecError} naming file, line and column (of UTF-16 units, from 1)
 */
export const scan = (text: string, file: string): Token[] => {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  let lineStart = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  const advance = (taken: string): void => {
    for (let end = taken.indexOf('\n'); end >= 0; end = taken.indexOf('\n', end + 1)) {
      line++;
      lineStart = at + end + 1;
    }
    at += taken.length;
  };
  for (;;) {
    const blank = match(skipped);
    if (blank) advance(blank[0]);
    const position: Position = { file, line, column: at - lineStart + 1 };
    const next = text[at];
    if (next === undefined) {
      tokens.push({ type: 'end', text: '', position });
      return tokens;
    }
    const found =
      next === '"'
        ? match(quoted)
        : next === '{'
          ? match(sql)
          : (match(word) ?? match(number) ?? match(sign));
    if (!found) throw syntaxError(position, misread(next, text.slice(at)));
    const [whole, inner = ''] = found;
    if (next === '"') tokens.push({ type: 'name', text: inner.replaceAll('""', '"'), position });
    else if (next === '{') tokens.push({ type: 'sql', text: inner, position });
    else if (isKeyword(whole)) tokens.push({ type: 'keyword', text: whole, position });
    else if (/^\d/.test(whole)) tokens.push({ type: 'number', text: whole, position });
    else tokens.push({ type: /^[,()*]$/.test(whole) ? 'sign' : 'name', text: whole, position });
    advance(whole);
  }
};

const misread = (first: string, rest: string): string => {
  if (first === '{') return 'this SQL block is not closed: there is no } after it';
  if (first !== '"') return `unexpected character "${String.fromCodePoint(rest.codePointAt(0) ?? 0)}"`;
  return rest.includes('\n')
    ? 'this quoted name is not closed on its line'
    : 'this quoted name is not closed';
};
