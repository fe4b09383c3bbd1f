import type { ClaimCheck } from '../timeline/events.ts';

/** One play of a lesson on one server. */
export type VerifyRun = {
  readonly checks: readonly ClaimCheck[];
  /** Why it could not be played to its end; null: it was. */
  readonly error: string | null;
  readonly seconds: number;
};

/** A claim that did not hold in every run. */
export type FailedClaim = ClaimCheck & {
  /** Runs in which it held; 0: it is false, more: it is flaky. */
  readonly held: number;
  /** Runs in which it was checked. */
  readonly runs: number;
};

/** How a lesson fared on one server, in all its runs. */
export type Result = {
  readonly postgres: { readonly version: string; readonly major: number };
  readonly lesson: {
    readonly id: string;
    readonly number: string;
    readonly title: string;
    readonly file: string;
  };
  /** Claims checked in a run. */
  readonly checks: number;
  readonly failed: readonly FailedClaim[];
  /** Of the first run that was not played to its end. */
  readonly error: string | null;
  /** How often there was an error. */
  readonly errors: number;
  readonly runs: number;
  /** Why it was not run: what the server lacks; null: it was. */
  readonly skipped: string | null;
  /** Of all runs. */
  readonly seconds: number;
};

export const isGood = (result: Result): boolean => result.error === null && result.failed.length === 0;

export const isFlaky = ({ held }: FailedClaim): boolean => held > 0;

/** Several claims may stand at one place: each is known by what it says, and by how many alike came before it. */
const keyed = (checks: readonly ClaimCheck[]): (readonly [string, ClaimCheck])[] => {
  const seen = new Map<string, number>();
  return checks.map((check) => {
    const key = `${check.file}:${check.line}:${check.column}: ${check.claimed}`;
    const nth = seen.get(key) ?? 0;
    seen.set(key, nth + 1);
    return [`${key} ${nth}`, check];
  });
};

/** The claims that did not hold in every run, in the order of the file; what happened is told once each. */
export const failedClaims = (runs: readonly VerifyRun[]): FailedClaim[] => {
  const all = new Map<string, ClaimCheck[]>();
  for (const [key, check] of runs.flatMap(({ checks }) => keyed(checks)))
    all.set(key, [...(all.get(key) ?? []), check]);
  return [...all.values()]
    .flatMap((checks): FailedClaim[] => {
      const bad = checks.filter(({ ok }) => !ok);
      const [first] = bad;
      if (!first) return [];
      const happened = [...new Set(bad.map((check) => check.happened))].join('; or ');
      const same = bad.every(({ actual }) => JSON.stringify(actual) === JSON.stringify(first.actual));
      const { actual, ...claim } = first;
      return [
        {
          ...claim,
          happened,
          ...(same && actual !== undefined && { actual }),
          held: checks.length - bad.length,
          runs: checks.length,
        },
      ];
    })
    .sort((a, b) => a.line - b.line || a.column - b.column);
};

/** What all runs of a lesson on one server come to. */
export const tally = (about: Pick<Result, 'postgres' | 'lesson'>, runs: readonly VerifyRun[]): Result => {
  const broken = runs.filter(({ error }) => error !== null);
  return {
    ...about,
    checks: Math.max(0, ...runs.map(({ checks }) => checks.length)),
    failed: failedClaims(runs),
    error: broken[0]?.error ?? null,
    errors: broken.length,
    runs: runs.length,
    skipped: null,
    seconds: runs.reduce((sum, { seconds }) => sum + seconds, 0),
  };
};

/** `PostgreSQL 18.4`, and of several runs in how many it held. */
const where = (result: Result, claim: FailedClaim): string => {
  const server = `PostgreSQL ${result.postgres.version}`;
  if (result.runs === 1) return server;
  return `${server}, ${isFlaky(claim) ? 'flaky: ' : ''}held in ${claim.held} of ${claim.runs} runs`;
};

/** `file:line:column: claimed …; happened: … (PostgreSQL 18.4)`, for a line of text once it is sanitized. */
export const failureInWords = (result: Result, claim: FailedClaim): string =>
  `${claim.file}:${claim.line}:${claim.column}: claimed ${claim.claimed}; happened: ${claim.happened} (${where(result, claim)})`;

export const errorInWords = ({ lesson, postgres, error, errors, runs }: Result): string =>
  `${lesson.file}:1:1: ${error} (PostgreSQL ${postgres.version}${runs > 1 ? `, in ${errors} of ${runs} runs` : ''})`;
