import { asNode, listOf, type ParsedStatement, stringOf } from './parse-tree.ts';

/** The last name of a column reference: `created` of `o.created`. */
const columnName = (value: unknown): string | null => {
  const node = asNode(value);
  return node?.type === 'ColumnRef' ? stringOf(listOf(node.fields.fields).at(-1)) : null;
};

const withoutPlaces = (value: unknown): string =>
  JSON.stringify(value, (key, inner: unknown) => (key === 'location' ? undefined : inner));

/**
 * The columns (from 0) of a query's result that its ORDER BY sorts by. Rows that are equal in them may come in any order. An empty
 * list: some key is not among the columns, or there is no ORDER BY; then every row has to be in its place.
 */
export const sortColumns = (statement: ParsedStatement, columns: readonly string[]): readonly number[] => {
  const { fields } = statement.node;
  const targets = listOf(fields.targetList).map((target) => asNode(target)?.fields ?? {});
  const found = listOf(fields.sortClause).map((key): number => {
    const node = asNode(asNode(key)?.fields.node);
    const constant = node?.type === 'A_Const' ? node.fields.ival : undefined;
    if (typeof constant === 'object' && constant !== null && 'ival' in constant)
      return Number(constant.ival) - 1;
    const name = columnName({ [node?.type ?? '']: node?.fields });
    const written = withoutPlaces(asNode(key)?.fields.node);
    const same = targets.findIndex((target) => withoutPlaces(target.val) === written);
    if (same >= 0 && targets.length === columns.length) return same;
    return name === null ? -1 : columns.indexOf(name);
  });
  return found.some((index) => index < 0 || index >= columns.length) ? [] : found;
};
