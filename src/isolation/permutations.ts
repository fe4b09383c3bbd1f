import type { Permutation, Spec, SpecStep } from './spec.ts';

/** Every order of steps in which each session keeps its own; the sessions first in the file go first. */
function* interleavings(piles: readonly (readonly SpecStep[])[]): Generator<readonly SpecStep[]> {
  if (piles.every((pile) => pile.length === 0)) return yield [];
  for (const [index, [first, ...rest]] of piles.entries()) {
    if (!first) continue;
    for (const others of interleavings(piles.with(index, rest))) yield [first, ...others];
  }
}

/** The permutations a spec names, else all interleavings of its sessions, in isolationtester's order. */
export function* permutationsOf(spec: Spec): Generator<Permutation> {
  if (spec.permutations.length > 0) return yield* spec.permutations;
  for (const steps of interleavings(spec.sessions.map((session) => session.steps))) {
    yield steps.map((step) => ({ step, blockers: [] }));
  }
}
