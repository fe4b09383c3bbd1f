import { sqlKeywords } from '../../text/sql-keywords.ts';
import { splitStatements } from '../../text/statements.ts';
import type { DatabaseCatalog } from '../../timeline/database-catalog.ts';

export type Candidate = {
  /** What is put in place of the prefix. */
  readonly text: string;
  readonly kind: 'column' | 'relation' | 'schema' | 'keyword';
  /** A word about it: the type of a column, what a relation is. */
  readonly detail: string;
};

export type Completion = {
  /** What was typed of the word, behind any dot; it ends at the cursor. */
  readonly prefix: string;
  /** Columns first, then relations, schemas, keywords; at most `limit`. */
  readonly candidates: readonly Candidate[];
};

type Token = {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly kind: 'word' | 'sign';
};

const limit = 200;
const none: Completion = { prefix: '', candidates: [] };

// Comments, strings (an open one goes to the end), quoted names, words, and any other sign.
const tokenPattern =
  /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|(?:\b[eE])?'(?:[^'\\]|''|\\[\s\S])*(?:'|$)|\$([A-Za-z_]*)\$[\s\S]*?(?:\$\2\$|$))|("(?:[^"]|"")*(?:"|$)|[\p{L}_][\p{L}\p{N}_$]*)|\d[\w.]*|\S/gu;

/** Words and signs; null when the cursor stands in a comment or a string. */
const tokensOf = (sql: string, cursor: number): Token[] | null => {
  const tokens: Token[] = [];
  for (const match of sql.matchAll(tokenPattern)) {
    const [text, skipped, , word] = match;
    const [start, end] = [match.index, match.index + text.length];
    if (skipped !== undefined) {
      const closed = text.startsWith('--') ? false : end < sql.length || /(\*\/|'|\$)$/.test(text);
      if (start < cursor && (cursor < end || (cursor === end && !closed))) return null;
      continue;
    }
    tokens.push({ text, start, end, kind: word === undefined ? 'sign' : 'word' });
  }
  return tokens;
};

/** A name as stored: folded unless it is quoted. */
const nameOf = (text: string): string =>
  text.startsWith('"') ? text.replace(/^"|"$/g, '').replaceAll('""', '"') : text.toLowerCase();

const quoteName = (name: string, opened: boolean): string =>
  !opened && /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;

const relationWords = new Set([
  'from',
  'join',
  'into',
  'update',
  'table',
  'only',
  'truncate',
  'references',
  'lock',
  'analyze',
  'vacuum',
  'view',
]);
/** Words that end a list of relations, or cannot be an alias. */
const clauseWords = new Set([
  'where',
  'on',
  'using',
  'set',
  'group',
  'order',
  'having',
  'limit',
  'offset',
  'for',
  'returning',
  'values',
  'select',
  'union',
  'intersect',
  'except',
  'window',
  'left',
  'right',
  'full',
  'inner',
  'cross',
  'natural',
  'join',
  'from',
  'as',
  'fetch',
  'when',
  'default',
  'update',
  'into',
  'tablesample',
  'in',
]);

type Source = { readonly schema: string | null; readonly name: string; readonly alias: string };

/** The relations a statement names, each under the name that columns are asked for with. */
const sourcesOf = (tokens: readonly Token[]): Source[] => {
  const sources: Source[] = [];
  const isWord = (at: number): boolean => tokens[at]?.kind === 'word';
  const lower = (at: number): string => tokens[at]?.text.toLowerCase() ?? '';
  let listed = false;
  for (let at = 0; at < tokens.length; at += 1) {
    const word = lower(at);
    const begins = ['from', 'join', 'into', 'update'].includes(word) || (word === 'table' && at < 2);
    if (!begins && !(word === ',' && listed)) {
      if (clauseWords.has(word)) listed = false;
      continue;
    }
    listed = word === 'from' || word === ',';
    let next = at + 1;
    while (['only', 'lateral'].includes(lower(next))) next += 1;
    if (!isWord(next) || clauseWords.has(lower(next))) continue;
    const dotted = lower(next + 1) === '.' && isWord(next + 2);
    const schema = dotted ? nameOf(tokens[next]?.text ?? '') : null;
    if (dotted) next += 2;
    const name = nameOf(tokens[next]?.text ?? '');
    if (lower(next + 1) === 'as') next += 1;
    const aliased = isWord(next + 1) && !clauseWords.has(lower(next + 1));
    sources.push({ schema, name, alias: aliased ? nameOf(tokens[next + 1]?.text ?? '') : name });
    at = aliased ? next + 1 : next;
  }
  return sources;
};

/** The statement the cursor is in, and where in it. */
const statementAt = (text: string, cursor: number): { sql: string; cursor: number } => {
  const statement = splitStatements(text).findLast(({ offset }) => offset <= cursor);
  if (!statement || statement.copyData !== null) return { sql: text, cursor };
  const end = statement.offset + statement.text.length;
  // Behind the semicolon begins the next one.
  if (text.slice(end, cursor).includes(';'))
    return {
      sql: text.slice(end, cursor).replace(/^[\s\S]*?;/, ''),
      cursor: cursor - end - text.slice(end, cursor).indexOf(';') - 1,
    };
  const stop = text.indexOf(';', end);
  const to = stop < 0 || stop < cursor ? text.length : stop;
  return { sql: text.slice(statement.offset, to), cursor: cursor - statement.offset };
};

const inCaseOf = (prefix: string, word: string): string =>
  /^[A-Z]/.test(prefix) ? word.toUpperCase() : word;

/** What may stand at the cursor, an offset into the text in UTF-16 units. */
export const completionAt = (text: string, cursor: number, catalog: DatabaseCatalog): Completion => {
  const described = /^\s*\\d\S*\s+(\S*)$/.exec(text.slice(0, cursor));
  const place = statementAt(text, cursor);
  const tokens = tokensOf(place.sql, place.cursor);
  if (!tokens) return none;
  const current = tokens.find((token) => token.start < place.cursor && place.cursor <= token.end);
  const typed = current?.kind === 'word' ? current.text.slice(0, place.cursor - current.start) : '';
  if (current?.kind === 'sign' && /^\d/.test(current.text)) return none;
  const before = tokens.filter((token) => token.end <= (typed === '' ? place.cursor : (current?.start ?? 0)));
  const opened = typed.startsWith('"');
  const sought = (opened ? typed.slice(1) : typed).toLowerCase();
  const fits = (name: string): boolean => name.toLowerCase().startsWith(sought);

  const relations = (schema: string | null): Candidate[] =>
    catalog.relations
      .filter(({ kind }) => kind !== 'index' || described !== null)
      .filter((relation) => (schema === null ? relation.visible : relation.schema === schema))
      // The system's own are many: they come when they are asked for.
      .filter((relation) => schema !== null || sought !== '' || relation.schema !== 'pg_catalog')
      .filter(({ name }) => fits(name))
      .map(({ name, kind }) => ({ text: quoteName(name, opened), kind: 'relation', detail: kind }));
  const columns = (of: readonly Source[]): Candidate[] =>
    catalog.columns
      .filter((column) =>
        of.some(({ schema, name }) => {
          if (name !== column.relation) return false;
          if (schema !== null) return schema === column.schema;
          return catalog.relations.some(
            (relation) => relation.visible && relation.name === name && relation.schema === column.schema,
          );
        }),
      )
      .filter(({ name }) => fits(name))
      .map(({ name, type }) => ({ text: quoteName(name, opened), kind: 'column', detail: type }));
  const schemas = (): Candidate[] =>
    catalog.schemas
      .filter(fits)
      .map((name) => ({ text: quoteName(name, opened), kind: 'schema', detail: 'schema' }));

  const last = before.at(-1);
  const found: Candidate[] = [];
  const sources = sourcesOf(tokens.filter((token) => token !== current));
  if (last?.text === '.') {
    const owner = nameOf(before.at(-2)?.text ?? '');
    found.push(...columns(sources.filter(({ alias }) => alias === owner)));
    if (catalog.schemas.includes(owner)) found.push(...relations(owner));
  } else if (described || relationWords.has(last?.text.toLowerCase() ?? '') || afterCommaInFrom(before)) {
    found.push(...relations(null), ...schemas());
  } else {
    if (before.length > 0) {
      found.push(...columns(sources));
      const aliases = sources.filter(({ alias, name }) => fits(alias) && (alias !== name || sought !== ''));
      found.push(
        ...aliases.map(
          ({ alias }): Candidate => ({
            text: quoteName(alias, opened),
            kind: 'relation',
            detail: 'in this statement',
          }),
        ),
      );
    }
    if (!opened) {
      // With nothing typed, two hundred keywords are no help.
      const words = sought === '' ? [] : sqlKeywords.filter(fits);
      found.push(
        ...words.map((word): Candidate => ({ text: inCaseOf(typed, word), kind: 'keyword', detail: '' })),
      );
    }
  }
  const seen = new Set<string>();
  const candidates = found.filter(({ text: name }) => {
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  });
  return { prefix: typed, candidates: candidates.slice(0, limit) };
};

/** `from a, ` goes on with a relation; `select a, ` does not. */
const afterCommaInFrom = (before: readonly Token[]): boolean => {
  if (before.at(-1)?.text !== ',') return false;
  for (let at = before.length - 2; at >= 0; at -= 1) {
    const word = before[at]?.text.toLowerCase() ?? '';
    if (word === 'from' || word === 'truncate' || word === 'lock') return true;
    if (clauseWords.has(word) || word === '(') return false;
  }
  return false;
};

/** What all of them begin with; at least as long as what was typed when they go on from it. */
export const commonStart = (candidates: readonly Candidate[]): string => {
  const [first = '', ...rest] = candidates.map(({ text }) => text);
  let length = first.length;
  for (const text of rest) while (!text.startsWith(first.slice(0, length))) length -= 1;
  return first.slice(0, length);
};
