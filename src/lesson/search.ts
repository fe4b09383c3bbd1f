import type { LessonHead } from './types.ts';

const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase();

type Listed = { readonly modules: readonly { readonly lessons: readonly LessonHead[] }[] };

/**
 * Lessons in which every word of the query occurs: in the title, the summary, the id, the number or the module's
 * title. Those whose titles have all the words come first; otherwise the order of the catalog stays. Case and accents
 * do not matter. An empty query finds everything.
 */
export const searchLessons = (catalog: Listed, query: string): LessonHead[] => {
  const words = fold(query).split(/\s+/).filter(Boolean);
  const inTitle: LessonHead[] = [];
  const elsewhere: LessonHead[] = [];
  for (const lesson of catalog.modules.flatMap((module) => module.lessons)) {
    const title = fold(`${lesson.number} ${lesson.title}`);
    const all = fold([title, lesson.summary, lesson.id, lesson.module.title].join('\n'));
    if (words.every((word) => title.includes(word))) inTitle.push(lesson);
    else if (words.every((word) => all.includes(word))) elsewhere.push(lesson);
  }
  return [...inTitle, ...elsewhere];
};
