import type { Plan, PlanNode } from '../explain/types.ts';
import { sanitize, sanitizeLine } from '../text/sanitize.ts';

/** Said in the first line of a node, or drawn as structure. */
const inHead: ReadonlySet<string> = new Set([
  ...[
    'Node Type',
    'Plans',
    'Parent Relationship',
    'Subplan Name',
    'Parallel Aware',
    'Async Capable',
    'Join Type',
  ],
  ...[
    'Strategy',
    'Partial Mode',
    'Operation',
    'Command',
    'Scan Direction',
    'Index Name',
    'Relation Name',
    'Schema',
  ],
  ...[
    'Alias',
    'CTE Name',
    'Function Name',
    'Startup Cost',
    'Total Cost',
    'Plan Rows',
    'Plan Width',
    'Inner Unique',
  ],
  ...[
    'Actual Startup Time',
    'Actual Total Time',
    'Actual Rows',
    'Actual Loops',
    'Workers',
    'Custom Plan Provider',
  ],
]);

const number = (value: unknown, digits: number): string =>
  typeof value === 'number' ? value.toFixed(digits) : String(value);

/** ` on s.t a` and the like, as explain.c writes it. */
const target = (node: PlanNode): string => {
  const name = node.relation ?? node.functionName ?? node.cte;
  const using =
    node.index === null ? '' : node.relation === null ? ` on ${node.index}` : ` using ${node.index}`;
  if (name === null)
    return node.alias === null || node.relation !== null ? using : `${using} on ${node.alias}`;
  const full = node.schema === null ? name : `${node.schema}.${name}`;
  return `${using} on ${full}${node.alias !== null && node.alias !== name ? ` ${node.alias}` : ''}`;
};

const head = ({ raw, label, ...node }: PlanNode): string => {
  const cost =
    raw['Total Cost'] === undefined
      ? ''
      : `  (cost=${number(raw['Startup Cost'], 2)}..${number(raw['Total Cost'], 2)} rows=${raw['Plan Rows']} width=${raw['Plan Width']})`;
  const rows = raw['Actual Rows'];
  const time =
    raw['Actual Total Time'] === undefined
      ? ''
      : `time=${number(raw['Actual Startup Time'], 3)}..${number(raw['Actual Total Time'], 3)} `;
  const actual = node.neverExecuted
    ? ' (never executed)'
    : rows === undefined
      ? ''
      : ` (actual ${time}rows=${rows} loops=${raw['Actual Loops']})`;
  return `${label}${target({ raw, label, ...node })}${cost}${actual}`;
};

const words = (value: unknown): string => {
  if (Array.isArray(value))
    return value.map((one) => (typeof one === 'object' ? JSON.stringify(one) : String(one))).join(', ');
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
};

/** Counters that are 0 say nothing, and the text format leaves them out. */
const says = (name: string, value: unknown): boolean =>
  !inHead.has(name) && value !== false && !(value === 0 && /Blocks|Time|WAL|Removed by/.test(name));

/** The plan in the words and layout of EXPLAIN's text format, whatever it was read from. */
export const planText = (plan: Plan): string[] => {
  const lines: string[] = [];
  for (const node of plan.nodes) {
    const indent = node.depth === 0 ? '' : ' '.repeat(6 * node.depth - 4);
    if (node.subplanName !== null) lines.push(`${indent}${sanitizeLine(node.subplanName)}`);
    lines.push(`${indent}${node.depth === 0 ? '' : '->  '}${sanitizeLine(head(node))}`);
    const below = ' '.repeat(6 * node.depth + 2);
    for (const [name, value] of Object.entries(node.raw))
      if (says(name, value)) lines.push(`${below}${sanitizeLine(`${name}: ${words(value)}`)}`);
  }
  if (plan.planningMs !== null) lines.push(`Planning Time: ${plan.planningMs.toFixed(3)} ms`);
  for (const { name, ms, calls } of plan.triggers)
    lines.push(`Trigger ${sanitizeLine(name)}: ${ms === null ? '' : `time=${ms.toFixed(3)} `}calls=${calls}`);
  if (plan.executionMs !== null) lines.push(`Execution Time: ${plan.executionMs.toFixed(3)} ms`);
  return lines;
};

type Raw = Record<string, unknown> & { Plans?: Raw[] };

/** The plan as EXPLAIN (FORMAT JSON) nests it, whatever it was read from. */
export const planJson = (plan: Plan): string[] => {
  const raws: Raw[] = [];
  for (const node of plan.nodes) {
    const { Plans: _, ...rest } = node.raw;
    const raw: Raw = { ...rest };
    raws.push(raw);
    const parent = node.parent === null ? undefined : raws[node.parent - 1];
    if (parent) {
      parent.Plans ??= [];
      parent.Plans.push(raw);
    }
  }
  const whole = {
    Plan: raws[0],
    ...(plan.planningMs !== null && { 'Planning Time': plan.planningMs }),
    ...(plan.executionMs !== null && { 'Execution Time': plan.executionMs }),
  };
  try {
    return sanitize(JSON.stringify([whole], null, 2)).split('\n');
  } catch (error) {
    // JSON.stringify walks by recursion.
    if (!(error instanceof RangeError)) throw error;
    return ['This plan is nested too deeply to be written as JSON; the text has all of it.'];
  }
};
