import { didYouMean } from './closest.ts';
import type { Fence, Info } from './fences.ts';
import { type Problems, quoted } from './problems.ts';
import { list, mapping, readShape, text, wholeNumber } from './schema.ts';
import { truthOperators } from './truth-operators.ts';
import type { ViewName, ViewRequest } from './types.ts';
import { readYaml } from './yaml.ts';

const viewNames = [
  'locks',
  'lock-matrix',
  'row-lock-matrix',
  'truth-table',
  'heap-page',
] as const satisfies ViewName[];
const laterViews = ['timeline', 'wait-graph', 'topology'];

const truthTable = mapping('operators: [and, or, not]', {
  operators: list(text('an operator'), 'a list of operators such as [and, or, not]'),
});

const heapPage = mapping('relation: account', {
  relation: text('the name of a table'),
  page: wholeNumber(0, 1_000_000).optional(),
});

/** What a `view` block asks for; null when it cannot be made. */
export const readView = (fence: Fence, info: Info, problems: Problems): ViewRequest | null => {
  const [name, extra] = info.names;
  if (!name) {
    problems.error(fence.position, `view: name a picture: ${viewNames.join(', ')}`);
    return null;
  }
  if (extra) problems.error(extra.position, `view: ${quoted(extra.text)} is not understood`);
  for (const [flag, position] of info.flags) problems.error(position, `view: "${flag}" is for sql blocks`);
  const view = viewNames.find((known) => known === name.text);
  if (view === 'truth-table') return readTruthTable(fence, problems);
  if (view === 'heap-page') {
    const source = readYaml(fence.body, problems);
    const data = source && readShape(heapPage, source, problems);
    return data && { view, relation: data.relation, page: data.page ?? 0 };
  }
  if (view) {
    if (fence.body.text.trim() !== '')
      problems.error(fence.body.position(0), `view: ${view} takes no settings`);
    return { view };
  }
  problems.error(
    name.position,
    laterViews.includes(name.text)
      ? `view: "${name.text}" is not supported by this version`
      : `view: unknown picture ${quoted(name.text)}${didYouMean(name.text, viewNames) || `; known are ${viewNames.join(', ')}`}`,
  );
  return null;
};

const readTruthTable = (fence: Fence, problems: Problems): ViewRequest | null => {
  const source = readYaml(fence.body, problems);
  const data = source && readShape(truthTable, source, problems);
  if (!data) return null;
  if (data.operators.length === 0)
    problems.error(source.valuePosition(['operators']), 'operators: at least one is needed');
  const known = truthOperators.map(({ sql }) => sql);
  const operators = data.operators.map((word) => word.toLowerCase().replace(/\s+/g, ' '));
  for (const [index, word] of operators.entries())
    if (!known.includes(word))
      problems.error(
        source.valuePosition(['operators', index]),
        `operators: unknown operator ${quoted(word)}${didYouMean(word, known) || `; known are ${known.join(', ')}`}`,
      );
  return { view: 'truth-table', operators };
};
