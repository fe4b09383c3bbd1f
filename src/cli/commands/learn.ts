import type { Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import { pageId, splitPage } from '../lesson-page.ts';
import { needLesson } from '../lessons.ts';
import { canRedraw } from '../terminal.ts';

export const command: Command = {
  usage: 'learn <lesson>[:page]',
  description: `Opens a lesson, named by number (6.4), id (transactions/lost-updates) or file.
With a page (6.4:5), the steps before it are replayed silently.`,
  options: {},
  maxPositionals: 1,
  async run({ globals, positionals }) {
    const [wanted] = positionals;
    if (wanted === undefined) throw new UsageError('which lesson? For example: pg-tutor learn 6.4');
    const { name, page } = splitPage(wanted);
    const lesson = await needLesson(globals.lessons, name);
    const at = page === null ? null : pageId(lesson, page);
    const { playInPlain, playOnScreen } = await import('../play.ts');
    if (globals.plain || !canRedraw()) return playInPlain(lesson, at, globals);
    return playOnScreen({ screen: 'lesson', lesson, page: at }, globals);
  },
};
