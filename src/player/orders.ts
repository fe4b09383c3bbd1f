import type { Page, SqlStep } from '../lesson/types.ts';
import type { TimelineState } from '../timeline/state.ts';
import { appliesTo } from './state.ts';

/** The steps of a page as they may be put into other orders. */
export type PageSteps = {
  /** One list a session, in order of first use; each keeps its own order. */
  readonly lists: readonly (readonly SqlStep[])[];
  /** What looks at the result: steps of `you` at the end of the page, when `you` does nothing before them. */
  readonly tail: readonly SqlStep[];
  /** The lesson's own order, without the tail. */
  readonly own: readonly SqlStep[];
};

/** Views take no part: they are pictures, not statements of a session. */
export const pageSteps = (page: Page, major: number): PageSteps => {
  const steps = page.blocks.filter(
    (block): block is SqlStep => block.kind === 'sql' && appliesTo(block, major),
  );
  const firstOfYou = steps.findIndex((step) => step.session === 'you');
  const looks = firstOfYou > 0 && steps.slice(firstOfYou).every((step) => step.session === 'you');
  const own = looks ? steps.slice(0, firstOfYou) : steps;
  const sessions = [...new Set(own.map((step) => step.session))];
  return {
    own,
    tail: looks ? steps.slice(firstOfYou) : [],
    lists: sessions.map((name) => own.filter((step) => step.session === name)),
  };
};

/** Whether there is anything to reorder. */
export const hasOrders = (page: Page, major: number): boolean => pageSteps(page, major).lists.length > 1;

/** Why a session cannot be sent its next step now; null: it can. */
export const whyBusy = (session: string, timeline: TimelineState): string | null => {
  const step = timeline.steps.findLast((one) => one.session === session && one.endedAt === null);
  if (!step) return null;
  const by = step.waits.at(-1)?.to === null ? (step.waits.at(-1)?.by ?? []) : [];
  return by.length === 0 ? 'its statement still runs' : `waits for ${by.join(', ')}`;
};
