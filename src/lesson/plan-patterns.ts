import { nodeTypes } from '../explain/node-types.ts';
import { didYouMean } from './closest.ts';
import { type Problems, quoted } from './problems.ts';
import { mapping, oneOrMore, scalarOf, text } from './schema.ts';
import { type Bound, type PlanNumber, type PlanPattern, planNumbers } from './types.ts';
import type { YamlPath, YamlSource } from './yaml.ts';

const joins = ['Left', 'Right', 'Full', 'Semi', 'Anti', 'Right Semi', 'Right Anti'];

/** Nodes as the text format of EXPLAIN prints them, where it says more (explain.c, ExplainNode: `pname`). */
const textNames = [
  ...[
    'HashAggregate',
    'GroupAggregate',
    'MixedAggregate',
    'HashSetOp',
    'Insert',
    'Update',
    'Delete',
    'Merge',
  ],
  ...['Index Scan Backward', 'Index Only Scan Backward'],
  ...joins.flatMap((join) => [`Hash ${join} Join`, `Merge ${join} Join`, `Nested Loop ${join} Join`]),
];

const known: readonly string[] = [...nodeTypes, ...textNames, 'any'];
const prefix = /^(?:(?:Parallel|Partial|Finalize|Async) )*/;

/** `3`, `<= 3`, `>= 2 <= 4`; null: not understood, or no number is like this. Both ends are included. */
export const parseBound = (words: string): Bound | null => {
  let min = 0;
  let max = Number.MAX_SAFE_INTEGER;
  for (const part of words
    .trim()
    .replace(/([<>=])\s+/g, '$1')
    .split(/\s+/)) {
    const match = /^(>=|<=|>|<|=|)(\d{1,15})$/.exec(part);
    if (!match) return null;
    const number = Number(match[2]);
    const sign = match[1] ?? '';
    if (sign === '' || sign === '=' || sign.startsWith('>'))
      min = Math.max(min, sign === '>' ? number + 1 : number);
    if (sign === '' || sign === '=' || sign.startsWith('<'))
      max = Math.min(max, sign === '<' ? number - 1 : number);
  }
  return min > max ? null : { min, max };
};

/** A number or bounds, written as text. */
export const boundOf = scalarOf('a number or bounds such as "<= 5" or ">= 2 <= 4"', parseBound);

const patternKeys = mapping('a node such as { uses: Index Scan, relation: account }', {
  uses: text('a plan node such as Index Scan, or any').optional(),
  avoids: text('a plan node such as Seq Scan, or any').optional(),
  index: text('the name of an index').optional(),
  relation: text('the name of a relation').optional(),
  rows: boundOf.optional(),
  buffers: boundOf.optional(),
  heapFetches: boundOf.optional(),
  loops: boundOf.optional(),
  workersLaunched: boundOf.optional(),
  subplansRemoved: boundOf.optional(),
});

/** The value of `plan:` in a set of claims. */
export const planShape = oneOrMore(patternKeys, 'a node such as { uses: Index Scan }, or a list of them');

type PatternData = ReturnType<typeof patternKeys.parse>;

/** What a pattern lacks or has too much of is among the problems. */
export const toPlanPattern = (
  data: PatternData,
  source: YamlSource,
  path: YamlPath,
  problems: Problems,
): PlanPattern => {
  const { uses, avoids, index, relation } = data;
  const node = uses ?? avoids ?? 'any';
  const at = source.position(path);
  if (uses !== undefined && avoids !== undefined)
    problems.error(
      source.position([...path, 'avoids']),
      'plan: uses and avoids go into patterns of their own',
    );
  const bare = node.replace(prefix, '');
  if (!known.includes(bare))
    problems.error(
      source.valuePosition([...path, uses === undefined ? 'avoids' : 'uses']),
      `plan: ${quoted(node)} is no plan node${didYouMean(bare, known)}`,
    );
  const bounds: Partial<Record<PlanNumber, Bound>> = {};
  for (const name of planNumbers) {
    const given = data[name];
    if (given) bounds[name] = given;
  }
  const says = index !== undefined || relation !== undefined || Object.keys(bounds).length > 0;
  if (node === 'any' && !says) problems.error(at, 'plan: name a node, an index, a relation or a number');
  return {
    mode: avoids === undefined ? 'uses' : 'avoids',
    node: node === 'any' ? null : node,
    ...(index !== undefined && { index }),
    ...(relation !== undefined && { relation }),
    bounds,
  };
};
