import { EngineError } from '../engine/error.ts';
import { Run } from '../engine/run.ts';
import { mannerOf } from './manner.ts';
import { permutationsOf } from './permutations.ts';
import { SessionLog } from './session-log.ts';
import type { Permutation } from './spec.ts';
import { GaveUp, type SpecRunOptions, type Stage } from './stage.ts';
import { Steps } from './steps.ts';
import { Surroundings } from './surroundings.ts';

const sessionsOf = ({ spec }: SpecRunOptions): SessionLog[] => {
  const names = spec.sessions.map(({ name }) => name);
  // Nothing keeps two sessions of a spec from having one name.
  return names.map(
    (name, index) => new SessionLog(name, names.indexOf(name) === index ? name : `${name} ${index + 1}`),
  );
};

const openRun = (options: SpecRunOptions, sessions: readonly SessionLog[]): Promise<Run> => {
  const { server, database, applicationName, settings, onEvent } = options;
  const byId = new Map(sessions.map((session) => [session.id, session]));
  return Run.open(server, { name: database }, onEvent ?? (() => {}), {
    rule: 'spec',
    locks: onEvent !== undefined,
    wholeResults: true,
    connect: (id) => {
      const name = id === null ? 'control connection' : (byId.get(id)?.name ?? id);
      return server.connect({
        database,
        applicationName: `${applicationName}/${name}`,
        ...(settings ? { settings } : {}),
      });
    },
    onSession: (id, event) => byId.get(id)?.receive(event),
  });
};

const runPermutations = async (stage: Stage, { onPermutation }: SpecRunOptions): Promise<void> => {
  const surroundings = new Surroundings(stage);
  const one = async (permutation: Permutation, more: boolean): Promise<void> => {
    onPermutation?.(permutation, 'begin');
    const names = permutation.map(({ step }) => ` ${step.name}`).join('');
    await surroundings.before(() => stage.write(`\nstarting permutation:${names}\n`));
    await new Steps(stage).all(permutation);
    await surroundings.after(more);
    onPermutation?.(permutation, 'end');
  };
  const permutations = permutationsOf(stage.spec);
  for (let current = permutations.next(); !current.done; ) {
    const next = permutations.next();
    await one(current.value, !next.done);
    current = next;
  }
};

/**
 * Runs a spec and writes, byte for byte, what PostgreSQL's isolationtester writes (src/test/isolation/isolationtester.c).
 * @returns whether isolationtester would exit with 0 @throws {PostgresError} when a session cannot be opened
 */
export const runSpec = async (options: SpecRunOptions): Promise<boolean> => {
  const { spec, write, warn, maxStepWait, signal } = options;
  for (const name of spec.unused) warn(`unused step name: ${name}\n`);
  write(`Parsed test spec with ${spec.sessions.length} sessions\n`);
  const sessions = sessionsOf(options);
  const run = await openRun(options, sessions);
  const stop = (): void => void run.close();
  signal?.addEventListener('abort', stop);
  try {
    await Promise.all(sessions.map(({ id }) => run.openSession(id)));
    const stage = { spec, maxStepWait, write, warn, run, sessions, manner: mannerOf(spec) };
    await runPermutations(stage, options);
    return true;
  } catch (error) {
    if (error instanceof GaveUp || signal?.aborted) return false;
    if (!(error instanceof EngineError)) throw error;
    // The control connection is gone.
    warn(`lock wait query failed: ${error.message}\n`);
    return false;
  } finally {
    signal?.removeEventListener('abort', stop);
    await run.close();
  }
};
