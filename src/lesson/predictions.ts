import { claimKeys, type ReadClaims, toClaimSet } from './claims.ts';
import type { Fence } from './fences.ts';
import type { Problems } from './problems.ts';
import { readMarkdown, toProse } from './prose.ts';
import { list, mapping, readShape, text } from './schema.ts';
import type { Choice, ProseNode } from './types.ts';
import { readYaml } from './yaml.ts';

const shape = mapping('the keys question, choices and why', {
  question: text('a question'),
  choices: list(
    mapping('{ text: …, when: … }', { text: text(), when: claimKeys }),
    'a list of choices such as { text: …, when: … }',
  ),
  why: text(),
});

export type ReadPrediction = {
  readonly question: string;
  readonly choices: readonly Choice[];
  readonly why: readonly ProseNode[];
  readonly claims: readonly ReadClaims[];
};

/** What a choice claims, without where it stands. */
const sameClaims = (choice: Choice): string =>
  JSON.stringify(choice.when, (key, value: unknown) => (key === 'position' ? undefined : value));

/** Reads the inside of a `predict` block; null when it has no usable shape. */
export const readPrediction = (fence: Fence, problems: Problems): ReadPrediction | null => {
  const source = readYaml(fence.body, problems);
  const data = source && readShape(shape, source, problems);
  if (!data) return null;
  const claims = data.choices.map((choice, index) =>
    toClaimSet(choice.when, source, ['choices', index, 'when'], problems),
  );
  const choices = claims.flatMap(({ set }, index): Choice[] => {
    const choice = data.choices[index];
    return choice ? [{ text: choice.text, when: set, position: source.position(['choices', index]) }] : [];
  });
  if (choices.length < 2)
    problems.error(source.position(['choices']), `choices: at least 2 are needed, found ${choices.length}`);
  if (choices.length > 9)
    problems.error(source.position(['choices']), `choices: at most 9 (a key each), found ${choices.length}`);
  for (const [index, choice] of choices.entries())
    for (const [other, earlier] of choices.slice(0, index).entries()) {
      const twice = `choices[${index + 1}]: the same`;
      if (choice.text === earlier.text)
        problems.error(choice.position, `${twice} text as choice ${other + 1}`);
      else if (sameClaims(choice) === sameClaims(earlier))
        problems.error(choice.position, `${twice} claims as choice ${other + 1}, so both would be right`);
    }
  const whyPosition = source.valuePosition(['why']);
  const why = (readMarkdown(data.why, whyPosition, problems) ?? []).flatMap(
    (node) => toProse(node, () => whyPosition, problems) ?? [],
  );
  return { question: data.question, choices, why, claims };
};
