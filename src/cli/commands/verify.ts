import { availableParallelism } from 'node:os';
import { loadCatalog, loadLesson } from '../../lesson/catalog.ts';
import type { Lesson, Problem } from '../../lesson/types.ts';
import { toJson } from '../../plain/json.ts';
import { falseClaimInWords } from '../../plain/sentences.ts';
import { type RunSummary, runLesson } from '../../player/run-lesson.ts';
import { installMajor, knownMajors } from '../../postgres/embedded/majors.ts';
import type { Server } from '../../postgres/types.ts';
import { sanitizeLine } from '../../text/sanitize.ts';
import type { Command, Globals } from '../command.ts';
import { exitCodes, UsageError } from '../errors.ts';
import { untilSignal } from '../leaving.ts';
import { needLesson } from '../lessons.ts';
import { unmetOn } from '../needs.ts';
import { problemInWords } from '../problems.ts';
import { type ServerAccess, serverAccess } from '../server.ts';
import { say } from '../terminal.ts';

/** How a lesson fared on one server. */
type Result = {
  readonly postgres: { readonly version: string; readonly major: number };
  readonly lesson: { readonly id: string; readonly number: string; readonly title: string };
  /** Claims checked. */
  readonly checks: number;
  readonly failed: RunSummary['failed'];
  readonly error: string | null;
  /** Why it was not run: what the server lacks; null: it was. */
  readonly skipped: string | null;
};

const isGood = (result: Result): boolean => result.error === null && result.failed.length === 0;

const majorsFrom = (value: unknown): number[] | null => {
  if (typeof value !== 'string') return null;
  const known = knownMajors();
  const majors = value.split(',').map((word) => Number(word.trim()));
  const unknown = majors.find((major) => !known.includes(major));
  if (unknown !== undefined) {
    throw new UsageError(`--pg takes majors separated by commas, of ${known.join(', ')}; not ${value}`);
  }
  return [...new Set(majors)];
};

const check = async (lesson: Lesson, server: Server, signal: AbortSignal): Promise<Result> => {
  const { id, number, title } = lesson;
  const { version, major } = server.info;
  const about = { postgres: { version, major }, lesson: { id, number, title } };
  const unmet = await unmetOn(server, lesson.needs);
  if (unmet.length > 0) {
    return { ...about, checks: 0, failed: [], error: null, skipped: `needs ${unmet.join(', ')}` };
  }
  const { checks, failed, error } = await runLesson({ lesson, server, signal });
  return { ...about, checks: checks.length, failed, error, skipped: null };
};

const resultInWords = (result: Result): string => {
  const { postgres, lesson, checks, failed, error, skipped } = result;
  const name = sanitizeLine(`${postgres.version}  ${lesson.number} ${lesson.title}`);
  if (skipped !== null) return `skip  ${name}: ${skipped}`;
  if (isGood(result)) return `ok    ${name}: ${checks} claims`;
  const lines = failed.map((one) => `      ${falseClaimInWords(one)}`);
  if (error !== null) lines.push(`      ${sanitizeLine(error)}`);
  const verb = failed.length === 1 ? 'does' : 'do';
  return [`FAIL  ${name}: ${failed.length} of ${checks} claims ${verb} not hold`, ...lines].join('\n');
};

/** A line on a terminal's stderr that is written over. */
const progressLine = () => {
  const shown = process.stderr.isTTY === true;
  return {
    show: (text: string): void => {
      if (shown) process.stderr.write(`\r\x1b[K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
    },
    clear: (): void => {
      if (shown) process.stderr.write('\r\x1b[K');
    },
  };
};

/** At most `limit` pieces of work at a time, in order. */
const inParallel = async (works: readonly (() => Promise<void>)[], limit: number): Promise<void> => {
  const queue = works.values();
  const worker = async (): Promise<void> => {
    for (const work of queue) await work();
  };
  await Promise.all(Array.from({ length: limit }, worker));
};

const openAccesses = async (
  globals: Globals,
  majors: readonly number[] | null,
  log: (line: string) => void,
): Promise<ServerAccess[]> => {
  if (majors === null) return [await serverAccess(globals)];
  for (const major of majors) await installMajor(major, { log });
  return Promise.all(majors.map((major) => serverAccess(globals, { major, log: () => {} })));
};

const lessonsToCheck = async (
  { lessons, indexFile }: Globals,
  wanted: readonly string[],
): Promise<{ lessons: Lesson[]; problems: readonly Problem[] }> => {
  if (wanted.length > 0) {
    return { lessons: await Promise.all(wanted.map((one) => needLesson(lessons, one))), problems: [] };
  }
  const catalog = await loadCatalog(lessons, indexFile === undefined ? {} : { indexFile });
  const heads = catalog.modules.flatMap((module) => module.lessons);
  const parsed = await Promise.all(heads.map(({ id }) => loadLesson(lessons, id)));
  return { lessons: parsed.flatMap(({ lesson }) => lesson ?? []), problems: catalog.problems };
};

export const command: Command = {
  usage: 'verify [lesson...]',
  description: `Plays lessons (all, when none is named) and checks every claim in them.
Exit code 1: a claim did not hold, or a lesson has an error.`,
  options: {
    pg: {
      type: 'string',
      value: 'MAJORS',
      help: 'on these major versions, for example 14,15,16,17,18; fetched with npm when missing',
    },
    json: { type: 'boolean', help: 'as JSON: { ok, results, problems }' },
  },
  maxPositionals: Number.POSITIVE_INFINITY,
  async run({ globals, values, positionals }) {
    const majors = majorsFrom(values.pg);
    return untilSignal(async (signal) => {
      const { lessons, problems } = await lessonsToCheck(globals, positionals);
      const line = progressLine();
      const accesses = await openAccesses(globals, majors, (word) => line.show(word));
      const results: Result[] = [];
      try {
        const total = lessons.length * accesses.length;
        const works = accesses.flatMap((access) =>
          lessons.map((lesson) => async () => {
            if (signal.aborted) return;
            const server = await access.open();
            line.show(
              `${results.length} of ${total} done: ${lesson.number} on PostgreSQL ${server.info.version}`,
            );
            const result = await check(lesson, server, signal);
            if (signal.aborted) return;
            results.push(result);
            line.clear();
            if (!values.json) process.stdout.write(`${resultInWords(result)}\n`);
          }),
        );
        await inParallel(works, Math.min(2, availableParallelism()));
      } finally {
        line.clear();
        await Promise.all(accesses.map((access) => access.close()));
      }
      const ok = results.every(isGood) && !problems.some(({ severity }) => severity === 'error');
      if (values.json) process.stdout.write(`${toJson({ ok, results, problems }, 2)}\n`);
      else for (const problem of problems) say(problemInWords(problem));
      return ok ? exitCodes.ok : exitCodes.failed;
    });
  },
};
