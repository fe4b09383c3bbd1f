import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Folder, isSlug, newLesson } from '../../authoring/skeleton.ts';
import type { Command, Globals } from '../command.ts';
import { exitCodes, Failure, UsageError } from '../errors.ts';
import { fromHere } from '../places.ts';

/** The lessons that came with an installed pg-tutor are nobody's to add to: without --lessons, those that are here. */
const targetFolder = async ({ lessons, indexFile }: Globals): Promise<string> => {
  if (indexFile === undefined) return path.resolve(lessons);
  const here = path.resolve('lessons');
  if (
    await stat(here).then(
      (found) => found.isDirectory(),
      () => false,
    )
  )
    return here;
  throw new Failure('there is no folder of lessons here', 'Say where to write it: --lessons DIR');
};

const foldersIn = async (folder: string): Promise<Folder[]> => {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw new Failure(`${fromHere(folder)} cannot be read`, 'Name another folder with --lessons DIR', {
      cause: error,
    });
  });
  return Promise.all(
    entries
      .filter((entry) => entry.isDirectory())
      .map(async ({ name }) => ({ name, files: await readdir(path.join(folder, name)) })),
  );
};

/** Writes a file that must not be there. @throws {Failure} when it is, or cannot be written */
const create = async (file: string, text: string): Promise<void> => {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const why = code === 'EEXIST' ? 'is there already' : `cannot be written: ${code}`;
    throw new Failure(`${fromHere(file)} ${why}`, 'Nothing was overwritten.', { cause: error });
  }
};

export const command: Command = {
  usage: 'new <module>/<name>',
  description: `Writes the skeleton of a lesson, with the next number of its module; a module
that is not there yet gets the next number, too. What it writes verifies:
replace it bit by bit, with pg-tutor watch beside you. Overwrites nothing.
Without --lessons it goes into the folder "lessons" of the current folder.`,
  options: {},
  maxPositionals: 1,
  async run({ globals, positionals }) {
    const [wanted] = positionals;
    const [module = '', slug = '', ...rest] = (wanted ?? '').split('/');
    if (rest.length > 0 || !isSlug(module) || !isSlug(slug))
      throw new UsageError(
        'which lesson? A module and a name of small letters, digits and -: pg-tutor new transactions/lost-updates',
      );
    const folder = await targetFolder(globals);
    const lesson = newLesson(await foldersIn(folder), module, slug);
    if ('taken' in lesson)
      throw new Failure(
        `a lesson ${module}/${slug} exists already: ${fromHere(path.join(folder, lesson.taken))}`,
        'Nothing was overwritten.',
      );
    const file = path.join(folder, lesson.file);
    await create(file, lesson.text);
    if (lesson.readme) await create(path.join(folder, lesson.readme.file), lesson.readme.text);
    const shown = fromHere(file);
    process.stdout.write(`${shown}\n`);
    if (lesson.readme) process.stdout.write(`${fromHere(path.join(folder, lesson.readme.file))}\n`);
    process.stderr.write(
      `Lesson ${lesson.number} is ready to be rewritten:\n  pg-tutor watch ${shown}\n  pg-tutor verify ${shown}\n  pg-tutor lint ${shown}\n`,
    );
    return exitCodes.ok;
  },
};
