import { conflictOf, isCommit, needsSnapshot } from './conflict.ts';
import type { RunEvent, SessionTransaction } from './events.ts';
import {
  emptyTimeline,
  type LockSample,
  maxSamples,
  type SessionState,
  type StepState,
  type TimelineState,
  type Wait,
} from './state.ts';

const last = <T>(items: readonly T[]): T | undefined => items[items.length - 1];

/** Changes the latest run of a step; a step that is not there is left alone (a recording may start in the middle). */
const changeStep = (
  state: TimelineState,
  id: string,
  change: (step: StepState) => StepState,
): TimelineState => {
  const index = state.steps.findLastIndex((step) => step.step === id);
  const step = state.steps[index];
  if (!step) return state;
  return { ...state, steps: state.steps.with(index, change(step)) };
};

const changeSession = (
  state: TimelineState,
  name: string,
  change: (session: SessionState) => SessionState,
): TimelineState => ({
  ...state,
  sessions: state.sessions.map((session) => (session.name === name ? change(session) : session)),
});

const endWait = (waits: readonly Wait[], at: number, endedDuring: string | null): readonly Wait[] => {
  const wait = last(waits);
  return wait && wait.to === null ? waits.with(waits.length - 1, { ...wait, to: at, endedDuring }) : waits;
};

const noTransaction = { isolation: null, snapshot: null } as const;

const sampled = (
  state: TimelineState,
  locks: LockSample['locks'],
  transactions: readonly SessionTransaction[],
  at: number,
): TimelineState => {
  const sessions = state.sessions.map((session): SessionState => {
    const seen = transactions.find((one) => one.session === session.name);
    if (!seen || session.transaction === 'idle') return session;
    const age = seen.snapshotAge;
    return {
      ...session,
      isolation: seen.isolation ?? session.isolation,
      snapshot: age === null ? null : { since: session.snapshot?.since ?? at, age },
    };
  });
  const before = last(state.samples);
  const sample: LockSample = { at, locks, sessions };
  const same =
    before !== undefined &&
    JSON.stringify([before.locks, before.sessions]) === JSON.stringify([locks, sessions]);
  const samples = same ? state.samples : [...state.samples, sample].slice(-maxSamples);
  return { ...state, sessions, locks, samples };
};

/** The step in whose course a wait ended: the last one another session sent. */
const endingStep = (state: TimelineState, waiting: string): string | null => {
  const sent = last(state.steps);
  if (sent && sent.step !== waiting) return sent.step;
  // Nobody has sent anything since: the end of a statement of one it waited for let it go, a deadlock's victim say.
  const wait = last(state.steps.findLast((step) => step.step === waiting)?.waits ?? []);
  const ended = state.steps.filter(
    (step) => wait?.by.includes(step.session) && step.endedAt !== null && step.endedAt >= wait.from,
  );
  return ended.sort((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0)).at(-1)?.step ?? null;
};

/** How long before a victim's error the grants that followed from it may be seen, ms. */
const victimLag = 100;

/** The grants that a deadlock's victim made possible, when they were seen before its error. */
const creditVictim = (state: TimelineState, victim: string, at: number): TimelineState => {
  const step = state.steps.findLast((one) => one.step === victim);
  if (step?.error?.sqlstate !== '40P01') return state;
  const credit = (wait: Wait): Wait =>
    wait.endedDuring === null &&
    wait.to !== null &&
    wait.to >= at - victimLag &&
    wait.by.includes(step.session)
      ? { ...wait, endedDuring: victim }
      : wait;
  return { ...state, steps: state.steps.map((one) => ({ ...one, waits: one.waits.map(credit) })) };
};

const endStep = (
  state: TimelineState,
  event: RunEvent & { step: string },
  end: Pick<StepState, 'status'> & Partial<Pick<StepState, 'error'>>,
): TimelineState =>
  changeStep(state, event.step, (step) => ({
    ...step,
    ...end,
    endedAt: event.at,
    waits: endWait(step.waits, event.at, endingStep(state, step.step)),
  }));

const apply = (state: TimelineState, event: RunEvent, page: string | null): TimelineState => {
  switch (event.type) {
    case 'run-started':
    case 'database-ready':
      return emptyTimeline;
    case 'session-opened': {
      const opened: SessionState = {
        name: event.session,
        pid: event.pid,
        ...noTransaction,
        firstQueryAt: null,
        transaction: 'idle',
        lost: null,
      };
      const others = state.sessions.filter((session) => session.name !== event.session);
      return { ...state, sessions: [...others, opened] };
    }
    case 'session-closed': {
      const sessions = state.sessions.filter((session) => session.name !== event.session);
      const steps = state.steps.map(
        (step): StepState =>
          step.session === event.session && step.endedAt === null
            ? { ...step, status: 'lost', endedAt: event.at, waits: endWait(step.waits, event.at, null) }
            : step,
      );
      return { ...state, sessions, steps };
    }
    case 'step-sent': {
      const step: StepState = {
        step: event.step,
        session: event.session,
        page,
        sql: event.sql,
        status: 'running',
        sentAt: event.at,
        endedAt: null,
        settled: false,
        statements: [],
        results: [],
        error: null,
        notices: [],
        waits: [],
        conflict: null,
        plan: null,
        view: null,
      };
      return { ...state, steps: [...state.steps, step] };
    }
    case 'statement-sent': {
      const sent = changeStep(state, event.step, (step) => ({
        ...step,
        statements: [...step.statements, event.sql],
      }));
      if (!needsSnapshot(event.sql)) return sent;
      const session = state.steps.findLast((step) => step.step === event.step)?.session ?? '';
      return changeSession(sent, session, (known) =>
        known.transaction === 'open' && known.firstQueryAt === null
          ? { ...known, firstQueryAt: event.at }
          : known,
      );
    }
    case 'statement-finished': {
      const done = changeStep(state, event.step, (step) => ({
        ...step,
        results: [...step.results, event.result],
      }));
      const session = state.steps.findLast((step) => step.step === event.step)?.session ?? '';
      const status = state.sessions.find((known) => known.name === session)?.transaction ?? 'idle';
      if (!isCommit(event.result.tag, status)) return done;
      return { ...done, commits: [...state.commits, { at: event.at, session, step: event.step }] };
    }
    case 'step-blocked':
      return changeStep(state, event.step, (step) => ({
        ...step,
        status: 'blocked',
        waits: [
          ...endWait(step.waits, event.at, endingStep(state, step.step)),
          {
            statement: Math.max(1, step.statements.length),
            from: event.at,
            to: null,
            by: event.by,
            lock: event.lock,
            endedDuring: null,
          },
        ],
      }));
    case 'step-unblocked':
      return changeStep(state, event.step, (step) => ({
        ...step,
        status: 'running',
        waits: endWait(step.waits, event.at, endingStep(state, step.step)),
      }));
    case 'step-finished':
      return endStep(state, event, { status: 'done' });
    case 'step-failed': {
      const failed = endStep(state, event, { status: 'failed', error: event.error });
      const known = changeStep(failed, event.step, (step) => ({
        ...step,
        conflict: conflictOf(state, step),
      }));
      return creditVictim(known, event.step, event.at);
    }
    case 'step-cancelled':
      return endStep(state, event, { status: 'cancelled', error: event.error });
    case 'step-settled':
      return changeStep(state, event.step, (step) => ({ ...step, settled: true }));
    case 'plan-captured':
      return changeStep(state, event.step, (step) => ({ ...step, plan: event.plan }));
    case 'view-filled':
      return changeStep(state, event.step, (step) => ({
        ...step,
        view: { columns: event.columns, rows: [...(step.view?.rows ?? []), event.row] },
      }));
    case 'transaction-changed':
      return changeSession(state, event.session, (session) => ({
        ...session,
        ...(event.status === 'idle' ? noTransaction : {}),
        firstQueryAt: session.transaction === 'idle' ? null : session.firstQueryAt,
        transaction: event.status,
      }));
    case 'notice':
      return event.step === null
        ? state
        : changeStep(state, event.step, (step) => ({ ...step, notices: [...step.notices, event.notice] }));
    case 'notification':
      return {
        ...state,
        notifications: [
          ...state.notifications,
          {
            at: event.at,
            session: event.session,
            channel: event.channel,
            payload: event.payload,
            pid: event.pid,
          },
        ],
      };
    case 'locks-sampled':
      return sampled(state, event.locks, event.transactions ?? [], event.at);
    case 'server-lost':
      return { ...state, serverLost: { at: event.at, reason: event.reason } };
    case 'session-lost': {
      const lost = changeSession(state, event.session, (session) => ({
        ...session,
        ...noTransaction,
        transaction: 'idle',
        lost: { reason: event.reason, sqlstate: event.sqlstate },
      }));
      return {
        ...lost,
        steps: lost.steps.map((step) =>
          step.session === event.session && step.endedAt === null
            ? { ...step, status: 'lost', endedAt: event.at, waits: endWait(step.waits, event.at, null) }
            : step,
        ),
      };
    }
    default:
      return state;
  }
};

/**
 * The timeline after one more event. `page` is the page the learner is on, remembered with each step sent.
 * Pure; the state is never changed in place.
 */
export const reduceTimeline = (
  state: TimelineState,
  event: RunEvent,
  page: string | null = null,
): TimelineState => {
  const next = apply(state, event, page);
  return next === state ? { ...state, at: event.at } : { ...next, at: event.at };
};
