/**
 * Lessons on disk: `NN-module/README.md` and `NN-module/NN-slug.md`. The only file I/O of src/lesson. The parser and
 * its libraries are imported when a file has to be parsed and not before: a list of known lessons must be quick.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { didYouMean } from './closest.ts';
import { decodeText, maxLessonBytes, tooLarge } from './decode.ts';
import { LessonError } from './error.ts';
import { findLesson } from './find-lesson.ts';
import { arrangeFiles, type LessonFile, type ModuleFolder } from './lesson-files.ts';
import {
  isLessonIndex,
  type LessonEntry,
  type LessonIndex,
  type ModuleEntry,
  makeIndex,
} from './lesson-index.ts';
import { type PageText, readText as pagesOfText } from './lesson-text.ts';
import { type ListedLesson, outlineOf } from './outline.ts';
import { collectProblems, sortProblems } from './problems.ts';
import { slugify } from './slug.ts';
import type { ModuleInfo, ParsedLesson, Problem } from './types.ts';

export type CatalogModule = {
  readonly module: ModuleInfo;
  /** Slugs of the modules that are best done before it: advice, never a lock. */
  readonly after: readonly string[];
  readonly lessons: readonly ListedLesson[];
};

/** The lessons that can be played, in order, and whatever is wrong with the files. */
export type Catalog = { readonly modules: readonly CatalogModule[]; readonly problems: readonly Problem[] };

type Text = { readonly text: string; readonly sha1: string };

const problemAt = (file: string, message: string, severity: Problem['severity'] = 'error'): Problem => ({
  position: { file, line: 1, column: 1 },
  severity,
  message,
});

/** Positions with the folder before their relative paths. */
const placed = (folder: string, problems: readonly Problem[]): Problem[] =>
  problems.map((problem) => ({
    ...problem,
    position: { ...problem.position, file: path.join(folder, problem.position.file) },
  }));

/** @throws LessonError `no-lessons` when the folder cannot be read */
const scan = async (folder: string): Promise<{ modules: ModuleFolder[]; problems: readonly Problem[] }> => {
  const list = async (inside: string): Promise<{ name: string; isFile: boolean }[]> =>
    (await readdir(inside, { withFileTypes: true }))
      .filter(({ name }) => !name.startsWith('.'))
      .map((entry) => ({ name: entry.name, isFile: entry.isFile() }));
  const entries = await list(folder).catch((cause: unknown) => {
    const remedy =
      'Name another with --lessons; if it is the one that came with pg-tutor, install pg-tutor again.';
    throw new LessonError('no-lessons', `The folder of lessons, ${folder}, cannot be read.`, remedy, {
      cause,
    });
  });
  const folders = entries
    .filter(({ isFile }) => !isFile)
    .map(async ({ name }) => ({
      name,
      files: (await list(path.join(folder, name)).catch(() => [])).map((entry) => entry.name),
    }));
  const problems = collectProblems();
  return { modules: arrangeFiles(await Promise.all(folders), problems), problems: problems.list };
};

/** @returns null when there is no such file */
const readText = async (folder: string, file: string): Promise<Text | Problem | null> => {
  try {
    const full = path.join(folder, file);
    if ((await stat(full)).size > maxLessonBytes) return problemAt(file, tooLarge);
    const bytes = await readFile(full);
    const decoded = decodeText(bytes, file);
    if ('invalid' in decoded)
      return {
        position: decoded.invalid,
        severity: 'error',
        message: 'not a text file: it is not valid UTF-8',
      };
    return { text: decoded.text, sha1: createHash('sha1').update(bytes).digest('hex') };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return code === 'ENOENT' ? null : problemAt(file, `the file cannot be read: ${code}`);
  }
};

const isText = (read: Text | Problem): read is Text => 'text' in read;

const readModule = async (folder: string, module: ModuleFolder, index: LessonIndex): Promise<ModuleEntry> => {
  const nothing = { sha1: '', title: null, summary: '', after: [] };
  const read = await readText(folder, module.readme);
  if (!read)
    return { ...nothing, problems: [problemAt(module.readme, 'the module has no README.md', 'warning')] };
  if (!isText(read)) return { ...nothing, problems: [{ ...read, severity: 'warning' }] };
  const known = index.modules[module.readme];
  if (known?.sha1 === read.sha1) return known;
  const { parseModuleReadme } = await import('./module-readme.ts');
  const problems = collectProblems();
  const parsed = parseModuleReadme(read.text, module.readme, problems);
  return { sha1: read.sha1, ...parsed, problems: problems.list };
};

const moduleInfo = ({ slug, number }: ModuleFolder, { title, summary }: ModuleEntry): ModuleInfo => ({
  slug,
  number,
  title: title ?? slug.charAt(0).toUpperCase() + slug.slice(1).replaceAll('-', ' '),
  summary,
});

const readLesson = async (
  folder: string,
  lesson: LessonFile,
  module: ModuleInfo,
): Promise<ParsedLesson & { sha1: string }> => {
  const read = (await readText(folder, lesson.file)) ?? problemAt(lesson.file, 'the file is gone');
  if (!isText(read)) return { lesson: null, problems: [read], sha1: '' };
  const { parseLesson } = await import('./parse.ts');
  return { ...parseLesson(read.text, { ...lesson, module }), sha1: read.sha1 };
};

const readEntry = async (
  folder: string,
  lesson: LessonFile,
  module: ModuleInfo,
  index: LessonIndex,
): Promise<LessonEntry> => {
  const known = index.lessons[lesson.file];
  if (known) {
    const read = await readText(folder, lesson.file);
    if (read && isText(read) && read.sha1 === known.sha1) return known;
  }
  const { lesson: parsed, problems, sha1 } = await readLesson(folder, lesson, module);
  if (!parsed) return { sha1, head: null, problems };
  const { title, summary, minutes, needs, covers, docs, counts } = parsed;
  const head = { title, summary, minutes, needs, covers, docs, counts, outline: outlineOf(parsed) };
  return { sha1, head, problems };
};

type Entries = readonly {
  readonly folder: ModuleFolder;
  readonly entry: ModuleEntry;
  readonly lessons: readonly (readonly [LessonFile, LessonEntry])[];
}[];

const readEntries = (
  folder: string,
  modules: readonly ModuleFolder[],
  index: LessonIndex,
): Promise<Entries> =>
  Promise.all(
    modules.map(async (module) => {
      const entry = await readModule(folder, module, index);
      const info = moduleInfo(module, entry);
      const lessons = module.lessons.map(
        async (lesson) => [lesson, await readEntry(folder, lesson, info, index)] as const,
      );
      return { folder: module, entry, lessons: await Promise.all(lessons) };
    }),
  );

const readIndex = async (file: string | undefined): Promise<LessonIndex> => {
  const none = makeIndex({}, {});
  if (file === undefined) return none;
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    return isLessonIndex(value) ? value : none;
  } catch {
    return none;
  }
};

/**
 * Every lesson of a folder without its pages. A file that is broken gives problems and leaves the others alone.
 * @param options.indexFile what the build wrote from buildIndex; used for files that have not changed since
 * @throws LessonError `no-lessons` when the folder cannot be read
 */
export const loadCatalog = async (
  folder: string,
  options: { readonly indexFile?: string } = {},
): Promise<Catalog> => {
  const [{ modules, problems }, index] = await Promise.all([scan(folder), readIndex(options.indexFile)]);
  const entries = await readEntries(folder, modules, index);
  const slugs = new Set(modules.map(({ slug }) => slug));
  const found = entries.flatMap(({ folder: module, entry, lessons }) => [
    ...entry.problems,
    ...entry.after
      .filter((slug) => !slugs.has(slug))
      .map((slug) =>
        problemAt(module.readme, `after: there is no module "${slug}"${didYouMean(slug, slugs)}`, 'warning'),
      ),
    ...lessons.flatMap(([, lesson]) => lesson.problems),
  ]);
  return {
    modules: entries.map(({ folder: module, entry, lessons }) => {
      const info = moduleInfo(module, entry);
      return {
        module: info,
        after: entry.after.filter((slug) => slugs.has(slug)),
        lessons: lessons.flatMap(([{ id, number, file }, { head }]) =>
          head ? [{ ...head, id, number, file: path.join(folder, file), module: info }] : [],
        ),
      };
    }),
    problems: placed(folder, sortProblems([...problems, ...found])),
  };
};

/** The prose and the SQL of the lessons listed, by lesson id, for a search. A file that is gone has none. */
export const loadTexts = async (catalog: Catalog): Promise<ReadonlyMap<string, readonly PageText[]>> => {
  const lessons = catalog.modules.flatMap((module) => module.lessons);
  const texts = lessons.map(async ({ id, file }) => {
    const read = await readText('', file);
    return [id, read && isText(read) ? pagesOfText(read.text) : []] as const;
  });
  return new Map(await Promise.all(texts));
};

/**
 * What loadCatalog may use instead of parsing. Written to disk by scripts/build.mjs.
 * @throws LessonError `no-lessons` when the folder cannot be read
 */
export const buildIndex = async (folder: string): Promise<LessonIndex> => {
  const { modules } = await scan(folder);
  const entries = await readEntries(folder, modules, makeIndex({}, {}));
  return makeIndex(
    Object.fromEntries(entries.map(({ folder: module, entry }) => [module.readme, entry])),
    Object.fromEntries(entries.flatMap(({ lessons }) => lessons.map(([{ file }, entry]) => [file, entry]))),
  );
};

/** For a lesson that somebody has saved or is writing, wherever its file is. */
const noModule: ModuleInfo = { slug: 'files', number: 0, title: 'Files', summary: '' };

/**
 * One lesson with all its pages.
 * @param wanted `transactions/lost-updates`, `6.4`, `lost-updates` where no other module has one, or the path of a
 *   file `NN-module/NN-slug.md` anywhere; any other file `.md` is a lesson of no module
 * @throws LessonError `unknown-lesson`, `ambiguous-lesson`, `no-lessons`
 */
export const loadLesson = async (folder: string, wanted: string): Promise<ParsedLesson> => {
  const asFile = wanted.endsWith('.md') ? path.resolve(wanted) : null;
  const root = asFile ? path.dirname(path.dirname(asFile)) : folder;
  const { modules } = await scan(root);
  const all = modules.flatMap((module) => module.lessons.map((lesson) => ({ ...lesson, module })));
  const found = asFile ? all.find(({ file }) => path.join(root, file) === asFile) : findLesson(all, wanted);
  if (!found && asFile && (await readText('', asFile)) !== null) {
    const id = `files/${slugify(path.basename(asFile, '.md')) || 'lesson'}`;
    const { lesson, problems } = await readLesson('', { file: asFile, id, number: '0.0' }, noModule);
    return { lesson, problems };
  }
  if (!found)
    throw new LessonError(
      'unknown-lesson',
      `${wanted} is not a lesson file.`,
      'A lesson is a file such as 06-transactions/04-lost-updates.md.',
    );
  const { module, file, id, number } = found;
  const info = moduleInfo(module, await readModule(root, module, makeIndex({}, {})));
  // The whole path goes in, so that every position in the lesson has it.
  const { lesson, problems } = await readLesson('', { file: path.join(root, file), id, number }, info);
  return { lesson, problems };
};
