import { editFor } from './claim-text.ts';
import { type Edit, unifiedDiff } from './unified-diff.ts';
import { type FailedClaim, failedClaims, isFlaky, type VerifyRun } from './verify-report.ts';

/** The runs of one lesson on one server. */
export type Played = { readonly major: number; readonly runs: readonly VerifyRun[] };

/** Why a claim is left to its author. */
export type Unblessed = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly why: string;
};

export type Blessing = { readonly edits: readonly Edit[]; readonly unblessed: readonly Unblessed[] };

type Found = { readonly claim: FailedClaim; readonly major: number };

/** Claims that failed, by place and words; the same claim may fail on several servers. */
const byClaim = (played: readonly Played[]): Map<string, Found[]> => {
  const all = new Map<string, Found[]>();
  for (const { major, runs } of played)
    for (const claim of failedClaims(runs)) {
      const key = `${claim.line}:${claim.column}: ${claim.claimed}`;
      all.set(key, [...(all.get(key) ?? []), { claim, major }]);
    }
  return all;
};

/** Majors on which a claim was checked and never failed. */
const holdsOn = ({ line, column, claimed }: FailedClaim, played: readonly Played[]): number[] =>
  played
    .filter(({ runs }) => {
      const checks = runs.flatMap((run) => run.checks);
      const own = checks.filter(
        (one) => one.line === line && one.column === column && one.claimed === claimed,
      );
      return own.length > 0 && own.every(({ ok }) => ok);
    })
    .map(({ major }) => major);

/** Why no single value would make the claim true; null: one may. */
const whyNot = (found: readonly Found[], played: readonly Played[]): string | null => {
  const [first] = found;
  if (!first) return null;
  if (found.some(({ claim }) => isFlaky(claim))) return 'it holds in some runs and not in others';
  const majors = found.map(({ major }) => major).join(', ');
  const holds = holdsOn(first.claim, played);
  if (holds.length > 0) return `it holds on ${holds.join(', ')} and not on ${majors}: guard it with postgres`;
  if (found.some(({ claim }) => JSON.stringify(claim.actual) !== JSON.stringify(first.claim.actual)))
    return `it comes out differently on ${majors}: guard it with postgres`;
  return first.claim.actual === undefined ? 'no value can say what happened' : null;
};

/**
 * What would make the claims of a lesson what happened on every server it was played on.
 * @param text the file of the lesson
 */
export const bless = (text: string, played: readonly Played[]): Blessing => {
  const edits: Edit[] = [];
  const unblessed: Unblessed[] = [];
  for (const found of byClaim(played).values()) {
    const claim = found[0]?.claim;
    if (!claim) continue;
    const why = whyNot(found, played);
    const edit = why === null && claim.actual ? editFor(text, claim, claim.actual) : null;
    if (edit) edits.push(edit);
    else {
      const { file, line, column } = claim;
      unblessed.push({ file, line, column, why: why ?? 'it cannot be put into words here' });
    }
  }
  return { edits, unblessed };
};

/** The patch for a lesson; empty when there is nothing to change. @param name the file as the patch names it */
export const patchOf = (name: string, text: string, { edits }: Blessing): string =>
  unifiedDiff(name, text, edits);
