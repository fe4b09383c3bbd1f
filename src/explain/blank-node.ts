import type { Columns, NumberKey, TextKey } from './columns.ts';
import type { PlanNode } from './types.ts';

/** A node that is being filled in. */
export type Draft = { -readonly [Name in keyof PlanNode]: PlanNode[Name] };

/**
 * A node of which nothing was printed. Nodes are copies of it that are filled in: all are then of one kind to the
 * JavaScript engine from the first on, which saves it half of its work on a large plan.
 */
export const blank: PlanNode = {
  id: 0,
  parent: null,
  depth: 0,
  children: [],
  last: 0,
  type: '',
  label: '',
  role: null,
  subplanName: null,
  relation: null,
  schema: null,
  alias: null,
  index: null,
  cte: null,
  functionName: null,
  joinType: null,
  strategy: null,
  operation: null,
  scanDirection: null,
  parallelAware: false,
  asyncCapable: false,
  disabled: false,
  conditions: [],
  output: null,
  raw: {},
  startupCost: null,
  totalCost: null,
  selfCost: null,
  planRows: null,
  planWidth: null,
  loops: null,
  neverExecuted: false,
  processes: 1,
  rows: null,
  rowsPerLoop: null,
  estimateFactor: null,
  selfMs: null,
  unscannedMs: null,
  totalMs: null,
  startupMs: null,
  selfCpuMs: null,
  totalCpuMs: null,
  toleranceMs: null,
  selfToleranceMs: null,
  overrunMs: null,
  share: null,
  paidBy: [],
  buffers: null,
  wal: null,
  sort: null,
  hash: null,
  memoryKb: null,
  diskKb: null,
  memoize: null,
  heapFetches: null,
  heapBlocks: null,
  indexSearches: null,
  subplansRemoved: null,
  workersPlanned: null,
  workersLaunched: null,
  workers: [],
  findings: [],
};

const numberFields = {
  startupCost: 'Startup Cost',
  totalCost: 'Total Cost',
  planRows: 'Plan Rows',
  planWidth: 'Plan Width',
  loops: 'Actual Loops',
  rowsPerLoop: 'Actual Rows',
  startupMs: 'Actual Startup Time',
  memoryKb: 'Peak Memory Usage',
  diskKb: 'Disk Usage',
  heapFetches: 'Heap Fetches',
  indexSearches: 'Index Searches',
  subplansRemoved: 'Subplans Removed',
  workersPlanned: 'Workers Planned',
  workersLaunched: 'Workers Launched',
} as const satisfies Partial<Record<keyof PlanNode, NumberKey>>;

const textFields = {
  relation: 'Relation Name',
  schema: 'Schema',
  alias: 'Alias',
  index: 'Index Name',
  cte: 'CTE Name',
  functionName: 'Function Name',
  joinType: 'Join Type',
  strategy: 'Strategy',
  operation: 'Operation',
  scanDirection: 'Scan Direction',
} as const satisfies Partial<Record<keyof PlanNode, TextKey>>;

const present = <Name extends string, Key, Value>(
  fields: Readonly<Record<Name, Key>>,
  column: (key: Key) => readonly (Value | null)[],
): { readonly name: Name; readonly values: readonly (Value | null)[] }[] => {
  const found: { name: Name; values: readonly (Value | null)[] }[] = [];
  for (const name in fields) {
    const values = column(fields[name]);
    if (values.some((value) => value !== null)) found.push({ name, values });
  }
  return found;
};

/** What is printed as it is, into the fields of a node. */
export const printedFields = (columns: Columns): ((node: Draft, index: number) => void) => {
  const numbers = present(numberFields, columns.numbers);
  const texts = present(textFields, columns.texts);
  return (node, index) => {
    for (const { name, values } of numbers) node[name] = values[index] ?? null;
    for (const { name, values } of texts) node[name] = values[index] ?? null;
  };
};
