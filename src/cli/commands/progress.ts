import { readFileSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { loadCatalog } from '../../lesson/catalog.ts';
import { didYouMean } from '../../lesson/closest.ts';
import { parseImport, printExport } from '../../progress/schema.ts';
import { openProgress } from '../../progress/store.ts';
import type { ProgressStore } from '../../progress/types.ts';
import { reasonOf } from '../../text/error-words.ts';
import { sanitizeLine } from '../../text/sanitize.ts';
import type { Arguments, Command } from '../command.ts';
import { exitCodes, Failure, UsageError } from '../errors.ts';
import { forgetLesson } from '../forget-lesson.ts';
import { say } from '../terminal.ts';

const isTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EEXIST';

/** Says what happened to the file. @returns the exit code */
const tell = (store: ProgressStore): number => {
  const notices = store.takeNotices();
  for (const notice of notices) say(notice);
  return notices.length === 0 ? exitCodes.ok : exitCodes.failed;
};

const exportTo = (file: string, force: boolean): number => {
  const store = openProgress();
  const exported = printExport(store.all());
  const code = tell(store);
  if (file === '-') {
    process.stdout.write(exported);
    return code;
  }
  try {
    writeFileSync(file, exported, { flag: force ? 'w' : 'wx', mode: 0o600 });
  } catch (error) {
    if (isTaken(error)) throw new Failure(`${file} is there already.`, 'Name another file, or add --force.');
    throw new Failure(
      `${file} cannot be written: ${reasonOf(error)}.`,
      'Name another file, or - for stdout.',
    );
  }
  say(`Your progress is in ${file}. On the other machine: pg-tutor progress import ${file}`);
  return code;
};

/** @throws {Failure} */
const read = async (file: string): Promise<string> => {
  try {
    return file === '-' ? await text(process.stdin) : readFileSync(file, 'utf8');
  } catch (error) {
    throw new Failure(
      `${file} cannot be read: ${reasonOf(error)}.`,
      'Name a file that progress export wrote.',
    );
  }
};

const importFrom = async (file: string): Promise<number> => {
  const name = file === '-' ? 'the input' : file;
  const content = parseImport(await read(file));
  if (!content.ok) {
    const remedy =
      content.why === 'version'
        ? 'Import it with the pg-tutor that wrote it, or a newer one.'
        : 'Name a file that pg-tutor progress export wrote.';
    throw new Failure(`nothing was imported from ${name}: ${content.message}.`, remedy);
  }
  const store = openProgress();
  const before = store.all();
  const after = store.merge(content.lessons);
  const code = tell(store);
  if (code !== exitCodes.ok) return code;
  const changed = Object.keys(after).filter((id) => JSON.stringify(after[id]) !== JSON.stringify(before[id]));
  say(
    changed.length === 0
      ? `You had all of ${name} already.`
      : `Taken in from ${name}: ${changed.length} ${changed.length === 1 ? 'lesson' : 'lessons'} (${sanitizeLine(changed.join(', '))}).`,
  );
  return code;
};

const actions: Readonly<Record<string, (args: Arguments, what: string | undefined) => Promise<number>>> = {
  export: async ({ values }, file = '-') => exportTo(file, values.force === true),
  import: async (_, file) => {
    if (file === undefined)
      throw new UsageError('which file? For example: pg-tutor progress import progress.json');
    return importFrom(file);
  },
  reset: async ({ globals }, lesson) => {
    if (lesson === undefined) throw new UsageError('which lesson? For example: pg-tutor progress reset 6.4');
    const { lessons, indexFile } = globals;
    const catalog = await loadCatalog(lessons, indexFile === undefined ? {} : { indexFile });
    return forgetLesson(catalog, lesson, globals.yes);
  },
};

export const command: Command = {
  usage: 'progress export [FILE|-] | import FILE | reset LESSON',
  description: `Takes what you have done from one machine to another, or forgets one lesson.
export writes it as JSON (without a file: to stdout). import adds such a file
(or - for stdin) to what is here: entry by entry the later one stays, so nothing
done on either machine is lost, and importing twice changes nothing. reset
forgets one lesson and asks first; pg-tutor reset forgets all.`,
  options: { force: { type: 'boolean', help: 'export: write over a file that is there' } },
  maxPositionals: 2,
  async run(args) {
    const [action, what] = args.positionals;
    const known = Object.keys(actions);
    if (action === undefined) throw new UsageError(`progress needs one of ${known.join(', ')}`);
    const run = Object.hasOwn(actions, action) ? actions[action] : undefined;
    if (!run)
      throw new UsageError(
        `progress cannot "${action}"${didYouMean(action, known) || `; known are ${known.join(', ')}`}`,
      );
    return run(args, what);
  },
};
