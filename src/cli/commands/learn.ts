import type { Lesson } from '../../lesson/types.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import { needLesson } from '../lessons.ts';
import { canRedraw } from '../terminal.ts';

/** `6.4:5` is page 5 of 6.4; `lost-updates:bob-arrives` the page with that id. */
const split = (wanted: string): { readonly name: string; readonly page: string | null } => {
  const colon = wanted.lastIndexOf(':');
  return colon < 0
    ? { name: wanted, page: null }
    : { name: wanted.slice(0, colon), page: wanted.slice(colon + 1) };
};

/** Id of a page named by number or id. @throws {UsageError} */
const pageId = (lesson: Lesson, wanted: string): string => {
  const byNumber = /^\d+$/.test(wanted) ? lesson.pages[Number(wanted) - 1] : undefined;
  const page = byNumber ?? lesson.pages.find(({ id }) => id === wanted);
  if (page) return page.id;
  throw new UsageError(
    `lesson ${lesson.number} has no page ${wanted}; it has pages 1 to ${lesson.pages.length}`,
  );
};

export const command: Command = {
  usage: 'learn <lesson>[:page]',
  description: `Opens a lesson, named by number (6.4), id (transactions/lost-updates) or file.
With a page (6.4:5), the steps before it are replayed silently.`,
  options: {},
  maxPositionals: 1,
  async run({ globals, positionals }) {
    const [wanted] = positionals;
    if (wanted === undefined) throw new UsageError('which lesson? For example: pg-tutor learn 6.4');
    const { name, page } = split(wanted);
    const lesson = await needLesson(globals.lessons, name);
    const at = page === null ? null : pageId(lesson, page);
    const { playInPlain, playOnScreen } = await import('../play.ts');
    if (globals.plain || !canRedraw()) return playInPlain(lesson, at, globals);
    return playOnScreen({ screen: 'lesson', lesson, page: at }, globals);
  },
};
