import { PlanError } from '../explain/error.ts';
import { readPlan } from '../explain/read.ts';
import type { Claim, ClaimSet, VersionRange } from '../lesson/types.ts';
import { reasonOf } from '../text/error-words.ts';
import type { ActualValue, ClaimCheck } from '../timeline/events.ts';
import type { StepState, TimelineState } from '../timeline/state.ts';
import { cellsMatch, rowsMatch, showRows } from './match-rows.ts';
import { checkMeasured, sayMeasured } from './measured-claims.ts';
import { checkPattern, sayPattern } from './plan-claims.ts';

/** What a claim is held against. */
export type Facts = {
  readonly timeline: TimelineState;
  readonly major: number;
  /** Asks the database; for `state` claims. @throws when the query fails */
  readonly observe: (sql: string) => Promise<readonly (readonly (string | null)[])[]>;
};

/** null: cannot be said yet, since the step has not ended. */
export type Verdict = ClaimCheck | null;

export const inRange = (range: VersionRange, major: number): boolean =>
  major >= (range.from ?? 0) && major <= (range.to ?? Number.POSITIVE_INFINITY);

const names = (list: readonly string[]): string => (list.length === 0 ? 'none' : list.join(', '));
const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name) => b.includes(name));

type Outcome = { readonly ok: boolean; readonly happened: string; readonly actual?: ActualValue | undefined };
const compare = (ok: boolean, happened: string, actual?: ActualValue): Outcome => ({ ok, happened, actual });

/** What the claim says, as its author wrote it. */
const sayClaim = (claim: Claim): string => {
  switch (claim.kind) {
    case 'rows':
      return `rows: ${showRows(claim.rows)}`;
    case 'columns':
      return `columns: ${claim.columns.join(', ')}`;
    case 'rowCount':
      return `rowCount: ${claim.count}`;
    case 'tag':
      return `tag: ${claim.tag}`;
    case 'error':
      return `error: ${claim.sqlstate ?? 'none'}`;
    case 'message':
    case 'notice':
      return `${claim.kind}: ${claim.pattern}`;
    case 'blockedBy':
    case 'blocks':
    case 'unblocks':
    case 'lost':
      return `${claim.kind}: ${names(claim.sessions)}`;
    case 'lock': {
      const { mode, type, relation } = claim.lock;
      return `lock: ${[mode, type, relation].filter(Boolean).join(' ')}`;
    }
    case 'plan':
      return `plan: ${sayPattern(claim.plan)}`;
    case 'measured':
      return `measured: ${sayMeasured(claim.measured)}`;
    case 'state':
      return `state: ${claim.sql.trim()} is ${showRows(claim.rows)}`;
  }
};

/** What a step that is in the way of an outcome came to, in a few words. */
const sayEnd = (timeline: TimelineState, step: StepState): string => {
  if (step.error) return `error ${step.error.sqlstate}: ${step.error.message}`;
  if (step.status === 'lost') {
    const lost = timeline.sessions.find((session) => session.name === step.session)?.lost;
    return `session ${step.session} was lost: ${lost?.reason ?? 'connection closed'}`;
  }
  const last = step.results.at(-1);
  return last ? last.tag || 'an empty query' : 'no result';
};

const isBlockedNow = (step: StepState): boolean => step.waits.at(-1)?.to === null;

const checkPlan = (claim: Claim & { kind: 'plan' }, step: StepState, ended: string): Outcome => {
  if (step.plan === null) return compare(false, `there is no plan: ${ended}`);
  try {
    const { ok, happened } = checkPattern(claim.plan, readPlan(step.plan));
    return compare(ok, happened);
  } catch (error) {
    if (error instanceof PlanError) return compare(false, error.message);
    throw error;
  }
};

/** Claims about how the step ended: its results and error. */
const checkOutcome = (claim: Claim, set: ClaimSet, step: StepState, timeline: TimelineState): Outcome => {
  const lostState = timeline.sessions.find((session) => session.name === step.session)?.lost;
  const sqlstate = step.error?.sqlstate ?? (step.status === 'lost' ? (lostState?.sqlstate ?? null) : null);
  const message = step.error?.message ?? (step.status === 'lost' ? (lostState?.reason ?? '') : '');
  const ended = sayEnd(timeline, step);
  switch (claim.kind) {
    case 'error':
      return compare(sqlstate === claim.sqlstate, sqlstate === null ? `no error (${ended})` : ended, {
        text: sqlstate ?? 'none',
      });
    case 'message':
      return compare(
        new RegExp(claim.pattern).test(message),
        message === '' ? `no error (${ended})` : message,
        message === '' ? undefined : { text: message },
      );
    case 'notice':
      return compare(
        step.notices.some((notice) => new RegExp(claim.pattern).test(notice.message)),
        step.notices.length === 0 ? 'no notice' : step.notices.map((notice) => notice.message).join(' | '),
        // Which of several was meant, nobody can say.
        step.notices.length === 1 ? { text: step.notices[0]?.message ?? '' } : undefined,
      );
    case 'plan':
      return checkPlan(claim, step, ended);
    default:
  }
  if (step.view) {
    // The last column of a view is evidence (pids, times); claims are about the others.
    const rows = step.view.rows.map((row) =>
      step.view?.columns.at(-1) === 'evidence' ? row.slice(0, -1) : row,
    );
    if (claim.kind === 'rows') return compare(rowsMatch(claim.rows, rows, claim.ordered), showRows(rows));
    if (claim.kind === 'measured') return checkMeasured(claim.measured, rows);
    if (claim.kind === 'rowCount') return compare(rows.length === claim.count, String(rows.length));
  }
  const number = set.statement;
  const result =
    number === undefined ? step.results.at(-1) : step.results.find((one) => one.statement === number);
  // Without a statement number the claims speak of the last statement; when that one failed there is no result.
  if (!result || (number === undefined && step.status !== 'done')) return compare(false, ended);
  switch (claim.kind) {
    case 'rows':
      return compare(
        rowsMatch(claim.rows, result.rows, claim.ordered),
        showRows(result.rows),
        // Rows that were counted and not kept cannot be claimed.
        result.rows.length < (result.rowCount ?? 0) ? undefined : { rows: result.rows },
      );
    case 'columns': {
      const columns = result.columns.map((column) => column.name);
      return compare(cellsMatch(claim.columns, columns), columns.join(', '), { names: columns });
    }
    case 'rowCount':
      return compare(result.rowCount === claim.count, String(result.rowCount), {
        text: String(result.rowCount),
      });
    case 'tag':
      return compare(result.tag === claim.tag, result.tag, { text: result.tag });
    default:
      return compare(false, ended);
  }
};

/** Claims about who waits for whom, once the step has settled. */
const checkWaits = (claim: Claim, step: StepState, timeline: TimelineState): Outcome | null => {
  const wait = step.waits.at(-1);
  switch (claim.kind) {
    case 'blockedBy': {
      const by = wait?.by ?? [];
      return compare(sameNames(by, claim.sessions), names(by), { names: by });
    }
    case 'lock': {
      if (!wait) return compare(false, 'the step did not wait for a lock');
      const { mode, type, relation } = claim.lock;
      const lock = wait.lock;
      const ok =
        (mode === undefined || lock.mode === mode) &&
        (type === undefined || lock.type === type) &&
        (relation === undefined || lock.relation === relation);
      return compare(ok, [lock.mode, lock.type, lock.relation].filter(Boolean).join(' '), {
        lock: { mode: lock.mode, type: lock.type, relation: lock.relation ?? null },
      });
    }
    case 'blocks': {
      const waiting = timeline.steps.filter(
        (other) => isBlockedNow(other) && other.waits.at(-1)?.by.includes(step.session),
      );
      const sessions = [...new Set(waiting.map((other) => other.session))];
      return compare(sameNames(sessions, claim.sessions), names(sessions), { names: sessions });
    }
    case 'unblocks': {
      const freed = timeline.steps.filter((other) => {
        const last = other.waits.at(-1);
        return last !== undefined && last.to !== null && last.endedDuring === step.step;
      });
      const sessions = [...new Set(freed.map((other) => other.session))];
      return compare(sameNames(sessions, claim.sessions), names(sessions), { names: sessions });
    }
    case 'lost': {
      const gone = claim.sessions.filter((name) => {
        const session = timeline.sessions.find((one) => one.name === name);
        return session?.lost != null;
      });
      return compare(
        gone.length === claim.sessions.length,
        names(gone),
        gone.length === 0 ? undefined : { names: gone },
      );
    }
    default:
      return null;
  }
};

/** Holds one claim against what happened. `step` is the step the claim's set speaks of. */
export const checkClaim = async (
  claim: Claim,
  set: ClaimSet,
  stepId: string,
  facts: Facts,
): Promise<Verdict> => {
  const { timeline } = facts;
  const step = timeline.steps.findLast((one) => one.step === stepId);
  const verdict = ({ ok, happened, actual }: Outcome): ClaimCheck => {
    const { file, line, column } = claim.position;
    const told = ok || actual === undefined ? {} : { actual };
    return { file, line, column, ok, claimed: sayClaim(claim), happened, ...told };
  };
  if (!step) return verdict(compare(false, `step ${stepId} did not run`));
  if (claim.kind === 'state') {
    try {
      const rows = await facts.observe(claim.sql);
      return verdict(compare(rowsMatch(claim.rows, rows, claim.ordered), showRows(rows), { rows }));
    } catch (error) {
      return verdict(compare(false, reasonOf(error)));
    }
  }
  const waits = checkWaits(claim, step, timeline);
  if (waits) return verdict(waits);
  return step.endedAt === null ? null : verdict(checkOutcome(claim, set, step, timeline));
};

/** Whether all claims of a choice hold now; one that cannot be said yet does not hold. */
export const holds = async (set: ClaimSet, stepId: string, facts: Facts): Promise<boolean> => {
  if (!inRange(set.postgres, facts.major)) return false;
  for (const claim of set.claims) {
    const verdict = await checkClaim(claim, set, set.step ?? stepId, facts);
    if (!verdict?.ok) return false;
  }
  return true;
};
