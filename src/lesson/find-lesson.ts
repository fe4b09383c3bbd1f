import { closest } from './closest.ts';
import { LessonError } from './error.ts';

/** A lesson by its names alone. */
export type Named = { readonly id: string; readonly number: string };

/**
 * The lesson that `wanted` names: `transactions/lost-updates`, `6.4`, or `lost-updates` where no other module has one.
 * @throws LessonError `unknown-lesson`, `ambiguous-lesson`
 */
export const findLesson = <T extends Named>(lessons: readonly T[], wanted: string): T => {
  const word = wanted.trim().toLowerCase();
  const exact = lessons.find(({ id, number }) => id === word || number === word);
  if (exact) return exact;
  const [first, ...others] = lessons.filter(({ id }) => id.split('/')[1] === word);
  if (first && others.length === 0) return first;
  if (first) {
    const suggestions = [first, ...others].map(({ id }) => id);
    throw new LessonError(
      'ambiguous-lesson',
      `"${wanted}" is the name of ${suggestions.length} lessons.`,
      `Say which: ${suggestions.join(', ')}.`,
      { suggestions },
    );
  }
  const suggestions = suggest(lessons, word);
  throw new LessonError(
    'unknown-lesson',
    `There is no lesson "${wanted}".`,
    suggestions.length > 0
      ? `Did you mean ${suggestions.join(' or ')}?`
      : 'pg-tutor list shows all lessons; name one by its id or its number.',
    { suggestions },
  );
};

/** Near misses of an id or its last part, else lessons (or a module's lessons) whose id has the word in it. */
const suggest = (lessons: readonly Named[], word: string): string[] => {
  const near = lessons.flatMap(({ id }) => {
    const [name] = closest(word, [id, id.split('/')[1] ?? id]);
    return name === undefined ? [] : [{ id, name }];
  });
  const best = closest(word, new Set(near.map(({ name }) => name)), 3);
  const ids = best.flatMap((name) => near.filter((lesson) => lesson.name === name).map(({ id }) => id));
  const containing = word.length < 3 ? [] : lessons.filter(({ id }) => id.includes(word)).map(({ id }) => id);
  return (ids.length > 0 ? ids : containing).slice(0, 3);
};
