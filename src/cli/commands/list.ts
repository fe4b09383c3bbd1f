import { type Catalog, loadCatalog, loadTexts } from '../../lesson/catalog.ts';
import type { ListedLesson } from '../../lesson/outline.ts';
import { type Found, makeSearchIndex, searchLessons } from '../../lesson/search.ts';
import type { LessonHead, ModuleInfo } from '../../lesson/types.ts';
import { toJson } from '../../plain/json.ts';
import { scoreOf } from '../../progress/review.ts';
import { openProgress } from '../../progress/store.ts';
import {
  donePages,
  type LessonProgress,
  lessonStatus,
  noProgress,
  type Progress,
  pageStatus,
} from '../../progress/types.ts';
import { toAnsi } from '../../text/ansi.ts';
import type { Glyphs } from '../../text/glyphs.ts';
import { type Line, span } from '../../text/line.ts';
import { sanitizeLine } from '../../text/sanitize.ts';
import { fitLine, padEnd } from '../../text/width.ts';
import { wrapLine } from '../../text/wrap.ts';
import type { Command } from '../command.ts';
import { exitCodes, Failure } from '../errors.ts';
import { problemInWords } from '../problems.ts';
import { say, textSettings } from '../terminal.ts';

/** How a lesson stands, for `list --json`. */
const progressOf = (lesson: ListedLesson, known: LessonProgress) => ({
  status: lessonStatus(known),
  pagesDone: donePages(known),
  page: known.page,
  finishedAt: known.finishedAt,
  predictions: Object.fromEntries(
    Object.entries(known.predictions).map(([id, { answers }]) => [id, answers.at(-1)]),
  ),
  score: scoreOf(
    known,
    lesson.outline.flatMap(({ predictions }) => predictions),
  ),
  pages: lesson.outline.map(({ id, predictions }) => ({
    id,
    status: pageStatus(known, id),
    score: scoreOf(known, predictions),
  })),
  updatedAt: known.updatedAt,
});

/** What `list --json` prints; fields are added, never changed. */
const listing = (catalog: Catalog, progress: Progress): string =>
  toJson(
    {
      lessons: catalog.modules.flatMap(({ lessons }) =>
        lessons.map((lesson) => {
          const known = progress[lesson.id];
          return { ...lesson, progress: known ? progressOf(lesson, known) : null };
        }),
      ),
      modules: catalog.modules.map(({ module, after }) => ({ ...module, after })),
      problems: catalog.problems,
    },
    2,
  );

const lessonLine = (
  lesson: LessonHead,
  done: LessonProgress | undefined,
  glyphs: Glyphs,
  width: number,
): Line => {
  const pages = done ? donePages(done).length : 0;
  const status = lessonStatus(done ?? noProgress);
  const [sign, state] =
    status === 'done'
      ? [span(glyphs.lessonDone, { color: 'green' }), 'done']
      : status === 'started'
        ? [span(glyphs.lessonOpen), `${Math.min(pages, lesson.counts.pages)}/${lesson.counts.pages}`]
        : [span(glyphs.lessonNew, { dim: true }), ''];
  const right = `${String(lesson.minutes).padStart(3)} min  ${state.padEnd(5)}`;
  const left: Line = [span('  '), sign, span(` ${padEnd(lesson.number, 5)} ${sanitizeLine(lesson.title)}`)];
  return [
    ...fitLine(left, width - right.length - 2, glyphs.ellipsis),
    span('  '),
    span(right, { dim: true }),
  ];
};

const modulesAfter = (catalog: Catalog, after: readonly string[]): string =>
  catalog.modules
    .filter(({ module }) => after.includes(module.slug))
    .map(({ module }) => module.number)
    .join(', ');

const moduleLine = ({ number, title }: ModuleInfo, after: string): Line => [
  span(sanitizeLine(`${number} ${title}`), { bold: true }),
  ...(after === '' ? [] : [span(`   after ${after}`, { dim: true })]),
];

/** The lessons found, each with the page it was found on and the words around it. */
const foundLines = (found: readonly Found[], progress: Progress, width: number, glyphs: Glyphs): Line[] =>
  found.flatMap(({ lesson, page, where, excerpt }) => {
    const place = page ? `${lesson.number}:${page.number} ${page.title}` : '';
    const words = where === 'summary' ? excerpt : [place, excerpt].filter((part) => part !== '').join(': ');
    const line = lessonLine(lesson, progress[lesson.id], glyphs, width);
    return words === ''
      ? [line]
      : [
          line,
          ...wrapLine([span(`          ${sanitizeLine(words)}`, { dim: true })], width - 2, { indent: 10 }),
        ];
  });

const toLines = (catalog: Catalog, progress: Progress, width: number, glyphs: Glyphs): Line[] =>
  catalog.modules
    .filter(({ lessons }) => lessons.length > 0)
    .flatMap(({ module, lessons, after }, index) => [
      ...(index > 0 ? [[]] : []),
      moduleLine(module, modulesAfter(catalog, after)),
      ...lessons.map((lesson) => lessonLine(lesson, progress[lesson.id], glyphs, width)),
    ]);

/** What was found is printed; nothing found is exit code 1, as of grep. */
const search = async (catalog: Catalog, text: string, progress: Progress, json: boolean): Promise<number> => {
  const found = searchLessons(makeSearchIndex(catalog, await loadTexts(catalog)), text);
  const code = found.length === 0 ? exitCodes.failed : exitCodes.ok;
  if (json) {
    const entries = found.map(({ lesson, ...place }) => ({
      lesson: lesson.id,
      number: lesson.number,
      ...place,
    }));
    process.stdout.write(`${toJson({ found: entries }, 2)}\n`);
    return code;
  }
  if (found.length === 0) say(`Nothing found for "${sanitizeLine(text)}".`);
  const { width, glyphs, style } = textSettings();
  for (const line of foundLines(found, progress, width, glyphs))
    process.stdout.write(`${toAnsi(line, { color: style, style }).trimEnd()}\n`);
  return code;
};

export const command: Command = {
  usage: 'list',
  description: `Lists the lessons with their length and how far you are. With --search only
those that have all the words in their titles, text or SQL, the best first;
learn takes the place as it is shown (6.4:5). Nothing found is exit code 1.`,
  options: {
    search: { type: 'string', value: 'TEXT', help: 'only lessons in which these words occur, and where' },
    json: { type: 'boolean', help: 'as JSON: { lessons, modules, problems }; with --search { found }' },
  },
  maxPositionals: 0,
  async run({ globals, values }) {
    const { lessons, indexFile } = globals;
    const catalog = await loadCatalog(lessons, indexFile === undefined ? {} : { indexFile });
    const store = openProgress();
    const progress = store.all();
    for (const notice of store.takeNotices()) say(notice);
    if (typeof values.search === 'string')
      return search(catalog, values.search, progress, values.json === true);
    if (values.json) {
      process.stdout.write(`${listing(catalog, progress)}\n`);
      return exitCodes.ok;
    }
    for (const problem of catalog.problems) say(problemInWords(problem));
    const { width, glyphs, style } = textSettings();
    const lines = toLines(catalog, progress, width, glyphs);
    if (lines.length === 0)
      throw new Failure(`there are no lessons in ${lessons}`, 'Give another folder: --lessons DIR');
    process.stdout.write(
      lines.map((line) => `${toAnsi(line, { color: style, style }).trimEnd()}\n`).join(''),
    );
    return exitCodes.ok;
  },
};
