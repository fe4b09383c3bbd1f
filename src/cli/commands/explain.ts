import type { ReadStream } from 'node:tty';
import { toJson } from '../../plain/json.ts';
import {
  diffAsJson,
  diffAsLines,
  diffAsMarkdown,
  isPlanFormat,
  type NamedPlan,
  type PlanFormat,
  planFormats,
  plansAsJson,
  plansAsLines,
  plansAsMarkdown,
} from '../../plain/plans.ts';
import { toAnsi } from '../../text/ansi.ts';
import { glyphsFor } from '../../text/glyphs.ts';
import type { Command, Globals } from '../command.ts';
import { exitCodes, Failure, UsageError } from '../errors.ts';
import { explainSql, singleStatement } from '../explain-sql.ts';
import { untilSignal } from '../leaving.ts';
import { loadPlans, namePlans, watchPlans } from '../plan-files.ts';
import { canRedraw, openKeyboard, textSettings, wantsStyle } from '../terminal.ts';

/** Trees are wider than prose. */
const widestText = 160;

type Request = {
  readonly file: string | null;
  readonly other: string | null;
  readonly sql: string | null;
  readonly watch: string | null;
  /** null: a screen where there can be one, else text. */
  readonly format: PlanFormat | null;
};

type Values = Readonly<Record<string, unknown>>;

const text = (values: Values, name: string): string | null => {
  const value = values[name];
  return typeof value === 'string' ? value : null;
};

const formatFrom = (values: Values): PlanFormat | null => {
  const named = text(values, 'format');
  if (named !== null && !isPlanFormat(named))
    throw new UsageError(`unknown format ${named}; known are ${planFormats.join(', ')}`);
  if (values.json !== true) return named;
  if (named !== null && named !== 'json')
    throw new UsageError(`--json and --format ${named} exclude each other`);
  return 'json';
};

/** @throws {UsageError} */
const requestFrom = (values: Values, positional: string | undefined): Request => {
  const sql = text(values, 'sql');
  const watch = text(values, 'watch');
  const other = text(values, 'diff');
  const given = [positional, sql, watch].filter((one) => one !== undefined && one !== null);
  if (given.length > 1) throw new UsageError('take one: a file, --sql, or --watch');
  if (watch === '-') throw new UsageError('--watch needs a file; stdin cannot change');
  if (watch !== null && other !== null)
    throw new UsageError('--watch compares with the plan before by itself');
  if (positional === '-' && other === '-') throw new UsageError('stdin can be only one of the two plans');
  const piped = given.length === 0 && process.stdin.isTTY !== true;
  return {
    file: positional ?? (piped ? '-' : null),
    other,
    sql: sql === null ? null : singleStatement(sql),
    watch,
    format: formatFrom(values),
  };
};

/** @throws {Failure} when there is not exactly one */
const onlyPlan = (plans: readonly NamedPlan[], source: string): NamedPlan => {
  const [first, second] = plans;
  if (!first) throw new Failure(`${source}: there is no plan in it.`, 'Put the output of EXPLAIN there.');
  if (second)
    throw new Failure(
      `${source} has ${plans.length} plans, and --diff compares one with one.`,
      'Put each into a file of its own.',
    );
  return first;
};

const printed = (
  plans: readonly NamedPlan[],
  other: NamedPlan | null,
  format: PlanFormat,
  plain: boolean,
): string => {
  const settings = textSettings();
  const columns = process.stdout.isTTY ? process.stdout.columns : Number(process.env.COLUMNS);
  const width = Math.max(40, Math.min(columns || 100, widestText));
  const options = { width: format === 'markdown' ? 100 : width, glyphs: settings.glyphs, heat: !plain };
  const [first] = plans;
  if (format === 'json')
    return toJson(other && first ? diffAsJson(first.plan, other.plan) : plansAsJson(plans), 2);
  if (format === 'markdown')
    return other && first
      ? diffAsMarkdown(first.plan, other.plan, options).trimEnd()
      : plansAsMarkdown(plans, options).trimEnd();
  const lines = other && first ? diffAsLines(first.plan, other.plan, options) : plansAsLines(plans, options);
  const style = settings.style && !plain;
  return lines.map((line) => toAnsi(line, { color: style, style }).trimEnd()).join('\n');
};

/** The text, until the reader has had enough of it: with --watch again after each change. */
const print = (request: Request, plans: readonly NamedPlan[], other: NamedPlan | null, globals: Globals) => {
  const format = request.format ?? 'text';
  process.stdout.write(`${printed(plans, other, format, globals.plain)}\n`);
};

const watchInPlain = async (
  file: string,
  request: Request,
  globals: Globals,
  signal: AbortSignal,
): Promise<void> => {
  let before: NamedPlan | null = null;
  const tell = (plans: readonly NamedPlan[]): void => {
    const [latest] = plans;
    // A stream of JSON objects has one shape; words can say what has changed.
    const compares = before !== null && plans.length === 1 && request.format !== 'json';
    if (latest && before && compares) print(request, [before], latest, globals);
    else print(request, plans, null, globals);
    before = latest ?? null;
  };
  await loadPlans(file); // fails when there is nothing to draw
  await new Promise<void>((resolve) => {
    const stop = watchPlans(
      file,
      (found) => {
        if (found instanceof Error) process.stderr.write(`pg-tutor: ${found.message}\n`);
        else tell(found);
      },
      true,
    );
    const end = (): void => {
      stop();
      resolve();
    };
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
  });
};

const showOnScreen = async (
  plans: readonly NamedPlan[],
  other: NamedPlan | null,
  watched: string | null,
  keyboard: ReadStream = process.stdin,
): Promise<number> => {
  const { runTui } = await import('../../tui/app.ts');
  const items = other ? [...plans, other] : plans;
  return runTui({
    catalog: { modules: [], problems: [] },
    progress: {
      all: () => ({}),
      lesson: () => {
        throw new Failure('There are no lessons on this screen.', 'pg-tutor learn opens one.');
      },
      takeNotices: () => [],
    },
    openPlayer: () =>
      Promise.reject(new Failure('There are no lessons on this screen.', 'pg-tutor learn opens one.')),
    start: {
      screen: 'explain',
      explain: {
        items,
        ...(other ? { picture: 'diff' as const } : {}),
        ...(watched === null ? {} : { watch: (changed) => watchPlans(watched, changed) }),
      },
    },
    glyphs: glyphsFor(process.env),
    color: wantsStyle(),
    serverLabel: () => null,
    stdin: keyboard,
    stdout: process.stdout,
  });
};

export const command: Command = {
  usage: 'explain [file|-]',
  description: `Draws plans: the output of EXPLAIN as text or JSON, from a file, from stdin (-),
or of a statement that is run now. Without any of them, paste one into the
screen that opens. Most is told after EXPLAIN (ANALYZE, BUFFERS, VERBOSE,
SETTINGS).`,
  options: {
    diff: {
      type: 'string',
      value: 'OTHER',
      help: 'compare: the file is the plan before, OTHER the one after',
    },
    sql: {
      type: 'string',
      value: 'SQL',
      help: 'run this statement under EXPLAIN ANALYZE, in a transaction that is rolled back',
    },
    watch: { type: 'string', value: 'FILE', help: 'draw this file, and again whenever it changes' },
    format: { type: 'string', value: 'FORMAT', help: 'text, markdown or json, instead of a screen' },
    json: { type: 'boolean', help: 'the same as --format json' },
  },
  maxPositionals: 1,
  async run({ globals, values, positionals }) {
    const request = requestFrom(values, positionals[0]);
    const { file, other, sql, watch, format } = request;
    const screen = format === null && !globals.plain && canRedraw();
    if (file === null && sql === null && watch === null) {
      if (screen && other === null) return showOnScreen([], null, null);
      throw new UsageError('which plan? For example: pg-tutor explain plan.json');
    }
    if (watch !== null && !screen)
      return untilSignal(async (signal) => {
        await watchInPlain(watch, request, globals, signal);
        return exitCodes.ok;
      });
    const load = async (signal: AbortSignal): Promise<NamedPlan[]> => {
      if (sql !== null) return namePlans(await explainSql(sql, globals, signal), '--sql');
      return loadPlans(watch ?? file ?? '-');
    };
    let plans: readonly NamedPlan[] = [];
    const code = await untilSignal(async (signal) => {
      plans = await load(signal);
      return exitCodes.ok;
    });
    if (code !== exitCodes.ok) return code;
    const after = other === null ? null : onlyPlan(await loadPlans(other), other);
    if (after) onlyPlan(plans, file ?? '--sql');
    if (screen) return showOnScreen(plans, after, watch);
    const drawn = format === null && !globals.plain && (file === '-' || other === '-');
    const keyboard = drawn && canRedraw(process.env, { isTTY: true }) ? openKeyboard() : null;
    if (keyboard)
      try {
        return await showOnScreen(plans, after, null, keyboard);
      } finally {
        keyboard.destroy();
      }
    print(request, plans, after, globals);
    return exitCodes.ok;
  },
};
