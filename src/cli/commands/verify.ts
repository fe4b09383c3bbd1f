import type { Played } from '../../authoring/bless.ts';
import { toJunit } from '../../authoring/junit.ts';
import { isGood, type Result } from '../../authoring/verify-report.ts';
import { loadCatalog, loadLesson } from '../../lesson/catalog.ts';
import type { Lesson, Problem } from '../../lesson/types.ts';
import { toJson } from '../../plain/json.ts';
import { installMajor, knownMajors } from '../../postgres/embedded/majors.ts';
import type { Arguments, Command, Globals } from '../command.ts';
import { exitCodes, UsageError } from '../errors.ts';
import { untilSignal } from '../leaving.ts';
import { needLesson } from '../lessons.ts';
import { problemInWords } from '../problems.ts';
import { progressLine } from '../progress-line.ts';
import { type ServerAccess, serverAccess } from '../server.ts';
import { say } from '../terminal.ts';
import { verifyLessons } from '../verify-lessons.ts';
import { blessing, here, resultInWords } from '../verify-output.ts';

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

const mostRuns = 1000;

const repeatFrom = (value: unknown): number => {
  if (typeof value !== 'string') return 1;
  const times = Number(value);
  if (!Number.isInteger(times) || times < 1 || times > mostRuns)
    throw new UsageError(`--repeat takes a whole number from 1 to ${mostRuns}, not ${value}`);
  return times;
};

const formats = ['json', 'junit', 'bless'] as const;

/** What goes to stdout. */
const formatFrom = (values: Arguments['values']): (typeof formats)[number] | 'text' => {
  const [format, ...others] = formats.filter((name) => values[name]);
  if (others.length > 0) throw new UsageError(`--${format} and --${others[0]} do not go together`);
  return format ?? 'text';
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

/** In the order of the lessons, then of the versions, whichever came first. */
const inOrder = (results: readonly Result[], lessons: readonly Lesson[]): Result[] => {
  const ids = lessons.map(({ id }) => id);
  return [...results].sort(
    (a, b) => ids.indexOf(a.lesson.id) - ids.indexOf(b.lesson.id) || a.postgres.major - b.postgres.major,
  );
};

export const command: Command = {
  usage: 'verify [lesson...]',
  description: `Plays lessons (all, when none is named) and checks every claim in them, several
at a time. What does not hold is told as file:line:column, with what was claimed
and what happened.
Exit code 1: a claim did not hold, or a lesson has an error.`,
  options: {
    pg: {
      type: 'string',
      value: 'MAJORS',
      help: 'on these major versions, for example 14,15,16,17,18; fetched with npm when missing',
    },
    repeat: {
      type: 'string',
      value: 'N',
      help: 'play each lesson N times, its exercises once: tells flaky claims from false ones',
    },
    claims: {
      type: 'boolean',
      help: 'claims and predictions only, not the answers that exercises come with',
    },
    json: { type: 'boolean', help: 'as JSON: { ok, results, problems }' },
    junit: { type: 'boolean', help: 'as JUnit XML, for CI servers' },
    bless: {
      type: 'boolean',
      help: 'print a patch that makes the claims say what happened (for git apply or patch -p1); changes nothing itself',
    },
  },
  maxPositionals: Number.POSITIVE_INFINITY,
  async run({ globals, values, positionals }) {
    const majors = majorsFrom(values.pg);
    const repeat = repeatFrom(values.repeat);
    const format = formatFrom(values);
    return untilSignal(async (signal) => {
      const { lessons, problems } = await lessonsToCheck(globals, positionals);
      const line = progressLine();
      const accesses = await openAccesses(globals, majors, (word) => line.show(word));
      const results: Result[] = [];
      const played = new Map<string, Played[]>();
      let begun = 0;
      try {
        const total = lessons.length * accesses.length * repeat;
        await verifyLessons({
          lessons,
          accesses,
          repeat,
          exercises: values.claims !== true,
          signal,
          onRun: (lesson, server) => {
            begun += 1;
            const bad = results.filter((result) => !isGood(result)).length;
            const failed = bad > 0 ? `, ${bad} failed` : '';
            line.show(`${begun} of ${total}${failed}: ${lesson.number} on PostgreSQL ${server.info.version}`);
          },
          onResult: (lesson, result, runs) => {
            results.push(result);
            if (format === 'bless' && runs.length > 0)
              played.set(lesson.file, [
                ...(played.get(lesson.file) ?? []),
                { major: result.postgres.major, runs },
              ]);
            line.clear();
            if (format === 'text') process.stdout.write(`${resultInWords(result)}\n`);
            else if (format === 'bless' && !isGood(result)) say(resultInWords(result));
          },
        });
      } finally {
        line.clear();
        await Promise.all(accesses.map((access) => access.close()));
      }
      const ok = results.every(isGood) && !problems.some(({ severity }) => severity === 'error');
      const sorted = inOrder(results, lessons);
      if (format === 'json') process.stdout.write(`${toJson({ ok, results: sorted, problems }, 2)}\n`);
      else if (format === 'junit') process.stdout.write(toJunit(sorted.map(here), problems));
      else for (const problem of problems) say(problemInWords(problem));
      if (format === 'bless' && !signal.aborted) process.stdout.write(await blessing(played));
      return ok ? exitCodes.ok : exitCodes.failed;
    });
  },
};
