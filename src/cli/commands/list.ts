import { type Catalog, loadCatalog } from '../../lesson/catalog.ts';
import type { LessonHead } from '../../lesson/types.ts';
import { toJson } from '../../plain/json.ts';
import { openProgress } from '../../progress/store.ts';
import { donePages, type LessonProgress, type Progress } from '../../progress/types.ts';
import { toAnsi } from '../../text/ansi.ts';
import type { Glyphs } from '../../text/glyphs.ts';
import { type Line, plainLine, span } from '../../text/line.ts';
import { sanitizeLine } from '../../text/sanitize.ts';
import { fitLine, padEnd } from '../../text/width.ts';
import type { Command } from '../command.ts';
import { exitCodes, Failure } from '../errors.ts';
import { problemInWords } from '../problems.ts';
import { say, textSettings } from '../terminal.ts';

/** What `list --json` prints; fields are added, never changed. */
const listing = (catalog: Catalog, progress: Progress): string =>
  toJson(
    {
      lessons: catalog.modules.flatMap(({ lessons }) =>
        lessons.map((lesson) => ({ ...lesson, progress: progress[lesson.id] ?? null })),
      ),
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
  const [sign, state] = done?.finishedAt
    ? [span(glyphs.lessonDone, { color: 'green' }), 'done']
    : done
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

const toLines = (catalog: Catalog, progress: Progress, width: number, glyphs: Glyphs): Line[] =>
  catalog.modules
    .filter(({ lessons }) => lessons.length > 0)
    .flatMap(({ module, lessons }, index) => [
      ...(index > 0 ? [[]] : []),
      plainLine(sanitizeLine(`${module.number} ${module.title}`), { bold: true }),
      ...lessons.map((lesson) => lessonLine(lesson, progress[lesson.id], glyphs, width)),
    ]);

export const command: Command = {
  usage: 'list',
  description: 'Lists the lessons with their length and how far you are.',
  options: { json: { type: 'boolean', help: 'as JSON: { lessons, problems }' } },
  maxPositionals: 0,
  async run({ globals, values }) {
    const { lessons, indexFile } = globals;
    const catalog = await loadCatalog(lessons, indexFile === undefined ? {} : { indexFile });
    const store = openProgress();
    const progress = store.all();
    for (const notice of store.takeNotices()) say(notice);
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
