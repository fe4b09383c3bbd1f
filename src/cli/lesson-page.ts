import { didYouMean } from '../lesson/closest.ts';
import type { Lesson } from '../lesson/types.ts';
import { isStep } from '../player/state.ts';
import { type Place, startOf } from '../progress/resume.ts';
import { UsageError } from './errors.ts';

/** `6.4:5` is page 5 of 6.4; `lost-updates:bob-arrives` the page with that id. */
export const splitPage = (wanted: string): { readonly name: string; readonly page: string | null } => {
  const colon = wanted.lastIndexOf(':');
  return colon < 0
    ? { name: wanted, page: null }
    : { name: wanted.slice(0, colon), page: wanted.slice(colon + 1) };
};

/** The page named by its number or id, or just before the step with that id. @throws {UsageError} */
export const placeIn = (lesson: Lesson, wanted: string): Place => {
  for (const page of lesson.pages) {
    const steps = page.blocks.filter(isStep);
    const at = steps.findIndex(({ id }) => id === wanted);
    const isPage = lesson.pages.some(({ id }) => id === wanted);
    if (at >= 0 && !isPage) return { ...startOf(page.id), after: steps[at - 1]?.id ?? null };
  }
  return startOf(pageId(lesson, wanted));
};

/** Id of a page named by number or id. @throws {UsageError} naming the pages and steps there are */
export const pageId = (lesson: Lesson, wanted: string): string => {
  const byNumber = /^\d+$/.test(wanted) ? lesson.pages[Number(wanted) - 1] : undefined;
  const page = byNumber ?? lesson.pages.find(({ id }) => id === wanted);
  if (page) return page.id;
  const known = lesson.pages.map(({ id, blocks }, index) => {
    // Ids that the author did not write say nothing more.
    const steps = blocks.filter(isStep).filter((step) => !/^-\d+$/.test(step.id.slice(id.length)));
    const named = steps.map((step) => step.id).join(', ');
    return `${String(index + 1).padStart(4)}  ${id}${named === '' ? '' : `; steps: ${named}`}`;
  });
  const names = lesson.pages.flatMap(({ id, blocks }) => [
    id,
    ...blocks.filter(isStep).map((step) => step.id),
  ]);
  throw new UsageError(
    `lesson ${lesson.number} has no page ${wanted}; it has pages 1 to ${lesson.pages.length}${didYouMean(wanted, names)}\nIts pages, with the steps that have a name:\n${known.join('\n')}`,
  );
};
