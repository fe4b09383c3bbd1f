import { matchPattern, named, numberOf } from '../../engine/plan-claims.ts';
import type { Plan, PlanNode } from '../../explain/types.ts';
import { type Bound, type PlanNumber, type PlanPattern, planNumbers } from '../../lesson/types.ts';

const units: Readonly<Record<PlanNumber, readonly [one: string, many: string]>> = {
  rows: ['row', 'rows'],
  buffers: ['page', 'pages'],
  heapFetches: ['heap fetch', 'heap fetches'],
  loops: ['loop', 'loops'],
  workersLaunched: ['worker launched', 'workers launched'],
  subplansRemoved: ['subplan removed', 'subplans removed'],
};

const counted = (count: number, name: PlanNumber): string =>
  `${count === 0 ? 'no' : count} ${units[name][count === 1 ? 0 : 1]}`;

const sayBound = ({ min, max }: Bound, name: PlanNumber): string => {
  if (min === max) return counted(min, name);
  if (max === Number.MAX_SAFE_INTEGER) return `at least ${counted(min, name)}`;
  return min > 0 ? `${min} to ${counted(max, name)}` : `at most ${counted(max, name)}`;
};

const boundsOf = ({ bounds }: PlanPattern): string =>
  planNumbers
    .flatMap((name) => {
      const bound = bounds[name];
      return bound === undefined ? [] : [sayBound(bound, name)];
    })
    .join(', ');

const place = (on: string | null | undefined, using: string | null | undefined): string =>
  `${on ? ` on ${on}` : ''}${using ? ` using ${using}` : ''}`;

/** What a check asks of the plan, as one would say it to the learner. */
const sayWanted = (pattern: PlanPattern): string => {
  const { mode, node, relation, index, bounds } = pattern;
  const { buffers } = bounds;
  const onlyPages =
    node === null &&
    !index &&
    buffers !== undefined &&
    planNumbers.every((name) => name === 'buffers' || bounds[name] === undefined);
  const of = relation ? ` of ${relation}` : '';
  if (onlyPages && mode === 'uses') return `It should read ${sayBound(buffers, 'buffers')}${of}.`;
  if (onlyPages && buffers.max === Number.MAX_SAFE_INTEGER)
    return `Nothing in it should read ${counted(buffers.min, 'buffers')}${of} or more.`;
  const numbers = boundsOf(pattern);
  const what = `${node ?? 'node'}${place(relation, index)}${numbers === '' ? '' : `, with ${numbers}`}`;
  const article = /^[AEIOU]/i.test(what) ? 'an' : 'a';
  return mode === 'uses' ? `Its plan should have ${article} ${what}.` : `Its plan should have no ${what}.`;
};

const sayNode = (node: PlanNode, { bounds }: PlanPattern): string => {
  const on = node.relation ?? node.cte ?? node.functionName;
  const numbers = planNumbers
    .filter((name) => bounds[name] !== undefined)
    .map((name) => {
      const number = numberOf(node, name);
      return number === null ? `${units[name][1]} not printed` : counted(number, name);
    });
  return [`#${node.id} ${node.label}${place(on, node.index)}`, ...numbers].join(', ');
};

/** How a plan falls short of what is asked for; null: it does not. */
export const sayShortfall = (pattern: PlanPattern, plan: Plan): string | null => {
  const { ok, alike, nodes } = matchPattern(pattern, plan);
  if (ok) return null;
  const more = nodes.length > named ? `; and ${nodes.length - named} more` : '';
  const has = nodes
    .slice(0, named)
    .map((node) => sayNode(node, pattern))
    .join('; ');
  return `${sayWanted(pattern)} ${alike ? 'It has' : 'Instead it has'} ${has}${more}.`;
};
