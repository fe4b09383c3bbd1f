import type { Lesson } from '../lesson/types.ts';
import { UsageError } from './errors.ts';

/** `6.4:5` is page 5 of 6.4; `lost-updates:bob-arrives` the page with that id. */
export const splitPage = (wanted: string): { readonly name: string; readonly page: string | null } => {
  const colon = wanted.lastIndexOf(':');
  return colon < 0
    ? { name: wanted, page: null }
    : { name: wanted.slice(0, colon), page: wanted.slice(colon + 1) };
};

/** Id of a page named by number or id. @throws {UsageError} */
export const pageId = (lesson: Lesson, wanted: string): string => {
  const byNumber = /^\d+$/.test(wanted) ? lesson.pages[Number(wanted) - 1] : undefined;
  const page = byNumber ?? lesson.pages.find(({ id }) => id === wanted);
  if (page) return page.id;
  throw new UsageError(
    `lesson ${lesson.number} has no page ${wanted}; it has pages 1 to ${lesson.pages.length}`,
  );
};
