import type { LockSample, StepState, TimelineState, Wait } from './state.ts';

/** A wait that was going on. */
export type OpenWait = { readonly step: StepState; readonly wait: Wait };

/** Who held what and waited for whom at one moment. */
export type Moment = {
  readonly at: number;
  readonly locks: LockSample['locks'];
  readonly sessions: LockSample['sessions'];
  readonly waits: readonly OpenWait[];
};

/** Waits that go on at `t`; without it, now. */
export const waitsAt = (state: TimelineState, t: number | null): readonly OpenWait[] =>
  state.steps.flatMap((step) =>
    step.waits
      .filter((wait) => (t === null ? wait.to === null : wait.from <= t && (wait.to === null || wait.to > t)))
      .map((wait) => ({ step, wait })),
  );

/** The sessions at `t` (null: now): what the last look at the server until then said. */
export const at = (state: TimelineState, t: number | null): Moment => {
  const waits = waitsAt(state, t);
  if (t === null) return { at: state.at, locks: state.locks, sessions: state.sessions, waits };
  const sample = state.samples.findLast((one) => one.at <= t);
  const sessions = sample?.sessions ?? [];
  return { at: t, locks: sample?.locks ?? [], sessions, waits };
};

/**
 * The moments worth a stop, in order: a step that was sent, a wait that began, a wait that ended. Each time is the last
 * one before the next stop, so that what was seen because of it counts to it.
 */
export const stopsOf = (state: TimelineState): readonly Stop[] => {
  const starts = state.steps.flatMap((step) => [
    { at: step.sentAt, step: step.step },
    ...step.waits.flatMap((wait) => [
      { at: wait.from, step: step.step },
      ...(wait.to === null ? [] : [{ at: wait.to, step: step.step }]),
    ]),
  ]);
  const sorted = starts.sort((a, b) => a.at - b.at);
  const distinct = sorted.filter((one, index) => sorted[index - 1]?.at !== one.at);
  return distinct.map((one, index) => {
    const next = distinct[index + 1];
    return { ...one, until: next === undefined ? null : next.at - 0.0005 };
  });
};

export type Stop = {
  /** When it happened, ms: the row of the timeline it is drawn in. */
  readonly at: number;
  readonly step: string;
  /** The last moment before the next stop; null: now. */
  readonly until: number | null;
};
