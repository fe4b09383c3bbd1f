import { PlanError } from '../../explain/error.ts';
import { readPlan } from '../../explain/read.ts';
import { constructs, isConstruct } from '../../lesson/constructs.ts';
import type { Exercise, ExerciseCheck } from '../../lesson/types.ts';
import { type ReadAnswer, statementsOf } from './answer.ts';
import { compareRows, type Difference, plural } from './compare-results.ts';
import { constructsIn, sayConstruct } from './constructs-in.ts';
import { brokenExercise, type Ground, type Trial, timeLimit } from './ground.ts';
import { hasPlan, isPlainData, reachesOutside, writesRows } from './kinds-of-answer.ts';
import { explain, type Look, type Outcome, type PlanTrial } from './observe.ts';
import { sayShortfall } from './plan-words.ts';

type CheckOf<K extends ExerciseCheck['kind']> = Extract<ExerciseCheck, { kind: K }>;

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What the text of an answer says before it is run. `solution`: what it may do, this one may. */
export const checkText = (
  exercise: Exercise,
  answer: ReadAnswer,
  solution: ReadAnswer,
): Difference | null => {
  const statements = statementsOf(answer);
  if (statements.length === 0)
    return { kind: 'no-answer', sentence: 'There is no statement in it.', evidence: null };
  const allowed = statementsOf(solution).map(reachesOutside);
  for (const statement of statements) {
    const what = reachesOutside(statement);
    if (what === null || allowed.includes(what)) continue;
    const { offset, text } = statement;
    return {
      kind: 'forbidden',
      sentence: `${what} reaches beyond the database of this exercise, so it is not run.`,
      evidence: { kind: 'place', from: offset, to: offset + text.length },
    };
  }
  const sightings = statements.flatMap(constructsIn);
  for (const check of exercise.checks) {
    if (check.kind !== 'forbid' && check.kind !== 'require') continue;
    const { construct } = check;
    const { name, of } = construct;
    const seen = sightings.find((one) => one.name === name && one.of === of);
    const words = isConstruct(name) && of === null ? constructs[name] : `the ${sayConstruct(construct)}`;
    if (check.kind === 'forbid' && seen)
      return {
        kind: 'forbidden',
        sentence: `This is to be done without ${words}.`,
        evidence: { kind: 'place', from: seen.at, to: seen.at + 1 },
      };
    if (check.kind === 'require' && !seen)
      return {
        kind: 'required',
        sentence: `This is to be done with ${words}.`,
        evidence: null,
      };
  }
  return null;
};

/** Why an answer did not come to its end; null: it did. */
export const checkTrial = ({ error, stop }: Trial, wanted: string | null): Difference | null => {
  if (stop?.why === 'waits') {
    const by = stop.by.length > 0 ? stop.by.join(' and ') : 'a session';
    return {
      kind: 'timeout',
      sentence: `It waits for ${by}, who will do nothing any more.`,
      evidence: null,
    };
  }
  if (stop?.why === 'time')
    return {
      kind: 'timeout',
      sentence: `It was cancelled after ${timeLimit / 1000} seconds.`,
      evidence: null,
    };
  if (stop?.why === 'lost')
    return { kind: 'error', sentence: 'Its session lost its connection.', evidence: null };
  if ((error?.sqlstate ?? null) === wanted) return null;
  const evidence = { kind: 'error', expected: wanted, error } as const;
  if (error === null)
    return { kind: 'error', sentence: `It should fail with ${wanted}, but there was no error.`, evidence };
  if (wanted !== null)
    return {
      kind: 'error',
      sentence: `It should fail with ${wanted}, but failed with ${error.sqlstate}: ${error.message}`,
      evidence,
    };
  const kind = error.sqlstate === '42601' ? 'syntax' : 'error';
  return { kind, sentence: `${capitalised(error.message)} (${error.sqlstate}).`, evidence };
};

const checkResult = (check: CheckOf<'result'>, expected: Outcome, got: Outcome): Difference | null => {
  const wanted = expected.result;
  if (wanted === null) throw brokenExercise(check.position, 'the solution returns no rows');
  if (wanted.rowCount > wanted.rows.length)
    throw brokenExercise(check.position, `the solution returns more than ${wanted.rows.length} rows`);
  if (got.result === null)
    return { kind: 'no-result', sentence: 'No statement of it returns rows.', evidence: null };
  return compareRows(wanted, got.result, {
    sortedBy: check.ordered ? expected.sortedBy : null,
    names: check.columns,
    of: null,
  });
};

const sizeOf = ({ rows, many }: Look): number => (many ? Number(rows?.rows[0]?.[0]) : (rows?.rowCount ?? 0));

/** Of so many rows only their number and a digest are known: they are the same, or not. */
const compareMany = (wanted: Look, got: Look): Difference | null => {
  const [should, has] = [sizeOf(wanted), sizeOf(got)];
  if (wanted.many && got.many && String(wanted.rows?.rows[0]) === String(got.rows?.rows[0])) return null;
  const sentence =
    should === has
      ? 'Some of its rows are not what they should be.'
      : `${plural(should, 'row')} should be there, not ${has}.`;
  return { kind: 'state', sentence, evidence: null };
};

const checkState = (check: CheckOf<'state'>, expected: Outcome, got: Outcome): Difference | null => {
  for (const seen of expected.looks) {
    const { of, rows: wanted } = seen;
    const mine = check.tables.length === 0 && check.queries.length === 0;
    if (!mine && !check.tables.includes(of) && !check.queries.some((sql) => sql.trim() === of)) continue;
    if (wanted === null) throw brokenExercise(check.position, `${of} cannot be read after the solution`);
    const own = got.looks.find((look) => look.of === of);
    const rows = own?.rows ?? null;
    const name = check.queries.length > 0 ? 'What is looked at' : `The table ${of}`;
    if (!own || rows === null)
      return {
        kind: 'state',
        sentence: `${name} cannot be read afterwards: it is locked or gone.`,
        evidence: null,
      };
    const difference =
      seen.many || own.many
        ? compareMany(seen, own)
        : compareRows(wanted, rows, { sortedBy: null, names: mine, of });
    if (!difference) continue;
    const still = got.open ? ' The transaction is still open: it has to be committed.' : '';
    const sentence = `${name} is not as it should be afterwards: ${difference.sentence.charAt(0).toLowerCase()}${difference.sentence.slice(1)}${still}`;
    return { ...difference, kind: 'state', sentence };
  }
  return null;
};

/** The checks that compare what an answer has come to with what the solution has. */
export const checkOutcome = (exercise: Exercise, expected: Outcome, got: Outcome): Difference | null => {
  const error = exercise.checks.find((check) => check.kind === 'error');
  const trial = checkTrial(got.trial, error?.kind === 'error' ? error.sqlstate : null);
  if (trial) return trial;
  for (const check of exercise.checks) {
    const difference =
      check.kind === 'result'
        ? checkResult(check, expected, got)
        : check.kind === 'state'
          ? checkState(check, expected, got)
          : null;
    if (difference) return difference;
  }
  return null;
};

/** Runs a statement of an answer, by its number, under EXPLAIN ANALYZE, after those before it. */
const planOf = async (
  ground: Ground,
  answer: ReadAnswer,
  at: number,
  signal?: AbortSignal,
): Promise<PlanTrial> => {
  const turn = answer.turns[at];
  if (!turn) throw new Error('no such statement');
  await ground.ready(true);
  const wrap = isPlainData(answer) && ground.canWrap(turn.session);
  if (wrap) await ground.ask(turn.session, 'begin');
  else ground.spoil();
  const planned = await explain(ground, turn, answer.turns.slice(0, at), signal);
  if (planned.trial.stop !== null) ground.spoil();
  else if (wrap) await ground.rollBack(turn.session, writesRows(answer));
  return planned;
};

/**
 * Looks at the plan of the last statement that can have one.
 * @param got what the answer has come to
 */
export const checkPlan = async (
  exercise: Exercise,
  ground: Ground,
  answer: ReadAnswer,
  got: Outcome,
  signal?: AbortSignal,
): Promise<Difference | null> => {
  const checks = exercise.checks.filter((check): check is CheckOf<'plan'> => check.kind === 'plan');
  if (checks.length === 0) return null;
  const at = answer.turns.findLastIndex(({ statement }) => hasPlan(statement));
  if (at < 0) return { kind: 'plan', sentence: 'No statement of it has a plan.', evidence: null };
  const { trial, plan } = got.plan ?? (await planOf(ground, answer, at, signal));
  const stopped = checkTrial(trial, null);
  if (stopped || plan === null)
    return stopped ?? { kind: 'plan', sentence: 'It has no plan.', evidence: null };
  try {
    const read = readPlan(plan);
    for (const check of checks) {
      const sentence = sayShortfall(check.plan, read);
      if (sentence !== null) return { kind: 'plan', sentence, evidence: { kind: 'plan', plan } };
    }
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    return { kind: 'plan', sentence: `Its plan cannot be read: ${error.message}`, evidence: null };
  }
  return null;
};
