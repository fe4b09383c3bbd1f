import type { Construct } from '../../lesson/types.ts';
import {
  asNode,
  type Found,
  listOf,
  nodesIn,
  type ParsedStatement,
  stringOf,
  type TreeNode,
  toChars,
} from './parse-tree.ts';

/** A construct that an answer has, and where: a character of the answer, its statement when the tree does not say. */
export type Sighting = Construct & { readonly at: number };

const has = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : value !== undefined);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const statementNames: Readonly<Record<string, Construct['name']>> = {
  InsertStmt: 'insert',
  UpdateStmt: 'update',
  DeleteStmt: 'delete',
  MergeStmt: 'merge',
  TruncateStmt: 'truncate',
  LockStmt: 'lock table',
  DoStmt: 'do',
  IndexStmt: 'create index',
  WithClause: 'cte',
  JoinExpr: 'join',
  GroupingSet: 'grouping sets',
  OnConflictClause: 'on conflict',
  LockingClause: 'locking clause',
  RangeSubselect: 'subquery',
  SubLink: 'subquery',
  CaseExpr: 'case',
  CoalesceExpr: 'coalesce',
  NullTest: 'is null',
  A_ArrayExpr: 'array',
};

const expressionNames: Readonly<Record<string, Construct['name']>> = {
  AEXPR_IN: 'in list',
  AEXPR_NULLIF: 'nullif',
  AEXPR_LIKE: 'like',
  AEXPR_ILIKE: 'like',
  AEXPR_SIMILAR: 'like',
  AEXPR_BETWEEN: 'between',
  AEXPR_NOT_BETWEEN: 'between',
  AEXPR_BETWEEN_SYM: 'between',
  AEXPR_NOT_BETWEEN_SYM: 'between',
  AEXPR_DISTINCT: 'is distinct from',
  AEXPR_NOT_DISTINCT: 'is distinct from',
};

const ddl =
  /^(Create|Alter|Drop|Rename|Comment|Grant|Index|View|Rule|Define|Reassign|RefreshMat|SecLabel)\w*Stmt$/;

const ofSelect = ({ fields }: TreeNode, parent: TreeNode | null): Construct['name'][] => {
  const names: Construct['name'][] = [];
  const clause = (name: Construct['name'], value: unknown): void => {
    if (has(value)) names.push(name);
  };
  const { fromClause, valuesLists, op } = fields;
  if (listOf(fromClause).length > 1) names.push('comma join');
  clause('where', fields.whereClause);
  clause('group by', fields.groupClause);
  clause('having', fields.havingClause);
  clause('distinct', fields.distinctClause);
  clause('order by', fields.sortClause);
  clause('limit', fields.limitCount);
  clause('offset', fields.limitOffset);
  if (parent?.type !== 'InsertStmt') clause('values', valuesLists);
  const set = /^SETOP_(UNION|INTERSECT|EXCEPT)$/.exec(text(op))?.[1];
  if (set === 'UNION') names.push('union');
  if (set === 'INTERSECT') names.push('intersect');
  if (set === 'EXCEPT') names.push('except');
  if (listOf(fields.targetList).some(isStar)) names.push('star');
  return names;
};

/** `*` or `t.*` as a column of a list. */
export const isStar = (target: unknown): boolean => {
  const column = asNode(asNode(target)?.fields.val);
  return (
    column?.type === 'ColumnRef' &&
    listOf(column.fields.fields).some((field) => asNode(field)?.type === 'A_Star')
  );
};

const isLevel = (name: string): boolean => /^(default_)?transaction_isolation$/.test(name);

const ofNode = ({ node, parent }: Found): Construct['name'][] => {
  const { type, fields } = node;
  const names: Construct['name'][] = [];
  const plain = statementNames[type];
  if (plain) names.push(plain);
  if (ddl.test(type)) names.push('ddl');
  switch (type) {
    case 'SelectStmt':
      names.push(...ofSelect(node, parent));
      break;
    case 'UpdateStmt':
    case 'DeleteStmt':
      if (has(fields.whereClause)) names.push('where');
      break;
    case 'WithClause':
      if (fields.recursive === true) names.push('recursive cte');
      break;
    case 'JoinExpr':
      if (/LEFT|RIGHT|FULL/.test(text(fields.jointype))) names.push('outer join');
      break;
    case 'SubLink':
      if (fields.subLinkType === 'EXISTS_SUBLINK') names.push('exists');
      if (/^(ANY|ALL)_SUBLINK$/.test(text(fields.subLinkType))) names.push('in subquery');
      break;
    case 'A_Expr': {
      const name = expressionNames[text(fields.kind)];
      if (name) names.push(name);
      break;
    }
    case 'TypeCast':
      // A literal such as date '2024-01-01' is a cast without a place of its own (gram.y, makeStringConstCast).
      if (typeof fields.location === 'number' && fields.location > 0) names.push('cast');
      break;
    case 'FuncCall':
      if (has(fields.over)) names.push('window');
      if (has(fields.agg_filter)) names.push('filter');
      break;
    case 'LockingClause':
      if (fields.waitPolicy === 'LockWaitSkip') names.push('skip locked');
      if (fields.waitPolicy === 'LockWaitError') names.push('nowait');
      break;
    case 'LockStmt':
      if (fields.nowait === true) names.push('nowait');
      break;
    case 'IndexStmt':
      if (fields.concurrent === true) names.push('concurrently');
      break;
    case 'TransactionStmt':
      if (/_(BEGIN|START)$/.test(text(fields.kind))) names.push('transaction');
      if (text(fields.kind) === 'TRANS_STMT_SAVEPOINT') names.push('savepoint');
      break;
    case 'DefElem':
      if (text(fields.defname) === 'transaction_isolation') names.push('isolation level');
      if (text(fields.defname) === 'concurrently') names.push('concurrently');
      break;
    case 'VariableSetStmt': {
      const name = text(fields.name);
      if (isLevel(name)) names.push('isolation level');
      else if (fields.kind !== 'VAR_SET_MULTI') names.push('set');
    }
  }
  if (fields.lateral === true) names.push('lateral');
  if (has(fields.returningList) || has(fields.returningClause)) names.push('returning');
  return names;
};

/** Every construct of a statement, in the order of the tree. */
export const constructsIn = (statement: ParsedStatement): Sighting[] => {
  const { node: root, text: sql, offset } = statement;
  const found: Sighting[] = [];
  if (root.type === 'SelectStmt') found.push({ name: 'select', of: null, at: offset });
  for (const one of nodesIn({ [root.type]: root.fields })) {
    const { node } = one;
    const location = typeof node.fields.location === 'number' ? node.fields.location : 0;
    const at = offset + toChars(sql, location);
    for (const name of ofNode(one)) found.push({ name, of: null, at });
    if (node.type === 'FuncCall') {
      const name = stringOf(listOf(node.fields.funcname).at(-1));
      if (name !== null) found.push({ name: 'function', of: name, at });
    }
    const { relname } = node.fields;
    if (node.type === 'RangeVar' && typeof relname === 'string')
      found.push({ name: 'relation', of: relname, at });
  }
  return found;
};

/** As an author writes it: `function count`. */
export const sayConstruct = ({ name, of }: Construct): string => (of === null ? name : `${name} ${of}`);
