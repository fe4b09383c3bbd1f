import { parseArgs } from 'node:util';
import { didYouMean } from '../lesson/closest.ts';
import { globalOptions, type Options } from './command.ts';
import { UsageError } from './errors.ts';

type Values = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
type Parsed = { readonly values: Values; readonly positionals: readonly string[] };

/** The option as the user wrote it, without its value. */
const written = (token: { rawName: string }): string => token.rawName;

const parseConfig = (
  options: Options,
): Record<string, { type: 'boolean' | 'string'; short?: string; multiple?: boolean }> =>
  Object.fromEntries(
    Object.entries(options).map(([name, { type, short, multiple }]) => [
      name,
      { type, ...(short ? { short } : {}), ...(multiple ? { multiple } : {}) },
    ]),
  );

/** Index of the first word that is neither an option nor the value of a global one; -1: none. */
export const commandIndex = (argv: readonly string[]): number => {
  const { tokens } = parseArgs({
    args: [...argv],
    options: parseConfig(globalOptions),
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  return tokens.find((token) => token.kind === 'positional')?.index ?? -1;
};

/**
 * Reads the words of a command line (without the command's name).
 * @throws {UsageError} naming what is wrong with it, with a guess at what was meant
 */
export const parseArguments = (words: readonly string[], own: Options, maxPositionals: number): Parsed => {
  const options: Options = { ...globalOptions, ...own };
  const { tokens } = parseArgs({
    args: [...words],
    options: parseConfig(options),
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  const values: Record<string, string | boolean | string[]> = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const option = options[token.name];
    if (!option) {
      const near = didYouMean(token.name, Object.keys(options)).replace(/"(.*)"/, '--$1');
      throw new UsageError(`unknown option ${written(token)}${near}`);
    }
    if (option.type === 'boolean') {
      if (token.value !== undefined) throw new UsageError(`${written(token)} takes no value`);
      values[token.name] = true;
      continue;
    }
    if (
      token.value === undefined ||
      (!token.inlineValue && token.value.startsWith('-') && token.value !== '-')
    ) {
      throw new UsageError(`${written(token)} needs a value: ${written(token)} ${option.value ?? 'VALUE'}`);
    }
    const before = values[token.name];
    values[token.name] = option.multiple
      ? [...(Array.isArray(before) ? before : []), token.value]
      : token.value;
  }
  const extra = positionals[maxPositionals];
  if (extra !== undefined) throw new UsageError(`too many arguments: ${extra}`);
  return { values, positionals };
};

/** Whether a global yes-or-no option stands among the words; other options are not looked at. */
export const asksFor = (words: readonly string[], name: 'help' | 'version'): boolean => {
  const { values } = parseArgs({
    args: [...words],
    options: parseConfig(globalOptions),
    strict: false,
    allowPositionals: true,
  });
  return values[name] === true;
};
