import { didYouMean } from './closest.ts';
import type { Fence, Info } from './fences.ts';
import { type Problems, quoted } from './problems.ts';
import { list, mapping, pattern, readShape, text } from './schema.ts';
import { namePattern } from './slug.ts';
import type { Comparison, SqlStep, Step } from './types.ts';
import { readYaml } from './yaml.ts';

const shape = mapping('steps: [one, other]', {
  steps: list(pattern('the id of a step', namePattern), 'the ids of two steps such as [before, after]'),
  labels: list(text('a label'), 'two labels such as [without the index, with it]').optional(),
});

/** Reads a `compare` block. `steps`: those above it. @returns null when something is wrong with it */
export const readComparison = (
  fence: Fence,
  info: Info,
  steps: readonly Step[],
  problems: Problems,
): Comparison | null => {
  for (const word of info.names)
    problems.error(word.position, `compare: ${quoted(word.text)} is not understood`);
  for (const [flag, position] of info.flags) problems.error(position, `compare: "${flag}" is for sql blocks`);
  if (info.id) problems.error(info.id.position, 'compare: nothing speaks of it, so it has no id');
  if (info.postgres.from !== undefined || info.postgres.to !== undefined)
    problems.error(fence.position, 'compare: versions are those of the two steps');
  const source = readYaml(fence.body, problems);
  const data = source && readShape(shape, source, problems);
  if (!data) return null;
  const found = data.steps.map((id, index): SqlStep | null => {
    const at = source.valuePosition(['steps', index]);
    const step = steps.find((one) => one.id === id);
    if (step?.kind === 'sql') return step;
    const ids = steps.map((one) => one.id);
    if (step) problems.error(at, `steps: "${id}" is a view, which has no plan and no result`);
    else problems.error(at, `steps: there is no step "${id}" above${didYouMean(id, ids)}`);
    return null;
  });
  const [left, right] = found;
  if (found.length !== 2)
    problems.error(source.valuePosition(['steps']), `steps: two are needed, found ${found.length}`);
  const { labels } = data;
  if (labels && labels.length !== 2)
    problems.error(source.valuePosition(['labels']), `labels: two are needed, found ${labels.length}`);
  if (!left || !right) return null;
  if (left === right)
    problems.error(source.valuePosition(['steps']), 'steps: a step is compared with another one');
  if (left.explain !== right.explain)
    problems.error(
      source.valuePosition(['steps']),
      'steps: a plan cannot be compared with a result; write explain at both or at neither',
    );
  return {
    kind: 'compare',
    of: left.explain ? 'plans' : 'results',
    left: { step: left.id, label: labels?.[0] ?? left.id },
    right: { step: right.id, label: labels?.[1] ?? right.id },
    position: fence.position,
  };
};
