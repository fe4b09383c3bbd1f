import * as z from 'zod';
import { didYouMean } from './closest.ts';
import { type Problems, quoted } from './problems.ts';
import type { CellPattern, VersionRange } from './types.ts';
import { parseVersionRange } from './versions.ts';
import { YamlScalar, type YamlSource } from './yaml.ts';

/** What a value is, in an author's words. */
const describe = (value: unknown): string => {
  if (value instanceof YamlScalar) return value.text === '' ? 'nothing' : quoted(value.text);
  if (Array.isArray(value)) return 'a list';
  return 'keys and values in { }';
};

const isMapping = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof YamlScalar);

class Failure {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

const fail = (message: string): Failure => new Failure(message);

/** Every type below goes through here: a missing key and a value of the wrong kind are said in the same way. */
const value = <T>(read: (input: unknown) => T | Failure) =>
  z.unknown().transform((input, context): T => {
    const result = read(input);
    if (!(result instanceof Failure)) return result;
    context.addIssue({ code: 'custom', message: input === undefined ? 'missing' : result.message });
    return z.NEVER;
  });

const scalar = <T>(expected: string, read: (input: YamlScalar) => T | Failure) =>
  value((input) =>
    input instanceof YamlScalar ? read(input) : fail(`expected ${expected}, found ${describe(input)}`),
  );

/** A value written as text that `read` understands; null: it does not. */
export const scalarOf = <T>(expected: string, read: (text: string) => T | null) =>
  scalar(expected, (input) => read(input.text) ?? fail(`expected ${expected}, found ${describe(input)}`));

/** Text that is not empty; a number or `true` counts as the text it was written as. */
export const text = (expected = 'text') =>
  scalar(expected, (input) => {
    const trimmed = input.text.trim();
    return trimmed === '' ? fail(`expected ${expected}, found nothing`) : trimmed;
  });

export const pattern = (expected: string, expression: RegExp) =>
  scalar(expected, (input) =>
    expression.test(input.text) ? input.text : fail(`expected ${expected}, found ${describe(input)}`),
  );

export const wholeNumber = (least: number, most: number) =>
  scalar('a number', (input) => {
    if (!/^-?\d+(\.\d+)?$/.test(input.text)) return fail(`expected a number, found ${describe(input)}`);
    const number = Number(input.text);
    if (!Number.isInteger(number)) return fail(`expected a whole number, found ${input.text}`);
    if (number < least) return fail(`expected ${least} or more, found ${input.text}`);
    return number > most ? fail(`expected ${most} or less, found ${input.text}`) : number;
  });

export const yesOrNo = scalar('true or false', (input) =>
  input.text === 'true' || input.text === 'false'
    ? input.text === 'true'
    : fail(`expected true or false, found ${describe(input)}`),
);

/** A JavaScript regular expression without flags. */
export const regex = scalar('a regular expression', (input) => {
  if (input.text === '') return fail('expected a regular expression, found nothing');
  const trouble = regexProblem(input.text);
  return trouble ? fail(trouble) : input.text;
});

const regexProblem = (source: string): string | null => {
  try {
    new RegExp(source);
    return null;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(': ').at(-1) : '';
    return `${quoted(source)} is not a valid regular expression (${reason?.toLowerCase()})`;
  }
};

export const versions = scalar('PostgreSQL versions', (input): VersionRange | Failure => {
  const result = parseVersionRange(input.text);
  return 'problem' in result ? fail(result.problem) : result.range;
});

/** What PostgreSQL prints: true is `t`, false is `f`, null without quotes is NULL. */
export const cell = value((input): CellPattern | Failure => {
  if (input instanceof YamlScalar) {
    if (input.isNull) return null;
    if (input.plain && /^(true|True|TRUE)$/.test(input.text)) return 't';
    if (input.plain && /^(false|False|FALSE)$/.test(input.text)) return 'f';
    return input.text;
  }
  const parsed = matchesCell.safeParse(input);
  if (!isMapping(input) || !parsed.success) {
    const [issue] = parsed.error?.issues ?? [];
    if (issue?.path[0] === 'matches' && issue.message !== 'missing') return fail(`matches: ${issue.message}`);
    return fail(`expected a value, found ${describe(input)}; put a value such as "{1,2}" in quotes`);
  }
  return parsed.data;
});
const matchesCell = z.strictObject({ matches: regex });

export const list = <T extends z.ZodType>(item: T, expected: string) =>
  z.array(item, {
    error: (issue) =>
      issue.input === undefined ? 'missing' : `expected ${expected}, found ${describe(issue.input)}`,
  });

/** One item or a list of them, always read as a list. What an author wrote as a list is judged as one. */
export const oneOrMore = <T extends z.ZodType>(item: T, expected: string) =>
  z.union([item.transform((single) => [single]), list(item, expected)], {
    error: (issue) => String(Array.isArray(issue.input) ? 1 : 0),
  });

/** A word, or keys and values; what is wrong is said of whichever the author wrote. */
export const wordOr = <W extends z.ZodType, T extends z.ZodType>(word: W, keys: T) =>
  z.union([word, keys], { error: (issue) => String(isMapping(issue.input) ? 1 : 0) });

/** `keys: { a, b }` with nothing else in it. */
export const mapping = <T extends z.ZodRawShape>(expected: string, shape: T, later: readonly string[] = []) =>
  z
    .custom<unknown>(isMapping, {
      error: (issue) =>
        issue.input === undefined ? 'missing' : `expected ${expected}, found ${describe(issue.input)}`,
    })
    .pipe(
      z.strictObject(shape, {
        // One line for each unknown key; readShape gives each its own position.
        error: (issue) =>
          issue.code === 'unrecognized_keys'
            ? issue.keys.map((key) => unknownKey(key, issue.input, Object.keys(shape), later)).join('\n')
            : undefined,
      }),
    );

const unknownKey = (
  key: string,
  input: unknown,
  known: readonly string[],
  later: readonly string[],
): string => {
  if (later.includes(key)) return 'not supported by this version';
  const near = didYouMean(key, known);
  // { text: no, never } has the key "never", without a value.
  const values: Record<string, unknown> = { ...(typeof input === 'object' && input) };
  const value = values[key];
  if (/\s/.test(key) || (!near && value instanceof YamlScalar && value.text === ''))
    return 'not a key; put a text that has a comma in it in quotes';
  return `unknown key${near || `; known are ${known.join(', ')}`}`;
};

/** `choices[1].when.rowCount` */
const pathText = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => (typeof part === 'number' ? `[${part + 1}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');

/** @returns null when something is wrong; it is then among the problems, each with its place */
export const readShape = <T extends z.ZodType>(
  schema: T,
  source: YamlSource,
  problems: Problems,
): z.output<T> | null => {
  const result = schema.safeParse(source.value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) report(issue, [], source, problems);
  return null;
};

const report = (
  issue: z.core.$ZodIssue,
  parents: readonly PropertyKey[],
  source: YamlSource,
  problems: Problems,
): void => {
  const path = [...parents, ...issue.path];
  if (issue.code === 'invalid_union') {
    // The message of oneOrMore says which of the two to report.
    for (const inner of issue.errors[Number(issue.message)] ?? []) report(inner, path, source, problems);
    return;
  }
  const lines = issue.message.split('\n');
  const keys = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
  for (const [index, at] of keys.entries()) {
    const where = at.filter((part) => typeof part !== 'symbol');
    const position =
      issue.code === 'unrecognized_keys' ? source.position(where) : source.valuePosition(where);
    const name = pathText(where);
    problems.error(position, `${name}${name && ': '}${lines[index] ?? issue.message}`);
  }
};
