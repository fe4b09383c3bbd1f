import type { Lesson, LessonHead } from './types.ts';

/** A page as a map shows it, without its blocks. */
export type PageOutline = {
  readonly id: string;
  readonly title: string;
  /** Ids of its predictions, in order. */
  readonly predictions: readonly string[];
};

/** What a map of lessons needs to know of one. */
export type ListedLesson = LessonHead & { readonly outline: readonly PageOutline[] };

export const outlineOf = ({ pages }: Pick<Lesson, 'pages'>): readonly PageOutline[] =>
  pages.map(({ id, title, blocks }) => ({
    id,
    title,
    predictions: blocks.flatMap((block) => (block.kind === 'prediction' ? [block.id] : [])),
  }));
