import { splitStatements } from '../text/statements.ts';
import type { StepState } from '../timeline/state.ts';
import type { SandboxState } from './sandbox-state.ts';

export type ScriptStep = {
  readonly id: string;
  readonly session: string;
  readonly sql: string;
  /** It waited and came to its end by itself: whoever plays it must not go on before. */
  readonly wait: boolean;
  /** Its statements can be sent as steps of their own: none but the last one waited. */
  readonly divisible: boolean;
  /** Sessions that lost their connection in its course. */
  readonly lost: readonly string[];
  /** What it is there for, when nobody typed it. */
  readonly remark: string | null;
};

/** What was done in the sandbox, as a script that can be played again. */
export type Experiment = {
  /** Run before everything else. */
  readonly setup: readonly string[];
  readonly steps: readonly ScriptStep[];
};

/** The session that cancels statements of others: a script cannot press Ctrl+C. */
const operator = 'operator';

const makesThings =
  /^\s*(create|insert|copy|alter|comment|grant|revoke|analyze|vacuum|refresh|drop|truncate|do)\b/i;
const temporary = /\btemp(orary)?\b|\bpg_temp\b|\bcurrent_setting\b|\bset_config\b/i;

/** Whether a step did nothing but prepare what the others work on. */
const prepares = (step: StepState): boolean =>
  step.status === 'done' &&
  step.waits.length === 0 &&
  step.statements.length > 0 &&
  step.statements.every((sql) => makesThings.test(sql) && !temporary.test(sql));

const cancelStep = (step: StepState): ScriptStep => ({
  id: `cancel-${step.step}`,
  session: operator,
  sql: `select pg_cancel_backend(pid) from pg_stat_activity
where datname = current_database() and application_name ~ '(^|/)${step.session}$';`,
  wait: false,
  divisible: false,
  lost: [],
  remark: `Here ${step.session} was cancelled.`,
});

/**
 * Which session a deadlock ends depends on who looks first, deadlock_timeout after it began to wait (manual:
 * runtime-config-locks). A script is faster than fingers, so the others are told to look later. Only superusers may.
 */
const patience = (state: SandboxState, steps: readonly StepState[]): ScriptStep[] => {
  const victims = new Set(
    steps.filter((step) => step.error?.sqlstate === '40P01').map((step) => step.session),
  );
  if (victims.size !== 1 || !state.superuser) return [];
  const others = new Set(
    steps.filter((step) => step.waits.length > 0 && !victims.has(step.session)).map((step) => step.session),
  );
  return [...others].map((session) => ({
    id: `${session}-patience`,
    session,
    sql: "set deadlock_timeout = '10s';",
    wait: false,
    divisible: false,
    lost: [],
    remark: `So that not ${session} is the one whom the deadlock ends.`,
  }));
};

const endsByItself = (step: StepState, next: StepState | undefined): boolean =>
  step.waits.length > 0 &&
  step.status !== 'cancelled' &&
  step.status !== 'lost' &&
  step.endedAt !== null &&
  (next === undefined || step.endedAt <= next.sentAt);

/** @param setup the script the sandbox was opened with */
export const experimentOf = (state: SandboxState, setup: string | null): Experiment => {
  const all = state.timeline.steps;
  const first = all.findIndex((step) => !prepares(step));
  const prepared = first < 0 ? all.length : first;
  const steps = all.slice(prepared);
  const script = steps.flatMap((step, index): ScriptStep[] => {
    const next = steps[index + 1];
    const before = steps.slice(0, index);
    const cancelled = before.filter(
      (other) =>
        other.status === 'cancelled' &&
        other.endedAt !== null &&
        other.endedAt <= step.sentAt &&
        other.endedAt > (before.at(-1)?.sentAt ?? 0),
    );
    const own: ScriptStep = {
      id: step.step,
      session: step.session,
      sql: step.sql.trim(),
      wait: endsByItself(step, next),
      divisible: step.waits.every((wait) => wait.statement === step.statements.length),
      lost: state.losses.filter((loss) => loss.during === step.step).map((loss) => loss.session),
      remark: null,
    };
    return [...cancelled.map(cancelStep), own];
  });
  const last = steps.at(-1);
  const late = steps.filter(
    (step) => step.status === 'cancelled' && step.endedAt !== null && step.endedAt > (last?.sentAt ?? 0),
  );
  return {
    setup: [
      ...(setup === null || splitStatements(setup).length === 0 ? [] : [setup.trim()]),
      ...all.slice(0, prepared).map((step) => step.sql.trim()),
    ],
    steps: [...patience(state, steps), ...script, ...late.map(cancelStep)],
  };
};
