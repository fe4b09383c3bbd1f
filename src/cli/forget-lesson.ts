import type { Catalog } from '../lesson/catalog.ts';
import { findLesson } from '../lesson/find-lesson.ts';
import { openDrafts } from '../progress/drafts.ts';
import { openProgress } from '../progress/store.ts';
import { donePages, lessonStatus } from '../progress/types.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { askYesNo } from './ask.ts';
import { exitCodes, Failure } from './errors.ts';
import { say } from './terminal.ts';

/**
 * Forgets what was done in one lesson. Asks first. @returns the exit code
 * @throws LessonError, {Failure} when nobody is there to ask
 */
export const forgetLesson = async (catalog: Catalog, wanted: string, yes: boolean): Promise<number> => {
  const lesson = findLesson(
    catalog.modules.flatMap((module) => module.lessons),
    wanted,
  );
  const store = openProgress();
  const known = store.lesson(lesson.id);
  const name = sanitizeLine(`${lesson.number} ${lesson.title}`);
  if (lessonStatus(known) === 'unseen' && Object.keys(known.predictions).length === 0) {
    say(`You have not begun ${name}: there is nothing to forget.`);
    return exitCodes.ok;
  }
  if (!yes) {
    if (!process.stdin.isTTY)
      throw new Failure('nothing was forgotten: nobody is there to agree.', 'Add --yes to go ahead.');
    const pages = `${donePages(known).length} of ${lesson.counts.pages} pages`;
    if (!(await askYesNo(`Forget what you did in ${name} (${pages})?`))) {
      say('Nothing was changed.');
      return exitCodes.failed;
    }
  }
  store.reset(lesson.id);
  openDrafts().forget(lesson.id);
  const notices = store.takeNotices();
  for (const notice of notices) say(notice);
  if (notices.length === 0) say(`${name} is as if you had never opened it.`);
  return notices.length === 0 ? exitCodes.ok : exitCodes.failed;
};
