import { resumePlace } from '../../progress/resume.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import { placeIn, splitPage } from '../lesson-page.ts';
import { needLesson } from '../lessons.ts';
import { canRedraw } from '../terminal.ts';

export const command: Command = {
  usage: 'learn <lesson>[:place]',
  description: `Opens a lesson, named by number (6.4), id (transactions/lost-updates) or file.
A lesson begun before goes on where you left it. A place is a page by its number
(6.4:5) or id, or a step by its id: the steps before it are replayed silently.
6.4:1 begins again.`,
  options: {},
  maxPositionals: 1,
  async run({ globals, positionals }) {
    const [wanted] = positionals;
    if (wanted === undefined) throw new UsageError('which lesson? For example: pg-tutor learn 6.4');
    const { name, page } = splitPage(wanted);
    const lesson = await needLesson(globals.lessons, name);
    const { openProgress } = await import('../../progress/store.ts');
    const at = page === null ? resumePlace(lesson, openProgress().lesson(lesson.id)) : placeIn(lesson, page);
    const { playInPlain, playOnScreen } = await import('../play.ts');
    if (globals.plain || !canRedraw()) return playInPlain(lesson, at, globals);
    return playOnScreen({ screen: 'lesson', lesson, at }, globals);
  },
};
