/**
 * An isolation spec, as PostgreSQL's isolation tests are written (src/test/isolation/README). Names are as meant,
 * without their quotes; SQL is without the braces and the blanks beside them.
 */
export type Spec = {
  /** Run in turn on the control connection before each permutation. */
  readonly setups: readonly string[];
  readonly teardown: string | null;
  readonly sessions: readonly SpecSession[];
  /** Empty: every interleaving of the sessions is meant, see permutations.ts. */
  readonly permutations: readonly Permutation[];
  /** Steps that no permutation uses, in strcmp's order; empty when there are no permutations. */
  readonly unused: readonly string[];
};

export type SpecSession = {
  readonly name: string;
  readonly setup: string | null;
  readonly steps: readonly SpecStep[];
  readonly teardown: string | null;
};

export type SpecStep = {
  readonly name: string;
  readonly sql: string;
  /** Index of its session. */
  readonly session: number;
};

export type Permutation = readonly PermutationStep[];

export type PermutationStep = {
  readonly step: SpecStep;
  readonly blockers: readonly Blocker[];
};

/** What keeps a step from being reported as complete: what is in the parentheses behind it. */
export type Blocker =
  /** `*`: it is reported as waiting first, however fast it is. */
  | { readonly type: 'once' }
  /** The step of another session is still active. */
  | { readonly type: 'step'; readonly step: SpecStep }
  /** The session of that step has sent fewer than `count` notices since this step was launched. */
  | { readonly type: 'notices'; readonly step: SpecStep; readonly count: number };
