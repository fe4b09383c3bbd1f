import type { Plan, PlanNode } from '../explain/types.ts';
import { type Bound, type PlanNumber, type PlanPattern, planNumbers } from '../lesson/types.ts';

/** What a claimed number is of a node; null: EXPLAIN does not print it for such a node. */
export const numberOf = (node: PlanNode, name: PlanNumber): number | null => {
  switch (name) {
    case 'rows':
      return node.rows === null ? null : Math.round(node.rows);
    case 'buffers': {
      if (!node.buffers) return null;
      const { sharedHit, sharedRead } = node.buffers.total;
      return sharedHit + sharedRead;
    }
    case 'heapFetches':
      return node.heapFetches;
    case 'loops':
      return node.loops;
    case 'workersLaunched':
      return node.workersLaunched;
    case 'subplansRemoved':
      return node.subplansRemoved;
  }
};

/** Every way in which EXPLAIN may name the node, in JSON and in text. */
const namesOf = (node: PlanNode): string[] => {
  const bare = node.label.replace(/^(?:(?:Parallel|Partial|Finalize|Async) )+/, '');
  const prefix = node.label.slice(0, node.label.length - bare.length);
  const { scanDirection } = node;
  const backward = scanDirection === 'Backward' ? [`${node.type} Backward`] : [];
  return [node.type, node.label, bare, `${prefix}${node.type}`, ...backward];
};

const within = (value: number | null, bound: Bound): boolean =>
  value !== null && value >= bound.min && value <= bound.max;

const hasKind = (node: PlanNode, { node: kind, index, relation }: PlanPattern): boolean =>
  (kind === null || namesOf(node).includes(kind)) &&
  (index === undefined || node.index === index) &&
  (relation === undefined || [node.relation, node.alias, node.cte, node.functionName].includes(relation));

const hasNumbers = (node: PlanNode, { bounds }: PlanPattern): boolean =>
  planNumbers.every((name) => {
    const bound = bounds[name];
    return bound === undefined || within(numberOf(node, name), bound);
  });

export const sayBound = ({ min, max }: Bound): string => {
  if (min === max) return String(min);
  const parts = [min > 0 ? `>= ${min}` : null, max < Number.MAX_SAFE_INTEGER ? `<= ${max}` : null];
  return parts.filter((part) => part !== null).join(' ') || '>= 0';
};

/** The claim as its author wrote it: `uses Index Scan, index: account_pkey, buffers: <= 3`. */
export const sayPattern = ({ mode, node, index, relation, bounds }: PlanPattern): string =>
  [
    `${mode} ${node ?? 'any node'}`,
    relation === undefined ? null : `relation: ${relation}`,
    index === undefined ? null : `index: ${index}`,
    ...planNumbers.map((name) => {
      const bound = bounds[name];
      return bound === undefined ? null : `${name}: ${sayBound(bound)}`;
    }),
  ]
    .filter((part) => part !== null)
    .join(', ');

/** `#3 Seq Scan on account using i (rows 5, buffers 12)` with the numbers the claim speaks of. */
const sayNode = (node: PlanNode, { bounds }: PlanPattern): string => {
  const name = node.relation ?? node.cte ?? node.functionName;
  const numbers = planNumbers
    .filter((number) => bounds[number] !== undefined)
    .map((number) => `${number} ${numberOf(node, number) ?? 'not printed'}`);
  const on = name === null ? '' : ` on ${name}`;
  const using = node.index === null ? '' : ` using ${node.index}`;
  return `#${node.id} ${node.label}${on}${using}${numbers.length > 0 ? ` (${numbers.join(', ')})` : ''}`;
};

/** So many nodes are named when none is like the claim. */
export const named = 6;

const sayNodes = (nodes: readonly PlanNode[], pattern: PlanPattern): string => {
  const words = nodes.slice(0, named).map((node) => sayNode(node, pattern));
  return [...words, ...(nodes.length > named ? [`and ${nodes.length - named} more`] : [])].join('; ');
};

/** What a plan has of a claim. `nodes`: those that hold it, break it, or come closest; `alike`: they are of its kind. */
export type PatternMatch = {
  readonly ok: boolean;
  readonly alike: boolean;
  readonly nodes: readonly PlanNode[];
};

export const matchPattern = (pattern: PlanPattern, plan: Plan): PatternMatch => {
  const alike = plan.nodes.filter((node) => hasKind(node, pattern));
  const matching = alike.filter((node) => hasNumbers(node, pattern));
  if (pattern.mode === 'avoids') return { ok: matching.length === 0, alike: true, nodes: matching };
  if (matching.length > 0) return { ok: true, alike: true, nodes: matching };
  if (alike.length > 0) return { ok: false, alike: true, nodes: alike };
  const { node: kind, index, relation } = pattern;
  // What does the wanted work another way says more than the whole plan.
  const nearby = plan.nodes.filter(
    (node) =>
      (relation !== undefined && [node.relation, node.alias].includes(relation)) ||
      (index !== undefined && node.index === index) ||
      (kind !== null && namesOf(node).includes(kind)),
  );
  return { ok: false, alike: false, nodes: nearby.length > 0 ? nearby : plan.nodes };
};

/** Holds one claim against a plan. `happened` names the node that breaks it, or those that come closest. */
export const checkPattern = (pattern: PlanPattern, plan: Plan): { ok: boolean; happened: string } => {
  const { ok, alike, nodes } = matchPattern(pattern, plan);
  const said = sayNodes(pattern.mode === 'uses' && ok ? nodes.slice(0, 1) : nodes, pattern);
  if (pattern.mode === 'avoids')
    return { ok, happened: ok ? 'no node is like this' : `the plan has ${said}` };
  return { ok, happened: alike ? said : `no such node; ${said}` };
};
