import { loadLesson } from '../lesson/catalog.ts';
import type { Lesson } from '../lesson/types.ts';
import { Failure } from './errors.ts';
import { problemInWords } from './problems.ts';
import { say } from './terminal.ts';

/** A lesson that can be played. @throws {Failure} listing what is wrong with it @throws LessonError */
export const needLesson = async (folder: string, wanted: string): Promise<Lesson> => {
  const { lesson, problems } = await loadLesson(folder, wanted);
  if (lesson) {
    for (const problem of problems) say(problemInWords(problem));
    return lesson;
  }
  throw new Failure(
    `lesson ${wanted} cannot be played:\n${problems.map(problemInWords).join('\n')}`,
    'Other lessons are not affected: pg-tutor list',
  );
};
