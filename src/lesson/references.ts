import type { PlacedClaims } from './body.ts';
import { didYouMean } from './closest.ts';
import type { Problems } from './problems.ts';
import type { Step, VersionRange } from './types.ts';
import { rangesMeet } from './versions.ts';

/** Steps and sessions that claims name: whether they exist, in the right order, and make sense. */
export const checkReferences = (
  claims: readonly PlacedClaims[],
  steps: readonly Step[],
  sessions: readonly string[],
  problems: Problems,
): void => {
  for (const { set, stepPosition, host } of claims) {
    const target = set.step === undefined ? host : steps.find((step) => step.id === set.step);
    if (!target) {
      const ids = steps.map((step) => step.id);
      problems.error(stepPosition, `step: there is no step "${set.step}"${didYouMean(set.step ?? '', ids)}`);
    } else if (steps.indexOf(target) > steps.indexOf(host))
      problems.error(stepPosition, `step: "${target.id}" comes later; claims are about steps that have run`);
    for (const claim of set.claims) {
      if (claim.kind === 'plan' && target && !(target.kind === 'sql' && target.explain))
        problems.error(claim.position, `plan: "${target.id}" is no explain step, so it has no plan`);
      if (!('sessions' in claim)) continue;
      if (target?.kind === 'view')
        problems.error(claim.position, `${claim.kind}: a view has no session that could wait`);
      for (const name of claim.sessions) {
        if (!sessions.includes(name))
          problems.error(
            claim.position,
            `${claim.kind}: there is no session "${name}"${didYouMean(name, sessions)}`,
          );
        else if (claim.kind !== 'lost' && target?.kind === 'sql' && target.session === name)
          problems.error(claim.position, `${claim.kind}: "${name}" is the session of the step itself`);
      }
    }
  }
};

/** Steps that no supported version would run. */
export const checkVersions = (steps: readonly Step[], needed: VersionRange, problems: Problems): void => {
  for (const step of steps)
    if (!rangesMeet(step.postgres, needed))
      problems.warning(
        step.position,
        `"${step.id}" never runs: the lesson needs other versions of PostgreSQL`,
      );
};
