import type { Plan, PlanNode } from '../explain/types.ts';
import { type Span, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { displayWidth } from '../text/width.ts';
import { formatCount, msInWords, type PlanGlyphs, shareStyle } from './plan-numbers.ts';

/** A condition as short as it stays readable: no outer parentheses, no qualifiers, no blanks around `=`. */
const shortCondition = (text: string): string =>
  sanitizeLine(text)
    .slice(0, 400)
    .replace(/^\((.*)\)$/, '$1')
    .replace(/::(?:[a-z_]+(?: [a-z]+)*|"[^"]+")(?:\(\d+(?:,\d+)?\))?(?:\[\])?/g, '')
    // A dot in a string is no qualifier.
    .replace(/'(?:[^']|'')*'|\b[a-z_][\w$]*\.(?=[a-z_"])/gi, (found) => (found.startsWith("'") ? found : ''))
    .replace(/ = /g, '=');

const condition = (node: PlanNode, ...names: readonly string[]): string | null => {
  for (const name of names) {
    const found = node.conditions.find((one) => one.name === name);
    if (found) return shortCondition(found.text);
  }
  return null;
};

/** What the node works on: `ord o using ord_cust`. */
export const targetOf = (node: PlanNode): string => {
  const name = node.relation ?? node.cte ?? node.functionName ?? null;
  // Partitions get aliases such as `ev_3`, which the query does not have.
  const invented = node.role === 'member' && /_\d+$/.test(node.alias ?? '');
  const alias = node.alias !== null && node.alias !== name && !invented ? node.alias : null;
  const what = [name, alias].filter((part) => part !== null).join(' ');
  const using = node.index === null ? '' : what === '' ? node.index : `${what} using ${node.index}`;
  return sanitizeLine(using === '' ? what : using);
};

/** What a reader most wants to know besides: a join's condition, a sort's keys, what a filter threw away. */
const hintsOf = (node: PlanNode, signs: PlanGlyphs): Span[] => {
  // What is bad comes first: the end of the line may be cut off.
  const bad: Span[] = [];
  const rest: Span[] = [];
  const add = (text: string | null, isBad = false): void => {
    if (text === null || text === '') return;
    (isBad ? bad : rest).push(span(`  ${text}`, isBad ? { color: 'yellow' } : { dim: true }));
  };
  const once = condition(node, 'One-Time Filter');
  add(once === null ? null : `only if ${once}`);
  add(
    condition(
      node,
      'Hash Cond',
      'Merge Cond',
      'Join Filter',
      'Index Cond',
      'Sort Key',
      'Group Key',
      'Cache Key',
    ),
  );
  for (const { name, removed } of node.conditions) {
    if (removed === null || removed <= 0 || node.rows === null) continue;
    const share = removed / (removed + node.rows);
    const percent = share >= 0.995 && share < 1 ? 99 : Math.round(share * 100);
    const word = name === 'Recheck Cond' ? 'recheck' : name === 'Join Filter' ? 'join filter' : 'filter';
    add(`${word} ${signs.minus}${percent}%`, share > 0.9);
  }
  if (node.diskKb !== null && node.diskKb > 0) add(`disk ${formatCount(node.diskKb)} kB`, true);
  const batches = node.hash?.batches ?? null;
  if (batches !== null) add(`${batches} ${batches === 1 ? 'batch' : 'batches'}`, batches > 1);
  if (node.memoize) {
    const { hits, misses } = node.memoize;
    add(`hits ${hits + misses === 0 ? 0 : Math.floor((100 * hits) / (hits + misses))}%`);
  }
  if (node.heapFetches !== null && node.heapFetches > 0) add(`heap ${formatCount(node.heapFetches)}`);
  if (node.heapBlocks !== null && node.heapBlocks.lossy > 0)
    add(`lossy ${formatCount(node.heapBlocks.lossy)}`, true);
  if (node.workersPlanned !== null)
    add(
      `${node.workersLaunched ?? '?'} of ${node.workersPlanned} workers`,
      node.workersLaunched !== null && node.workersLaunched < node.workersPlanned,
    );
  if (node.indexSearches !== null && node.indexSearches > 1)
    add(`${formatCount(node.indexSearches)} searches`);
  const runs = node.loops === null ? 0 : node.loops / Math.max(1, node.processes);
  if (runs > 1) add(`${signs.times}${formatCount(runs)}`);
  if (node.overrunMs !== null) add(`children took ${msInWords(node.overrunMs)} longer`, true);
  if (node.disabled) add('disabled', true);
  return [...bad, ...rest];
};

/** `⇢ paid by #4`, of an InitPlan or CTE whose time is counted elsewhere. */
const paidHint = (node: PlanNode, plan: Plan, signs: PlanGlyphs): Span[] => {
  if (node.paidBy.length === 0) return [];
  const names = node.paidBy.slice(0, 3).map(({ node: id }) => `#${id}`);
  const more = node.paidBy.length > 3 ? ` +${node.paidBy.length - 3}` : '';
  return plan.timed ? [span(`  ${signs.paid} paid by ${names.join(' ')}${more}`, { color: 'cyan' })] : [];
};

/** The words of a node, without its place in the tree. */
export const nodeLabel = (node: PlanNode, plan: Plan, signs: PlanGlyphs): Span[] => {
  const quiet = node.neverExecuted;
  const style = quiet ? { dim: true } : shareStyle(node.share ?? 0);
  const role =
    node.subplanName === null ? [] : [span(`${sanitizeLine(node.subplanName)} `, { color: 'cyan' })];
  const target = targetOf(node);
  return [
    ...role,
    span(sanitizeLine(node.label), { ...style, ...(quiet ? {} : { bold: true }) }),
    ...(target === '' ? [] : [span(` ${target}`, quiet ? { dim: true } : undefined)]),
    ...paidHint(node, plan, signs),
    ...hintsOf(node, signs),
  ];
};

const names = new WeakMap<Plan, number>();

/** A longer plan is judged by its first nodes. */
const judged = 1_000;

/** Columns that the widest name in a plan takes, with its place in the tree without the hints behind it. */
export const nameWidth = (plan: Plan, signs: PlanGlyphs): number => {
  const known = names.get(plan);
  if (known !== undefined) return known;
  let widest = 0;
  for (const node of plan.nodes.slice(0, judged)) {
    const parts = [node.subplanName ?? '', node.label, targetOf(node)].filter((part) => part !== '');
    const paid = paidHint(node, plan, signs).map(({ text }) => text);
    const words = sanitizeLine(parts.join(' ')) + paid.join('');
    widest = Math.max(widest, 2 * node.depth + displayWidth(words));
  }
  names.set(plan, widest);
  return widest;
};
