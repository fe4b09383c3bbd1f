import type { RawObject } from './raw.ts';

/** Every `Node Type` of PostgreSQL 18: the values of `sname` in ExplainNode, src/backend/commands/explain.c. */
export const nodeTypes = [
  'Result',
  'ProjectSet',
  'ModifyTable',
  'Append',
  'Merge Append',
  'Recursive Union',
  'BitmapAnd',
  'BitmapOr',
  'Nested Loop',
  'Merge Join',
  'Hash Join',
  'Seq Scan',
  'Sample Scan',
  'Gather',
  'Gather Merge',
  'Index Scan',
  'Index Only Scan',
  'Bitmap Index Scan',
  'Bitmap Heap Scan',
  'Tid Scan',
  'Tid Range Scan',
  'Subquery Scan',
  'Function Scan',
  'Table Function Scan',
  'Values Scan',
  'CTE Scan',
  'Named Tuplestore Scan',
  'WorkTable Scan',
  'Foreign Scan',
  'Custom Scan',
  'Materialize',
  'Memoize',
  'Sort',
  'Incremental Sort',
  'Group',
  'Aggregate',
  'WindowAgg',
  'Unique',
  'SetOp',
  'LockRows',
  'Limit',
  'Hash',
] as const;

export type NodeType = (typeof nodeTypes)[number];

const names: ReadonlySet<string> = new Set(nodeTypes);
export const isNodeType = (name: string): name is NodeType => names.has(name);

const identifier = String.raw`(?:"(?:[^"]|"")*"|[^\s"().,]+)`;
const target = new RegExp(String.raw`^ on (${identifier}(?:\.${identifier})*)(?: (${identifier}))?$`);
const using = new RegExp(`^( Backward)? using (${identifier})`);
const join = /^(Nested Loop|Merge|Hash)(?: (Left|Full|Right|Semi|Right Semi|Anti|Right Anti))?(?: Join)?$/;
const modify = /^(Foreign )?(Insert|Update|Delete|Merge)$/;
const aggregate = /^(Group|Hash|Mixed)?Aggregate$/;
const setOp = /^(Hash)?SetOp(?: (Except All|Except|Intersect All|Intersect|\?\?\?))?$/;
const custom = /^Custom Scan(?: \((.*)\))?$/;
const scans = /^(?:.* )?Scan$/;

const unquote = (name: string): string =>
  name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;

const parts = (name: string): string[] =>
  (name.match(new RegExp(identifier, 'g')) ?? []).map((part) => unquote(part));

/** Words in front of or behind a relation: splits `Index Scan using i on t x` into its name and the rest. */
const split = (label: string): { name: string; rest: string } => {
  const at = label.search(/ (?:Backward using|using|on) /);
  return at < 0 ? { name: label, rest: '' } : { name: label.slice(0, at), rest: label.slice(at) };
};

/**
 * Reads the name of a node as a text plan prints it (`Parallel Index Only Scan Backward using i on s.t x`) into the
 * properties the JSON format has; null when it is none. The rules are ExplainNode's, ExplainTargetRel's and
 * ExplainIndexScanDetails' of explain.c.
 */
export const parseLabel = (text: string): RawObject | null => {
  let label = text;
  const raw: RawObject = { 'Node Type': '', 'Parallel Aware': false, 'Async Capable': false };
  const partial = /^(Partial|Finalize) /.exec(label);
  if (partial?.[1]) label = label.slice(partial[0].length);
  if (label.startsWith('Parallel ')) {
    raw['Parallel Aware'] = true;
    label = label.slice('Parallel '.length);
  }
  if (label.startsWith('Async ')) {
    raw['Async Capable'] = true;
    label = label.slice('Async '.length);
  }
  const { name, rest } = split(label);
  const joined = join.exec(name);
  const modified = modify.exec(name);
  const aggregated = aggregate.exec(name);
  const combined = setOp.exec(name);
  const provided = custom.exec(name);
  if (joined?.[1] && (joined[1] === 'Nested Loop' || name.endsWith(' Join'))) {
    raw['Node Type'] = joined[1] === 'Nested Loop' ? 'Nested Loop' : `${joined[1]} Join`;
    raw['Join Type'] = joined[2] ?? 'Inner';
  } else if (modified) {
    if (rest === '') return null;
    raw['Node Type'] = modified[1] ? 'Foreign Scan' : 'ModifyTable';
    raw.Operation = modified[2];
  } else if (aggregated) {
    raw['Node Type'] = 'Aggregate';
    raw.Strategy = { Group: 'Sorted', Hash: 'Hashed', Mixed: 'Mixed' }[aggregated[1] ?? ''] ?? 'Plain';
    raw['Partial Mode'] = partial?.[1] ?? 'Simple';
  } else if (combined) {
    raw['Node Type'] = 'SetOp';
    raw.Strategy = combined[1] ? 'Hashed' : 'Sorted';
    if (combined[2]) raw.Command = combined[2];
  } else if (provided) {
    raw['Node Type'] = 'Custom Scan';
    if (provided[1]) raw['Custom Plan Provider'] = provided[1];
  } else if (isNodeType(name)) {
    raw['Node Type'] = name;
    if (name === 'Foreign Scan') raw.Operation = 'Select';
  } else return null;
  if (partial && !aggregated) return null;

  let remaining = rest;
  const type = raw['Node Type'];
  const index = using.exec(remaining);
  if (index?.[2]) {
    if (type !== 'Index Scan' && type !== 'Index Only Scan') return null;
    raw['Scan Direction'] = index[1] ? 'Backward' : 'Forward';
    raw['Index Name'] = unquote(index[2]);
    remaining = remaining.slice(index[0].length);
  }
  if (remaining === '') return raw;
  const on = target.exec(remaining);
  if (!on?.[1] || !(scans.test(String(type)) || type === 'ModifyTable')) return null;
  const path = parts(on[1]);
  const object = path.at(-1) ?? '';
  const schema = path.length > 1 ? path.slice(0, -1).join('.') : null;
  const alias = on[2] ? unquote(on[2]) : object;
  if (type === 'Bitmap Index Scan') raw['Index Name'] = object;
  else {
    raw.Alias = alias;
    if (type === 'Function Scan') {
      raw['Function Name'] = object;
    } else if (type === 'CTE Scan' || type === 'WorkTable Scan') raw['CTE Name'] = object;
    else if (type === 'Named Tuplestore Scan') raw['Tuplestore Name'] = object;
    else if (type === 'Table Function Scan') raw['Table Function Name'] = object;
    else if (type !== 'Subquery Scan' && type !== 'Values Scan') raw['Relation Name'] = object;
    if (schema && type !== 'Bitmap Index Scan') raw.Schema = schema;
  }
  return raw;
};
