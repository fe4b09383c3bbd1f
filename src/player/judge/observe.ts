import type { Exercise, ExerciseCheck } from '../../lesson/types.ts';
import type { StatementResult } from '../../timeline/events.ts';
import type { StepState } from '../../timeline/state.ts';
import { tablesSql } from '../bench.ts';
import { type ReadAnswer, sourceOf, type Turn } from './answer.ts';
import type { Rows } from './compare-results.ts';
import type { Ground, Trial } from './ground.ts';
import { isPlainData, isQuery, isUndoable, writesRows } from './kinds-of-answer.ts';
import { sortColumns } from './sort-keys.ts';

/** What a table or a query holds afterwards. */
export type Look = {
  readonly of: string;
  /** null: somebody keeps it locked, or it is not there any more. */
  readonly rows: Rows | null;
  /** It has more rows than are kept: `rows` are their number and a digest. */
  readonly many: boolean;
};

/** What EXPLAIN ANALYZE of a statement has come to; the plan is null when it failed. */
export type PlanTrial = { readonly trial: Trial; readonly plan: string | null };

/** What running an answer has come to. */
export type Outcome = {
  readonly trial: Trial;
  /** Of the last statement that returns rows. */
  readonly result: StatementResult | null;
  /** Columns of it that its ORDER BY sorts by, see sort-keys.ts. */
  readonly sortedBy: readonly number[];
  readonly looks: readonly Look[];
  /** Whether a transaction of the answer is still open. */
  readonly open: boolean;
  /** Of its last statement, where the exercise asks for plans and that is a query. */
  readonly plan: PlanTrial | null;
};

type StateCheck = Extract<ExerciseCheck, { kind: 'state' }>;

/** Sees what everybody sees who is in no transaction. */
const looker = 'pg-tutor look';

const quoteName = (name: string): string =>
  name
    .split('.')
    .map((part) =>
      /^[a-z_][a-z0-9_]*$/.test(part) || part.startsWith('"') ? part : `"${part.replaceAll('"', '""')}"`,
    )
    .join('.');

/** What is looked at after an answer: queries, by what the learner may read about them. */
const lookQueries = async (
  ground: Ground,
  checks: readonly StateCheck[],
): Promise<{ of: string; sql: string }[]> => {
  const queries: { of: string; sql: string }[] = [];
  for (const { tables, queries: asked } of checks) {
    if (tables.length === 0 && asked.length === 0)
      for (const [name, short] of await ground.bench.run.observe(tablesSql))
        queries.push({ of: short ?? '', sql: `select * from ${name}` });
    for (const table of tables) queries.push({ of: table, sql: `select * from ${quoteName(table)}` });
    for (const sql of asked) queries.push({ of: sql.trim(), sql: sql.trim().replace(/;$/, '') });
  }
  return queries;
};

/** Of more rows than are kept, their number and a digest. */
const digestOf = (sql: string): string =>
  `select count(*), md5(string_agg(t::text, e'\\n' order by t::text collate "C")) as digest from (${sql}) t`;

const look = async (
  ground: Ground,
  session: string,
  sql: string,
  many = false,
): Promise<Pick<Look, 'rows' | 'many'>> => {
  const step = await ground.send(session, sql);
  if (step.endedAt === null) ground.spoil();
  const rows = step.results.at(-1) ?? null;
  const isCut = rows !== null && rows.rowCount > rows.rows.length;
  return isCut ? look(ground, session, digestOf(sql), true) : { rows, many };
};

/** Runs a statement under EXPLAIN ANALYZE, after others. */
export const explain = (
  ground: Ground,
  { session, statement }: Turn,
  before: readonly Turn[],
  signal?: AbortSignal,
): Promise<PlanTrial> =>
  ground.within(signal, async (stopped) => {
    const trial = await ground.run(before, signal);
    if (trial.stop !== null) return { trial, plan: null };
    const step = await ground.send(session, sourceOf(statement), { explain: true });
    return { trial: ground.trial([step.step], stopped()), plan: step.plan };
  });

const lastResult = (steps: readonly StepState[]): { result: StatementResult; index: number } | null => {
  for (const [index, step] of [...steps.entries()].reverse()) {
    const result = step.results.findLast(({ columns }) => columns.length > 0);
    if (result) return { result, index };
  }
  return null;
};

/**
 * Runs an answer and looks at what it has left. What a transaction can undo is run in one and undone, so that the next answer
 * needs no new database.
 * @throws {PostgresError | EngineError}
 */
export const observe = async (
  ground: Ground,
  exercise: Exercise,
  answer: ReadAnswer,
  signal?: AbortSignal,
  mayWrap = true,
): Promise<Outcome> => {
  const checks = exercise.checks.filter((check): check is StateCheck => check.kind === 'state');
  const session = exercise.sessions[0] ?? 'you';
  // A plan is looked at afterwards.
  const planned = ground.data === 'page' && exercise.checks.some(({ kind }) => kind === 'plan');
  await ground.ready(planned);
  const queries = await lookQueries(ground, checks);
  const canUndo = isPlainData(answer) || isUndoable(answer, planned);
  const wrap = mayWrap && canUndo && exercise.sessions.length === 1 && ground.canWrap(session);
  if (!wrap) await ground.spoilBy(answer);
  else await ground.ask(session, 'begin');
  const trial = await ground.run(answer.turns, signal);
  if (wrap && trial.error !== null && trial.stop === null && (checks.length > 0 || !isPlainData(answer))) {
    // Only inside of a transaction it undoes what the statements before it have done, and may be due to that.
    await ground.rollBack(session, true);
    return observe(ground, exercise, answer, signal, false);
  }
  const looks: Look[] = [];
  let late: StepState | null = null;
  let plan: PlanTrial | null = null;
  if (trial.stop === null) {
    const writes = writesRows(answer);
    if (wrap && writes && trial.error === null)
      late = await ground.send(session, 'set constraints all immediate');
    for (const { of, sql } of queries) {
      const seen = late?.error ? null : await look(ground, wrap ? session : looker, sql);
      looks.push({ of, rows: null, many: false, ...seen });
    }
    // A query at the end can be run once more on top of all the rest.
    const last = answer.turns.at(-1);
    if (planned && trial.error === null && last && isQuery(last.statement))
      plan = await explain(ground, last, [], signal);
    if (wrap) await ground.rollBack(session, writes);
  } else ground.spoil();
  const found = lastResult(trial.steps);
  const statement = found ? answer.turns[found.index]?.statement : undefined;
  const names = found?.result.columns.map(({ name }) => name) ?? [];
  const { sessions } = ground.bench.timeline;
  return {
    trial: late?.error ? { ...trial, error: late.error } : trial,
    result: found?.result ?? null,
    sortedBy: statement ? sortColumns(statement, names) : [],
    looks,
    plan,
    open:
      !wrap &&
      sessions.some(({ name, transaction }) => exercise.sessions.includes(name) && transaction !== 'idle'),
  };
};
