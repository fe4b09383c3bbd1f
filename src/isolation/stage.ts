import type { Run } from '../engine/run.ts';
import type { Server } from '../postgres/types.ts';
import type { EventBody } from '../timeline/events.ts';
import type { Manner } from './manner.ts';
import type { SessionLog } from './session-log.ts';
import type { Permutation, Spec } from './spec.ts';

export type SpecRunOptions = {
  readonly spec: Spec;
  readonly server: Server;
  readonly database: string;
  /** Goes before the session in application_name: `isolation/deadlock-simple` gives `isolation/deadlock-simple/s1`. */
  readonly applicationName: string;
  /** Run-time parameters of every session. */
  readonly settings?: Readonly<Record<string, string>>;
  /** After so many milliseconds a step is cancelled; after twice as many the run is given up. */
  readonly maxStepWait: number;
  /** What isolationtester writes to stdout. */
  readonly write: (text: string) => void;
  /** And to stderr. */
  readonly warn: (text: string) => void;
  /** Told everything that happens, waits and their locks too; without it nobody asks for locks. */
  readonly onEvent?: ((event: EventBody) => void) | undefined;
  readonly onPermutation?: ((permutation: Permutation, phase: 'begin' | 'end') => void) | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** What all permutations of a spec have in common. */
export type Stage = Pick<SpecRunOptions, 'spec' | 'maxStepWait' | 'write' | 'warn'> & {
  readonly run: Run;
  /** In the order of the spec. */
  readonly sessions: readonly SessionLog[];
  readonly manner: Manner;
};

export const sessionAt = ({ sessions }: Stage, index: number): SessionLog => {
  const session = sessions[index];
  if (!session) throw new Error(`there is no session ${index}`);
  return session;
};

/** The run cannot go on; isolationtester exits with 1 here. */
export class GaveUp extends Error {}

export const giveUp = ({ warn }: Stage, words: string): never => {
  warn(words);
  throw new GaveUp();
};
