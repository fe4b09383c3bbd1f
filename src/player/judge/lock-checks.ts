import type { Exercise, ExerciseCheck } from '../../lesson/types.ts';
import { tableLockModes } from '../../locks/modes.ts';
import { splitStatements } from '../../text/statements.ts';
import type { SessionLock } from '../../timeline/events.ts';
import type { StepState } from '../../timeline/state.ts';
import { type ReadAnswer, readAnswer, type Turn } from './answer.ts';
import { checkTrial } from './checks.ts';
import type { Difference } from './compare-results.ts';
import { brokenExercise, type Ground } from './ground.ts';
import { beginsTransaction, endsTransaction, tracesOf } from './kinds-of-answer.ts';

type CheckOf<K extends ExerciseCheck['kind']> = Extract<ExerciseCheck, { kind: K }>;
type OtherCheck = CheckOf<'passes' | 'blocks'>;
type HoldCheck = CheckOf<'locks'> | OtherCheck;

/** Who tries what somebody else could do meanwhile, and who holds what the answer may have to wait for. */
const somebody = 'somebody';
/** A statement that refuses to run in a transaction (25001) is met while it waits for this session's snapshot. */
const oldSnapshot = 'pg-tutor snapshot';
const notInTransaction = '25001';

/** Giving up a wait is what an answer may have been asked for. */
const gaveUp = ['55P03', '57014'];

const rank = (mode: string | null): number => tableLockModes.findIndex((one) => one.mode === mode);

const saying = (sql: string): string => sql.trim().replace(/\s+/g, ' ').replace(/;$/, '');

/** Down to where the last transaction of an answer would end. */
const upToItsEnd = (turns: readonly Turn[]): readonly Turn[] => {
  const end = turns.findLastIndex(({ statement }) => endsTransaction(statement));
  return end < 0 ? turns : turns.slice(0, end);
};

/**
 * Brings an answer to where its transaction is open and has done everything.
 * @returns why it could not be brought there
 */
const hold = async (
  ground: Ground,
  exercise: Exercise,
  answer: ReadAnswer,
  signal?: AbortSignal,
): Promise<Difference | null> => {
  await ground.ready();
  const turns = upToItsEnd(answer.turns);
  const own = turns.some(({ statement }) => beginsTransaction(statement));
  const [first] = turns;
  const whole = !own || (first !== undefined && beginsTransaction(first.statement));
  // All of it is in one transaction then, which is never committed.
  if (whole && !turns.some(({ statement }) => endsTransaction(statement)))
    await ground.spoilRows(tracesOf(answer) !== 'rows');
  else await ground.spoilBy(answer);
  if (own) return checkTrial(await ground.run(turns, signal), null);
  for (const session of exercise.sessions) if (ground.canWrap(session)) await ground.ask(session, 'begin');
  const trial = await ground.run(turns, signal);
  if (trial.error?.sqlstate !== notInTransaction) return checkTrial(trial, null);
  // CREATE INDEX CONCURRENTLY and its like wait for older snapshots before they end.
  await ground.ready();
  ground.spoil();
  await ground.send(oldSnapshot, 'begin isolation level repeatable read');
  await ground.send(oldSnapshot, 'select 1');
  const again = await ground.run(turns, signal);
  const waits = again.stop?.why === 'waits' && again.stop.by.every((name) => name === oldSnapshot);
  return waits ? null : checkTrial(again, null);
};

const sayLock = ({ mode, relation }: SessionLock): string => `${mode}${relation ? ` on ${relation}` : ''}`;

const checkHeld = (check: CheckOf<'locks'>, held: readonly SessionLock[]): Difference | null => {
  const { relation, atMost } = check;
  const most = rank(atMost);
  const bare = relation.split('.').at(-1);
  const strong = held.filter(
    (lock) =>
      lock.granted &&
      lock.type === 'relation' &&
      (lock.relation === relation || lock.relation?.split('.').at(-1) === bare) &&
      rank(lock.mode) > most,
  );
  const [first] = strong;
  if (!first) return null;
  const limit = atMost === null ? `no lock on ${relation}` : `nothing stronger than ${atMost}`;
  return {
    kind: 'lock',
    sentence: `It takes ${sayLock(first)}; it should take ${limit}.`,
    evidence: { kind: 'locks', locks: strong },
  };
};

/** Of all that is held: what stands on the relation that somebody waits for, or on those that have a name to know. */
const tellingLocks = (held: readonly SessionLock[], relation: string | undefined): readonly SessionLock[] => {
  const granted = held.filter((lock) => lock.granted);
  const named = granted.filter((lock) => !/^(\d+$|pg_toast)/.test(lock.relation ?? ''));
  const there = named.filter((lock) => relation !== undefined && lock.relation === relation);
  return there.length > 0 ? there : named;
};

const isWaiting = (step: StepState): boolean => step.endedAt === null;

/** Whether somebody else has to wait, by trying. */
const checkOther = async (
  check: OtherCheck,
  ground: Ground,
  held: readonly SessionLock[],
): Promise<Difference | null> => {
  let last: StepState | null = null;
  const other = await readAnswer(check.sql, [somebody]);
  if ('turns' in other) await ground.spoilBy(other);
  else ground.spoil();
  for (const { text } of splitStatements(check.sql)) {
    last = await ground.send(somebody, text);
    if (isWaiting(last)) break;
    if (last.error)
      throw brokenExercise(check.position, `${check.kind}: ${last.error.sqlstate} ${last.error.message}`);
  }
  const waits = last !== null && isWaiting(last);
  if (waits === (check.kind === 'blocks')) return null;
  return {
    kind: 'lock',
    sentence: waits
      ? `Meanwhile somebody else has to wait with this, and should not: ${saying(check.sql)}`
      : `Meanwhile somebody else can do this, and should have to wait: ${saying(check.sql)}`,
    evidence: { kind: 'locks', locks: tellingLocks(held, last?.waits.at(-1)?.lock.relation) },
  };
};

const checkWait = async (
  check: CheckOf<'waits'>,
  ground: Ground,
  answer: ReadAnswer,
  signal?: AbortSignal,
): Promise<Difference | null> => {
  await ground.ready();
  await ground.spoilBy(answer);
  const held = splitStatements(check.held).map(({ text }) => text);
  for (const sql of /^\s*(begin|start)\b/i.test(held[0] ?? '') ? held : ['begin', ...held]) {
    const step = await ground.send(somebody, sql);
    if (step.error || isWaiting(step))
      throw brokenExercise(check.position, `held: ${step.error?.message ?? 'it has to wait'}`);
  }
  // A clock in this process, beside one in the server.
  const most = check.atMost === 0 ? 0 : check.atMost * 1.25 + 150;
  const tooLong = (step: StepState): boolean =>
    step.waits.some(({ from, to }) => (to ?? ground.bench.timeline.at) - from > most || check.atMost === 0);
  return ground.within(signal, async (stopped) => {
    const ids: string[] = [];
    for (const { session, statement } of answer.turns) {
      if (stopped() !== null) break;
      const { step: id } = await ground.send(session, statement.text);
      ids.push(id);
      const began = performance.now();
      const ended = (): boolean => ground.step(id)?.endedAt != null;
      while (!ended() && stopped() === null && performance.now() - began < most)
        await new Promise((resolve) => setTimeout(resolve, 10));
      const step = ground.step(id);
      if (step && (isWaiting(step) || tooLong(step))) {
        const limit = check.atMost === 0 ? 'not wait at all' : `give up after ${check.atMost} ms`;
        const { timeline } = ground.bench;
        if (stopped() !== null) break;
        return {
          kind: 'wait',
          sentence: `While somebody else has done this, it should ${limit}: ${saying(check.held)}`,
          evidence: { kind: 'timeline', timeline, invariant: null },
        };
      }
    }
    const trial = ground.trial(ids, stopped());
    return gaveUp.includes(trial.error?.sqlstate ?? '') && trial.stop === null
      ? null
      : checkTrial(trial, null);
  });
};

/** What an answer locks, for whom it stands in the way, and how long it waits itself. */
export const checkLocks = async (
  exercise: Exercise,
  ground: Ground,
  answer: ReadAnswer,
  signal?: AbortSignal,
): Promise<Difference | null> => {
  const holds = exercise.checks.filter(
    (check): check is HoldCheck =>
      check.kind === 'locks' || check.kind === 'passes' || check.kind === 'blocks',
  );
  for (const check of holds) {
    const stopped = await hold(ground, exercise, answer, signal);
    if (stopped) return stopped;
    const locks = (await ground.bench.run.sampleLocks()).filter(({ session }) =>
      exercise.sessions.includes(session),
    );
    const difference =
      check.kind === 'locks' ? checkHeld(check, locks) : await checkOther(check, ground, locks);
    if (difference) return difference;
  }
  for (const check of exercise.checks) {
    const difference = check.kind === 'waits' ? await checkWait(check, ground, answer, signal) : null;
    if (difference) return difference;
  }
  return null;
};
