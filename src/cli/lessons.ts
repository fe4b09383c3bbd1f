import { loadLesson } from '../lesson/catalog.ts';
import type { Lesson } from '../lesson/types.ts';
import { Failure } from './errors.ts';
import { problemInWords } from './problems.ts';
import { say } from './terminal.ts';

/**
 * A lesson that can be played.
 * @param tell told of what is only doubtful in it
 * @throws {Failure} listing what is wrong with it @throws LessonError
 */
export const needLesson = async (
  folder: string,
  wanted: string,
  tell: (line: string) => void = say,
): Promise<Lesson> => {
  const { lesson, problems } = await loadLesson(folder, wanted);
  if (lesson) {
    for (const problem of problems) tell(problemInWords(problem));
    return lesson;
  }
  throw new Failure(
    `lesson ${wanted} cannot be played:\n${problems.map(problemInWords).join('\n')}`,
    'Other lessons are not affected: pg-tutor list',
  );
};
