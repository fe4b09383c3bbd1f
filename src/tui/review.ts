import type { ListedLesson } from '../lesson/outline.ts';
import type { PlayerState } from '../player/state.ts';
import type { WeakPage } from '../progress/review.ts';

/** Mispredicted pages, played one after the other, each from its own state. */
export type Review = {
  readonly queue: readonly { readonly lesson: string; readonly page: string }[];
  /** Which of them is open, from 0. */
  readonly at: number;
  /** Questions answered on those before it. */
  readonly answered: number;
  readonly right: number;
};

export const startReview = (pages: readonly WeakPage<ListedLesson>[]): Review => ({
  queue: pages.map(({ lesson, page }) => ({ lesson: lesson.id, page: page.id })),
  at: 0,
  answered: 0,
  right: 0,
});

/** The review with this page behind it. */
export const pageReviewed = (review: Review, state: PlayerState): Review => {
  const judged = Object.values(state.predictions).filter(
    (made) => made.choice !== null && made.right !== null,
  );
  const right = judged.filter((made) => made.choice !== null && made.right?.includes(made.choice));
  return {
    ...review,
    at: review.at + 1,
    answered: review.answered + judged.length,
    right: review.right + right.length,
  };
};

export const isLastOf = ({ queue, at }: Review): boolean => at >= queue.length - 1;

/** Where one is in it, for the status line. */
export const reviewWords = ({ queue, at }: Review): string => `review ${at + 1} of ${queue.length}`;

/** What to say after the last page. */
export const reviewEnd = ({ answered, right, queue }: Review): string => {
  const pages = `${queue.length} ${queue.length === 1 ? 'page' : 'pages'} reviewed`;
  return answered === 0 ? `${pages}.` : `${pages}: ${right} of ${answered} predicted right.`;
};
