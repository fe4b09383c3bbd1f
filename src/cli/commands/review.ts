import { loadCatalog } from '../../lesson/catalog.ts';
import type { ListedLesson } from '../../lesson/outline.ts';
import { toJson } from '../../plain/json.ts';
import { dueInWords, nothingDue, type WeakPage, weakPages } from '../../progress/review.ts';
import { openProgress } from '../../progress/store.ts';
import { sanitizeLine } from '../../text/sanitize.ts';
import { fitLine, padEnd } from '../../text/width.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../errors.ts';
import { needLesson } from '../lessons.ts';
import { canRedraw, say, textSettings } from '../terminal.ts';

/** What `review --list --json` prints; fields are added, never changed. */
const listing = (weak: readonly WeakPage<ListedLesson>[]): string =>
  toJson(
    {
      pages: weak.map(({ lesson, page, due, isDue }) => ({
        lesson: lesson.id,
        number: lesson.number,
        page: page.id,
        pageNumber: page.number,
        title: page.title,
        due: due.toISOString(),
        isDue,
      })),
    },
    2,
  );

const lines = (weak: readonly WeakPage<ListedLesson>[], now: Date): string[] => {
  const { width } = textSettings();
  return weak.map(({ lesson, page, due }) => {
    const when = padEnd(dueInWords(due, now), 11);
    const place = padEnd(`${lesson.number}:${page.number}`, 8);
    const text = `${when} ${place} ${sanitizeLine(page.title)} (${sanitizeLine(lesson.title)})`;
    return fitLine([{ text }], width - 1, '…')
      .map((span) => span.text)
      .join('')
      .trimEnd();
  });
};

export const command: Command = {
  usage: 'review',
  description: `Plays the pages again whose predictions went another way than you thought: one
day later, and after a right answer 3, 7 and 21 days later. A page is due from
midnight, local time; a wrong answer begins again with one day.`,
  options: {
    list: { type: 'boolean', help: 'only list the pages, with the days they are due' },
    json: { type: 'boolean', help: 'with --list: as JSON, { pages }' },
  },
  maxPositionals: 0,
  async run({ globals, values }) {
    const { lessons, indexFile } = globals;
    const catalog = await loadCatalog(lessons, indexFile === undefined ? {} : { indexFile });
    const store = openProgress();
    const now = new Date();
    const weak = weakPages(
      catalog.modules.flatMap((module) => module.lessons),
      store.all(),
      now,
    );
    for (const notice of store.takeNotices()) say(notice);
    if (values.json) {
      process.stdout.write(`${listing(weak)}\n`);
      return exitCodes.ok;
    }
    const due = weak.filter(({ isDue }) => isDue);
    if (values.list) for (const line of lines(weak, now)) process.stdout.write(`${line}\n`);
    if (due.length === 0 && (!values.list || weak.length === 0)) say(nothingDue(weak, now));
    if (values.list || due.length === 0) return exitCodes.ok;
    const { playOnScreen, reviewInPlain } = await import('../play.ts');
    if (!globals.plain && canRedraw()) return playOnScreen({ screen: 'review' }, globals);
    const pages = await Promise.all(
      due.map(async ({ lesson, page }) => ({
        lesson: await needLesson(globals.lessons, lesson.id),
        page: page.id,
      })),
    );
    return reviewInPlain(pages, globals);
  },
};
