import type { QueryValue } from '../postgres/types.ts';
import type { Column } from '../timeline/events.ts';
import {
  columnsSql,
  findRelationsSql,
  footersSql,
  indexFooterSql,
  indexSql,
  listFunctionsSql,
  listRelationsSql,
  listRolesSql,
  listSchemasSql,
  sequenceSql,
} from './describe.sql.ts';
import type { DescribedTable, Expanded, SandboxEventBody, SandboxState, Told } from './sandbox-state.ts';

/** Asks in the session that the command was given in. */
type Ask = (sql: string, values: readonly QueryValue[]) => Promise<(string | null)[][]>;

type Command =
  | { readonly kind: 'timing'; readonly on: boolean | null }
  /** null: the other one. */
  | { readonly kind: 'expanded'; readonly expanded: Expanded | null }
  | { readonly kind: 'help' }
  | { readonly kind: 'describe'; readonly pattern: string }
  | { readonly kind: 'list'; readonly list: ListName; readonly pattern: string }
  | { readonly kind: 'unknown'; readonly words: string };

const text = 25;
const columnsOf = (...names: string[]): Column[] => names.map((name) => ({ name, typeOid: text }));

const relationColumns = columnsOf('Schema', 'Name', 'Type', 'Owner');
const lists = {
  d: { title: 'List of relations', columns: relationColumns, sql: listRelationsSql('rpvmSf') },
  dt: { title: 'List of tables', columns: relationColumns, sql: listRelationsSql('rp') },
  dv: { title: 'List of views', columns: relationColumns, sql: listRelationsSql('vm') },
  ds: { title: 'List of sequences', columns: relationColumns, sql: listRelationsSql('S') },
  di: {
    title: 'List of indexes',
    columns: columnsOf('Schema', 'Name', 'Type', 'Owner', 'Table'),
    sql: listRelationsSql('iI'),
  },
  df: {
    title: 'List of functions',
    columns: columnsOf('Schema', 'Name', 'Result data type', 'Argument data types', 'Type'),
    sql: listFunctionsSql,
  },
  dn: { title: 'List of schemas', columns: columnsOf('Name', 'Owner'), sql: listSchemasSql },
  du: { title: 'List of roles', columns: columnsOf('Role name', 'Attributes'), sql: listRolesSql },
} as const;
type ListName = keyof typeof lists;
const isList = (name: string): name is ListName => Object.hasOwn(lists, name);

const commandHelp = `\\d [pattern]    relations; each in full when a name is given
\\dt \\dv \\ds     tables, views, sequences
\\di \\df         indexes, functions
\\dn \\du         schemas, roles
\\x [on|off|auto] a value a line, or a table
\\timing [on|off] how long each run took
\\q              leave the sandbox
\\?              this list
Patterns: * and ? stand for any, schema.name, "Quoted".`;

/** Whether the text is for us and not for the server. */
export const isCommand = (input: string): boolean => input.trimStart().startsWith('\\');

const parseCommand = (input: string): Command => {
  const [name = '', ...rest] = input.trim().replace(/;$/, '').slice(1).split(/\s+/);
  const pattern = rest.join(' ');
  const bare = name.replace(/[+S]+$/, '');
  const asked = pattern.toLowerCase();
  if (name === '?') return { kind: 'help' };
  if (name === 'timing') return { kind: 'timing', on: asked === '' ? null : asked === 'on' };
  if (name === 'x') {
    const expanded = asked === 'on' || asked === 'off' || asked === 'auto' ? asked : null;
    return { kind: 'expanded', expanded };
  }
  if (bare === 'd' && pattern !== '') return { kind: 'describe', pattern };
  if (isList(bare)) return { kind: 'list', list: bare, pattern };
  return { kind: 'unknown', words: `\\${name}` };
};

/**
 * A pattern as psql reads it (manual: app-psql, Patterns): letters are folded outside of quotes, `*` and `?` stand for
 * any, a dot separates the schema. @returns regular expressions of PostgreSQL for schema and name
 */
export const patternToRegex = (pattern: string): { schema: string | null; name: string | null } => {
  const parts = [''];
  let quoted = false;
  for (const character of pattern.trim()) {
    const at = parts.length - 1;
    const add = (text: string): void => {
      parts[at] = (parts[at] ?? '') + text;
    };
    if (character === '"') quoted = !quoted;
    else if (quoted) add(character.replace(/[.*+?^${}()|[\]\\]/, '\\$&'));
    else if (character === '.') parts.push('');
    else if (character === '*') add('.*');
    else if (character === '?') add('.');
    else if (character === '$') add('\\$');
    else add(character.toLowerCase());
  }
  const whole = (part: string | undefined): string | null => (part ? `^(${part})$` : null);
  return parts.length > 1
    ? { schema: whole(parts.at(-2)) ?? '.*', name: whole(parts.at(-1)) }
    : { schema: null, name: whole(parts[0]) };
};

const noMatch = (pattern: string): string => `Did not find any relation named "${pattern}".`;

/** @throws {PostgresError} a pattern that is no regular expression, a transaction that has failed */
const listObjects = async (list: ListName, pattern: string, ask: Ask): Promise<DescribedTable> => {
  const { title, columns, sql } = lists[list];
  const { schema, name } = patternToRegex(pattern);
  return { title, columns, rows: await ask(sql, [schema, name]), footer: [] };
};

const describeIndex = async (oid: string, ask: Ask): Promise<Omit<DescribedTable, 'title'>> => ({
  columns: columnsOf('Column', 'Type', 'Definition'),
  rows: await ask(indexSql, [oid]),
  footer: (await ask(indexFooterSql, [oid])).map(([line]) => line ?? ''),
});

const describeSequence = async (oid: string, ask: Ask): Promise<Omit<DescribedTable, 'title'>> => ({
  columns: columnsOf('Type', 'Start', 'Minimum', 'Maximum', 'Increment', 'Cycles?', 'Cache'),
  rows: await ask(sequenceSql, [oid]),
  footer: [],
});

const describeTable = async (oid: string, ask: Ask): Promise<Omit<DescribedTable, 'title'>> => {
  const all = await ask(columnsSql, [oid]);
  const collated = all.some(([, , collation]) => collation !== null);
  const rows = collated
    ? all.map(([name, type, collation, ...rest]) => [name ?? '', type ?? '', collation ?? '', ...rest])
    : all.map(([name, type, , ...rest]) => [name ?? '', type ?? '', ...rest]);
  const footer: string[] = [];
  let heading = '';
  for (const [, title, line] of await ask(footersSql, [oid])) {
    if (title !== null && title !== heading) footer.push(title ?? '');
    heading = title ?? '';
    footer.push(...(line ?? '').split('\n').map((part) => `    ${part}`));
  }
  const columns = columnsOf('Column', 'Type', ...(collated ? ['Collation'] : []), 'Nullable', 'Default');
  return { columns, rows, footer };
};

/** Every relation the pattern finds, 20 at most; none: an empty list. @throws {PostgresError} */
const describeRelations = async (pattern: string, ask: Ask): Promise<DescribedTable[]> => {
  const { schema, name } = patternToRegex(pattern);
  const tables: DescribedTable[] = [];
  for (const [oid, owner, relation, kind, words] of await ask(findRelationsSql, [schema, name])) {
    const id = oid ?? '0';
    const drawn =
      kind === 'i' || kind === 'I'
        ? await describeIndex(id, ask)
        : kind === 'S'
          ? await describeSequence(id, ask)
          : await describeTable(id, ask);
    const title = `${(words ?? 'relation').replace(/^./, (first) => first.toUpperCase())} "${owner}.${relation}"`;
    tables.push({ title, ...drawn });
  }
  return tables;
};

export type CommandOutcome = {
  /** What it changed in the sandbox. */
  readonly changes: readonly SandboxEventBody[];
  readonly told: Partial<Pick<Told, 'tables' | 'words' | 'error'>>;
};

/** A backslash command. @throws {PostgresError} what the server says to our question */
export const runCommand = async (
  text: string,
  { timing, expanded }: Pick<SandboxState, 'timing' | 'expanded'>,
  ask: Ask,
): Promise<CommandOutcome> => {
  const command = parseCommand(text);
  switch (command.kind) {
    case 'timing': {
      const on = command.on ?? !timing;
      return { changes: [{ type: 'timing-set', on }], told: { words: `Timing is ${on ? 'on' : 'off'}.` } };
    }
    case 'expanded': {
      const next = command.expanded ?? (expanded === 'on' ? 'off' : 'on');
      const words = `Expanded display is ${next === 'auto' ? 'used automatically' : next}.`;
      return { changes: [{ type: 'expanded-set', expanded: next }], told: { words } };
    }
    case 'help':
      return { changes: [], told: { words: commandHelp } };
    case 'unknown':
      return { changes: [], told: { error: `invalid command ${command.words}; \\? lists what there is` } };
    case 'list':
      return { changes: [], told: { tables: [await listObjects(command.list, command.pattern, ask)] } };
    case 'describe': {
      const tables = await describeRelations(command.pattern, ask);
      return { changes: [], told: tables.length > 0 ? { tables } : { error: noMatch(command.pattern) } };
    }
  }
};
