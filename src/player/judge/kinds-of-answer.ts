import { type ReadAnswer, statementsOf } from './answer.ts';
import { constructsIn } from './constructs-in.ts';
import { nodesIn, type ParsedStatement, type TreeNode } from './parse-tree.ts';

const data = ['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'];

const makesTable = ({ fields }: TreeNode): boolean => fields.intoClause !== undefined;

/** Statements that a transaction around them does not change, and that its ROLLBACK undoes but for sequences. */
export const isPlainData = (answer: ReadAnswer): boolean =>
  statementsOf(answer).every(({ node }) => data.includes(node.type) && !makesTable(node));

/** What an application puts around its statements, and what it asks of its session alone. */
const aroundData = [
  ...['TransactionStmt', 'LockStmt', 'VariableSetStmt', 'VariableShowStmt', 'PrepareStmt', 'ExecuteStmt'],
  ...['DeallocateStmt', 'DeclareCursorStmt', 'FetchStmt', 'ClosePortalStmt', 'ListenStmt', 'NotifyStmt'],
];

/** Whether nothing remains of a statement once its transaction has ended but rows. */
const leavesRowsOnly = ({ node, ...statement }: ParsedStatement): boolean => {
  if (node.type === 'VariableSetStmt')
    return node.fields.is_local === true || node.fields.name === 'TRANSACTION';
  if (!data.includes(node.type))
    return ['TransactionStmt', 'LockStmt', 'VariableShowStmt'].includes(node.type);
  const sets = constructsIn({ node, ...statement }).some(({ of }) => of === 'set_config');
  return !sets || /\bset_config\s*\([^()]*(\([^()]*\)[^()]*)*,\s*true\s*\)/i.test(statement.text);
};

/** What an answer leaves behind: rows alone; rows and what belongs to its session; or more, a table say. */
export const tracesOf = (answer: ReadAnswer): 'rows' | 'session' | 'more' => {
  const statements = statementsOf(answer);
  const known = [...data, ...aroundData];
  if (statements.some(({ node }) => !known.includes(node.type) || makesTable(node))) return 'more';
  return statements.every(leavesRowsOnly) ? 'rows' : 'session';
};

/** Queries and nothing else, as far as their text says. */
export const isQuery = ({ node, text, offset, copyData }: ParsedStatement): boolean => {
  if (node.type !== 'SelectStmt') return false;
  const names = constructsIn({ node, text, offset, copyData }).map(({ name }) => name);
  return !['insert', 'update', 'delete', 'merge', 'locking clause'].some((name) =>
    names.some((one) => one === name),
  );
};

const indexes = ['IndexStmt', 'DropStmt'];
const definitions = [
  ...['CreateStmt', 'CreateTableAsStmt', 'AlterTableStmt', 'RenameStmt', 'ViewStmt', 'CreateSeqStmt'],
  ...['CreateFunctionStmt', 'CreateTrigStmt', 'CreateDomainStmt', 'CommentStmt'],
];

/**
 * Whether ROLLBACK undoes an answer, though some of its statements may fail because of the transaction around them. @param planned
 * whether plans are looked at, which show an index on rows of its own transaction otherwise, and pages that were written
 */
export const isUndoable = (answer: ReadAnswer, planned: boolean): boolean =>
  statementsOf(answer).every((statement) => {
    const { type, fields } = statement.node;
    if (indexes.includes(type)) return fields.concurrent !== true;
    return planned ? isQuery(statement) : [...data, ...definitions].includes(type);
  });

/** Whether some statement may write rows. */
export const writesRows = (answer: ReadAnswer): boolean =>
  statementsOf(answer).some((statement) => !indexes.includes(statement.node.type) && !isQuery(statement));

const transactionKind = ({ node }: ParsedStatement): string =>
  node.type === 'TransactionStmt' && typeof node.fields.kind === 'string' ? node.fields.kind : '';

export const beginsTransaction = (statement: ParsedStatement): boolean =>
  /_(BEGIN|START)$/.test(transactionKind(statement));

export const endsTransaction = (statement: ParsedStatement): boolean =>
  /_(COMMIT|ROLLBACK|PREPARE)$/.test(transactionKind(statement));

/** Whether EXPLAIN can show how it is run. */
export const hasPlan = ({ node }: ParsedStatement): boolean => data.includes(node.type);

/** Statements that reach beyond the database they are run in. */
const outside: Readonly<Record<string, string>> = {
  CreatedbStmt: 'CREATE DATABASE',
  DropdbStmt: 'DROP DATABASE',
  AlterDatabaseStmt: 'ALTER DATABASE',
  AlterDatabaseSetStmt: 'ALTER DATABASE',
  AlterDatabaseRefreshCollStmt: 'ALTER DATABASE',
  AlterSystemStmt: 'ALTER SYSTEM',
  CreateTableSpaceStmt: 'CREATE TABLESPACE',
  DropTableSpaceStmt: 'DROP TABLESPACE',
  AlterTableSpaceOptionsStmt: 'ALTER TABLESPACE',
  CreateRoleStmt: 'CREATE ROLE',
  AlterRoleStmt: 'ALTER ROLE',
  AlterRoleSetStmt: 'ALTER ROLE',
  DropRoleStmt: 'DROP ROLE',
  GrantRoleStmt: 'GRANT of a role',
  ReassignOwnedStmt: 'REASSIGN OWNED',
  DropOwnedStmt: 'DROP OWNED',
  LoadStmt: 'LOAD',
  CheckPointStmt: 'CHECKPOINT',
};

const outsideFunctions =
  /^(pg_terminate_backend|pg_cancel_backend|pg_reload_conf|pg_rotate_logfile|pg_switch_wal|pg_promote|pg_read_(binary_)?file|pg_ls_\w+|lo_import|lo_export|pg_create_\w+_slot|pg_create_\w+_replication_slot|pg_drop_replication_slot|dblink\w*|pg_file_\w+)$/;

/** What a statement would do outside of its database, in words; null: nothing that its text tells. */
export const reachesOutside = (statement: ParsedStatement): string | null => {
  for (const { node } of nodesIn({ [statement.node.type]: statement.node.fields })) {
    const name = outside[node.type];
    if (name !== undefined) return name;
    if (
      node.type === 'CopyStmt' &&
      (node.fields.is_program === true || typeof node.fields.filename === 'string')
    )
      return 'COPY with a file or a program';
  }
  const call = constructsIn(statement).find(
    ({ name, of }) => name === 'function' && outsideFunctions.test(of ?? ''),
  );
  return call ? `${call.of}()` : null;
};
