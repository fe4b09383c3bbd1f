import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { didYouMean } from '../lesson/closest.ts';
import { asksFor, commandIndex, parseArguments } from './arguments.ts';
import type { Globals } from './command.ts';
import { describeError, endOnStrayErrors, exitCodeOf, exitCodes, UsageError } from './errors.ts';
import { commandHelp, mainHelp } from './help.ts';
import { fromHere } from './places.ts';
import { type Entry, home, registry } from './registry.ts';

/** Bundled, this file is in dist/ or dist/chunks/; the lessons are beside dist/. */
const packageRoot = (): string => {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const dist = path.basename(here) === 'chunks' ? path.dirname(here) : here;
  return path.dirname(dist);
};

const entryFor = (name: string | undefined): Entry => {
  if (name === undefined) return home;
  const entry = Object.hasOwn(registry, name) ? registry[name] : undefined;
  if (entry) return entry;
  if (/^\d+\.\d+$|\//.test(name))
    throw new UsageError(`unknown command "${name}"; did you mean: pg-tutor learn ${name}`);
  throw new UsageError(`unknown command "${name}"${didYouMean(name, Object.keys(registry))}`);
};

const globalsFrom = (values: Readonly<Record<string, unknown>>, version: string): Globals => {
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  const root = packageRoot();
  const own = text('lessons');
  return {
    url: text('url'),
    yes: values.yes === true,
    plain: values.plain === true,
    lessons: fromHere(own === undefined ? path.join(root, 'lessons') : path.resolve(own)),
    indexFile: own === undefined ? path.join(root, 'dist', 'catalog.json') : undefined,
    debug: values.debug === true,
    version,
  };
};

const run = async (argv: readonly string[], version: string): Promise<number> => {
  let index = commandIndex(argv);
  let words = [...argv];
  let name = argv[index];
  if (name === 'help') {
    // `pg-tutor help list` is `pg-tutor list --help`.
    words = [...words.slice(0, index), ...words.slice(index + 1), '--help'];
    index = commandIndex(words);
    name = words[index];
  }
  const entry = entryFor(name);
  if (index >= 0) words.splice(index, 1);
  if (asksFor(words, 'version')) {
    process.stdout.write(`${version}\n`);
    return exitCodes.ok;
  }
  if (name === undefined && asksFor(words, 'help')) {
    process.stdout.write(mainHelp());
    return exitCodes.ok;
  }
  const { command } = await entry.load();
  if (asksFor(words, 'help')) {
    process.stdout.write(commandHelp(command));
    return exitCodes.ok;
  }
  const { values, positionals } = parseArguments(words, command.options, command.maxPositionals);
  if (values['no-color']) {
    process.env.NO_COLOR = '1';
    process.env.FORCE_COLOR = '0';
  }
  return command.run({ globals: globalsFrom(values, version), values, positionals });
};

/** Runs one command line. @returns the exit code; every error has been told on stderr */
export const dispatch = async (argv: readonly string[], version: string): Promise<number> => {
  const debug = argv.includes('--debug');
  endOnStrayErrors(debug);
  try {
    return await run(argv, version);
  } catch (error) {
    process.stderr.write(`${describeError(error, debug)}\n`);
    return exitCodeOf(error);
  }
};
