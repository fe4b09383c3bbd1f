import { splitStatements } from '../../text/statements.ts';

/** A node of PostgreSQL's raw parse tree (nodes/parsenodes.h), with the names that libpg_query's JSON gives its fields. */
export type TreeNode = { readonly type: string; readonly fields: Fields };
export type Fields = Readonly<Record<string, unknown>>;

export type ParsedStatement = {
  readonly node: TreeNode;
  readonly text: string;
  /** Where its text begins in the answer, as `String.slice` counts. */
  readonly offset: number;
  /** What a COPY … FROM STDIN in it reads. */
  readonly copyData: string | null;
};

/** `offset`: where the parser gave up, as `String.slice` counts. */
export type ParsedSql =
  | { readonly ok: true; readonly statements: readonly ParsedStatement[] }
  | { readonly ok: false; readonly message: string; readonly offset: number };

/** 1.7 MB of WebAssembly: only loaded when something is to be judged. */
const library = () => import('libpg-query');

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A node is written as an object with one key, its type: `{ "ColumnRef": { … } }`. */
export const asNode = (value: unknown): TreeNode | null => {
  if (!isFields(value)) return null;
  const [type, ...others] = Object.keys(value);
  const fields = type === undefined ? null : value[type];
  return type !== undefined && others.length === 0 && /^[A-Z]/.test(type) && isFields(fields)
    ? { type, fields }
    : null;
};

/**
 * Splits SQL as psql does and parses each statement with PostgreSQL's own parser, of version 18: what an older server does not
 * know, that server will refuse.
 */
export const parseSql = async (sql: string): Promise<ParsedSql> => {
  const { hasSqlDetails, parse } = await library();
  const statements: ParsedStatement[] = [];
  for (const { text, offset, copyData } of splitStatements(sql)) {
    try {
      const result: unknown = await parse(text);
      const [first] = isFields(result) && Array.isArray(result.stmts) ? result.stmts : [];
      const node = isFields(first) ? asNode(first.stmt) : null;
      if (node) statements.push({ node, text, offset, copyData });
    } catch (error) {
      const at = hasSqlDetails(error) ? (error.sqlDetails?.cursorPosition ?? 0) : 0;
      const message = hasSqlDetails(error) ? error.message : 'it is nested too deeply';
      return { ok: false, message, offset: offset + toChars(text, at) };
    }
  }
  return { ok: true, statements };
};

/** The parser counts characters of its encoding, UTF-8, by bytes. */
export const toChars = (text: string, bytes: number): number =>
  Buffer.from(text).subarray(0, Math.max(0, bytes)).toString().length;

/** What a struct is that stands in a field of its own type, and so is written without it. */
const structType = (key: string, fields: Fields): string => {
  if ('limitOption' in fields) return 'SelectStmt';
  if ('relname' in fields) return 'RangeVar';
  return { withClause: 'WithClause', onConflictClause: 'OnConflictClause', over: 'WindowDef' }[key] ?? '';
};

export type Found = { readonly node: TreeNode; readonly parent: TreeNode | null };

/** Every node and struct below a value, from the outside in, each with the one it stands in. A struct of no known type is ''. */
export function* nodesIn(value: unknown, parent: TreeNode | null = null, key = ''): Generator<Found> {
  if (Array.isArray(value)) {
    for (const item of value) yield* nodesIn(item, parent, key);
    return;
  }
  if (!isFields(value)) return;
  const node = asNode(value) ?? { type: structType(key, value), fields: value };
  yield { node, parent };
  for (const [name, field] of Object.entries(node.fields)) yield* nodesIn(field, node, name);
}

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** `sval` of a String node. */
export const stringOf = (value: unknown): string | null => {
  const node = asNode(value);
  return node?.type === 'String' && typeof node.fields.sval === 'string' ? node.fields.sval : null;
};
