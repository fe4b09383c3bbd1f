import type { Fence, Info } from './fences.ts';
import { boundOf } from './plan-patterns.ts';
import { type Problems, quoted } from './problems.ts';
import { list, mapping, oneOrMore, pattern, readShape, text } from './schema.ts';
import { type MeasurePattern, type MeasureUnit, measureUnits, type ViewRequest } from './types.ts';
import type { YamlPath, YamlSource } from './yaml.ts';
import { readYaml } from './yaml.ts';

const isUnit = (word: string): word is MeasureUnit => measureUnits.some((unit) => unit === word);

const measure = mapping('{ of, variants }', {
  of: pattern(`one of ${measureUnits.join(', ')}`, new RegExp(`^(${measureUnits.join('|')})$`)),
  variants: list(
    mapping('{ name, sql }', {
      name: text('a name'),
      sql: text('a statement'),
      before: text('statements').optional(),
    }),
    'a list of { name, sql }',
  ),
});

/** What a `measure` block asks for; null when it cannot be read. */
export const readMeasure = (fence: Fence, info: Info, problems: Problems): ViewRequest | null => {
  for (const word of info.names)
    problems.error(word.position, `measure: ${quoted(word.text)} is not understood`);
  for (const [flag, position] of info.flags) problems.error(position, `measure: "${flag}" is for sql blocks`);
  const source = readYaml(fence.body, problems);
  const data = source && readShape(measure, source, problems);
  if (!data || !isUnit(data.of)) return null;
  if (data.variants.length < 2)
    problems.error(source.valuePosition(['variants']), 'variants: at least two are needed');
  const names = data.variants.map(({ name }) => name);
  for (const [index, name] of names.entries())
    if (names.indexOf(name) < index)
      problems.error(
        source.valuePosition(['variants', index, 'name']),
        `variants: ${quoted(name)} is there already`,
      );
  return {
    view: 'measure',
    unit: data.of,
    variants: data.variants.map(({ name, sql, before }) => ({ name, sql, before: before ?? '' })),
  };
};

const patternKeys = mapping('a bar such as { variant: by index, value: "<= 5" }', {
  variant: text('the name of a variant'),
  value: boundOf.optional(),
  times: boundOf.optional(),
  of: text('the name of another variant').optional(),
});

/** The value of `measured:` in a set of claims. */
export const measuredShape = oneOrMore(
  patternKeys,
  'a bar such as { variant: by index, value: "<= 5" }, or a list of them',
);

type PatternData = ReturnType<typeof patternKeys.parse>;

/** What a pattern lacks is among the problems. */
export const toMeasurePattern = (
  { variant, value, times, of }: PatternData,
  source: YamlSource,
  path: YamlPath,
  problems: Problems,
): MeasurePattern => {
  if (!value && !times)
    problems.error(
      source.position(path),
      'measured: claim a value, or times with the variant it is times of',
    );
  if ((times === undefined) !== (of === undefined))
    problems.error(source.position(path), 'measured: times and of go together');
  return { variant, value: value ?? null, times: times ?? null, of: of ?? null };
};
