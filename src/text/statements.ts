/** One statement of a script, as psql would send it. */
export type Statement = {
  /** Without the semicolon, and without white space and `--` comments before it. */
  readonly text: string;
  /** Where `text` starts in the script, in UTF-16 units as `String.slice` counts. */
  readonly offset: number;
  /** The line of the script where `text` starts, from 1. */
  readonly line: number;
  /** What stands below `copy … from stdin;` up to a line `\.`; null for every other statement. */
  readonly copyData: string | null;
};

const identifier = /[A-Za-z_\x80-\uffff][A-Za-z0-9_$\x80-\uffff]*/y;
const number = /\$?[0-9]+(?:[A-Za-z_\x80-\uffff][A-Za-z0-9_$\x80-\uffff]*)?/y;
const dollarQuote = /\$(?:[A-Za-z_\x80-\uffff][A-Za-z0-9_\x80-\uffff]*)?\$/y;
const space = /[ \t\n\r\f\v]+/y;
const lineEnd = /[\n\r]/g;
const commentMark = /\/\*|\*\//g;
const escapeMark = /['\\]/g;
const endOfData = /^\\\.\r?$/gm;

const matchAt = (pattern: RegExp, text: string, at: number): string | null => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
};

/** Where the first match from `at` on stands and ends; the end of the text when there is none. */
const find = (pattern: RegExp, text: string, at: number): { start: number; end: number; found: string } => {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  return match
    ? { start: match.index, end: pattern.lastIndex, found: match[0] }
    : { start: text.length, end: text.length, found: '' };
};

/** The end of something that goes on to the next `mark`. */
const after = (text: string, mark: string, at: number): number => {
  const index = text.indexOf(mark, at);
  return index < 0 ? text.length : index + mark.length;
};

/** The end of a comment, which may hold others; `at` is behind its opening mark. */
const afterComment = (text: string, at: number): number => {
  let position = at;
  for (let depth = 1; depth > 0 && position < text.length; ) {
    const mark = find(commentMark, text, position);
    if (mark.found !== '') depth += mark.found === '/*' ? 1 : -1;
    position = mark.end;
  }
  return position;
};

/** The end of an E'' string; `at` is behind its opening quote. */
const afterEscapeString = (text: string, at: number): number => {
  let position = at;
  while (position < text.length) {
    const mark = find(escapeMark, text, position);
    if (mark.found === "'" && text[mark.end] !== "'") return mark.end;
    position = mark.end + 1;
  }
  return text.length;
};

/**
 * What psql's scanner remembers of the words of a statement to find the body of an SQL-standard function
 * (`begin atomic … end`), in which semicolons end nothing; and what tells COPY … FROM STDIN, which psql learns from
 * the server.
 */
class Words {
  private readonly first: string[] = [];
  private last = '';
  private blocks = 0;
  private readsStdin = false;

  add(word: string, parentheses: number): void {
    const lower = word.toLowerCase();
    if (this.first.length < 4) this.first.push(lower);
    if (parentheses > 0) return;
    if (this.last === 'from' && lower === 'stdin' && this.first[0] === 'copy') this.readsStdin = true;
    this.last = lower;
    if (!this.createsRoutine()) return;
    if (lower === 'begin' || (lower === 'case' && this.blocks > 0)) this.blocks += 1;
    else if (lower === 'end' && this.blocks > 0) this.blocks -= 1;
  }

  /** Something that is not a word stands between two words. */
  interrupt(): void {
    this.last = '';
  }

  get inBody(): boolean {
    return this.blocks > 0;
  }

  get isCopyFromStdin(): boolean {
    return this.readsStdin;
  }

  private createsRoutine(): boolean {
    const [create, second, replace, fourth] = this.first;
    if (create !== 'create') return false;
    const kind = second === 'or' && replace === 'replace' ? fourth : second;
    return kind === 'function' || kind === 'procedure';
  }
}

/**
 * Splits a script where psql does: at semicolons outside of quotes, comments, parentheses and function bodies
 * (PostgreSQL's src/fe_utils/psqlscan.l; standard_conforming_strings is taken to be on). Backslash commands and
 * variables are not known: what they are made of stays in the text. Statements without a token are left out. What
 * is not terminated goes on to the end, for the server to complain about.
 *
 * The data of COPY starts on the next line, as in psql; what follows its semicolon on the same line comes after it.
 */
export const splitStatements = (sql: string): Statement[] => {
  const statements: Statement[] = [];
  let position = 0;
  /** Where scanning stops and goes on after copy data has been taken; the end of the script otherwise. */
  let end = sql.length;
  let resume = sql.length;

  let start = -1;
  let hasToken = false;
  let parentheses = 0;
  let words = new Words();

  let line = 1;
  let counted = 0;
  const lineAt = (offset: number): number => {
    for (let at = sql.indexOf('\n', counted); at >= 0 && at < offset; at = sql.indexOf('\n', at + 1))
      line += 1;
    counted = offset;
    return line;
  };

  const takeCopyData = (): string => {
    const dataStart = end < sql.length ? resume : find(/\n/g, sql, position).end;
    const mark = find(endOfData, sql, dataStart);
    if (end === sql.length) end = Math.max(position, dataStart - 1);
    resume = mark.found === '' ? sql.length : after(sql, '\n', mark.end);
    return sql.slice(dataStart, mark.start);
  };

  const finish = (to: number): void => {
    if (hasToken) {
      const text = sql.slice(start, to).trimEnd();
      const copyData = words.isCopyFromStdin ? takeCopyData() : null;
      statements.push({ text, offset: start, line: lineAt(start), copyData });
    }
    start = -1;
    hasToken = false;
    parentheses = 0;
    words = new Words();
  };

  /** The end of the token at `position`, which is neither white space nor a comment nor a semicolon. */
  const afterToken = (): number => {
    const word = matchAt(identifier, sql, position);
    if (word !== null) {
      const next = position + word.length;
      if (word.toLowerCase() === 'e' && sql[next] === "'") {
        words.interrupt();
        return afterEscapeString(sql, next + 1);
      }
      words.add(word, parentheses);
      return next;
    }
    words.interrupt();
    const character = sql[position];
    if (character === "'" || character === '"') return after(sql, character, position + 1);
    if (character === '(') parentheses += 1;
    if (character === ')') parentheses = Math.max(0, parentheses - 1);
    const digits = matchAt(number, sql, position);
    if (digits !== null) return position + digits.length;
    const delimiter = matchAt(dollarQuote, sql, position);
    if (delimiter !== null) return after(sql, delimiter, position + delimiter.length);
    return position + 1;
  };

  while (position < sql.length) {
    const blank = matchAt(space, sql, position);
    if (blank !== null) position += blank.length;
    else if (sql.startsWith('--', position)) position = find(lineEnd, sql, position).start;
    else if (sql[position] === ';' && parentheses === 0 && !words.inBody) {
      position += 1;
      finish(position - 1);
    } else {
      if (start < 0) start = position;
      if (sql.startsWith('/*', position)) position = afterComment(sql, position + 2);
      else {
        hasToken = true;
        position = afterToken();
      }
    }
    if (position >= end && end < sql.length) {
      finish(end);
      position = resume;
      end = sql.length;
    }
  }
  finish(sql.length);
  return statements;
};
