import type { TimelineState } from '../timeline/state.ts';

/**
 * How long what happens in a run waits to be drawn, ms. Events come in groups (a statement ends, its step, then the
 * step it has released), and drawing the first of a group would hold up the news of the rest. That a step was sent
 * waits longest: most of them end, or are seen to wait, before anybody could read that they run.
 */
const patience = { sent: 30, other: 2 } as const;

/** Milliseconds from a step to its own first event and no other. */
const atOnce = 1;

export const patienceOf = ({ at, steps }: Pick<TimelineState, 'at' | 'steps'>): number => {
  const newest = steps.at(-1);
  const fresh = newest?.status === 'running' && newest.results.length === 0 && at - newest.sentAt < atOnce;
  return fresh ? patience.sent : patience.other;
};
