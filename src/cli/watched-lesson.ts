import { readFile } from 'node:fs/promises';
import { loadLesson } from '../lesson/catalog.ts';
import type { Lesson, ParsedLesson } from '../lesson/types.ts';
import { falseClaimInWords } from '../plain/sentences.ts';
import { runLesson } from '../player/run-lesson.ts';
import type { Server } from '../postgres/types.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { unmetOn } from './needs.ts';
import { fromHere } from './places.ts';
import { problemInWords } from './problems.ts';
import { watchFile } from './watch-file.ts';

/** What is known of the file as it was saved last. */
export type WatchReport = {
  /** `broken`: it cannot be played, and the version before it stays; `checking`: its claims are being checked. */
  readonly state: 'broken' | 'checking' | 'checked';
  /** `file:line:column: …`: what the parser says, and claims that do not hold. */
  readonly problems: readonly string[];
  /** Claims checked. */
  readonly checks: number;
};

export type WatchedLesson = {
  /** The last version that can be played; null: there was none yet. */
  readonly lesson: () => Lesson | null;
  readonly report: () => WatchReport;
  /** `lesson`: there is a new version to be played; `report`: only more is known of this one. */
  readonly subscribe: (listener: (what: 'lesson' | 'report') => void) => () => void;
  readonly close: () => Promise<void>;
};

/** The file of a lesson that may be broken. @throws LessonError */
export const fileOf = async (folder: string, wanted: string): Promise<string> => {
  const { lesson, problems } = await loadLesson(folder, wanted);
  return lesson?.file ?? problems[0]?.position.file ?? wanted;
};

const read = async (file: string): Promise<ParsedLesson & { readonly text: string | null }> => {
  try {
    const text = await readFile(file, 'utf8');
    return { ...(await loadLesson('', file)), text };
  } catch (error) {
    const position = { file, line: 1, column: 1 };
    const message =
      error instanceof Error && 'code' in error && error.code === 'ENOENT'
        ? 'the file is gone'
        : String(error);
    return { lesson: null, problems: [{ position, severity: 'error', message }], text: null };
  }
};

/** Plays a lesson to its end and says what does not hold in it. */
const check = async (lesson: Lesson, server: Server, signal: AbortSignal) => {
  const unmet = await unmetOn(server, lesson.needs);
  if (unmet.length > 0)
    return { problems: [`this server lacks what the lesson needs: ${unmet.join(', ')}`], checks: 0 };
  const { checks, failed, error } = await runLesson({ lesson, server, signal, exercises: true });
  const problems = failed.map((one) => falseClaimInWords({ ...one, file: fromHere(one.file) }));
  if (error !== null) problems.push(sanitizeLine(`${fromHere(lesson.file)}:1:1: ${error}`));
  return { problems, checks: checks.length };
};

/**
 * Reads a lesson now and after each save, keeps the last version that can be played, and checks the claims of each.
 * A check that a save overtakes is ended.
 */
export const watchLesson = async (
  file: string,
  openServer: () => Promise<Server>,
): Promise<WatchedLesson> => {
  const listeners = new Set<(what: 'lesson' | 'report') => void>();
  let lesson: Lesson | null = null;
  let report: WatchReport = { state: 'checking', problems: [], checks: 0 };
  let lastText: string | null | undefined;
  /** Grows with each look at the file, and with each version of it. */
  let looks = 0;
  let generation = 0;
  let aborter = new AbortController();
  let checking: Promise<unknown> = Promise.resolve();
  const tell = (what: 'lesson' | 'report'): void => {
    for (const listener of listeners) listener(what);
  };

  const checkNow = async (current: Lesson, mine: number, warnings: readonly string[]): Promise<void> => {
    const { signal } = aborter;
    const found = await openServer()
      .then((server) => check(current, server, signal))
      .catch((error: unknown) => ({
        problems: [sanitizeLine(error instanceof Error ? error.message : String(error))],
        checks: 0,
      }));
    if (mine !== generation) return;
    report = { state: 'checked', problems: [...warnings, ...found.problems], checks: found.checks };
    tell('report');
  };

  const look = async (): Promise<void> => {
    looks += 1;
    const own = looks;
    const found = await read(file);
    // An editor may save what was there already, and one save is more than one event.
    if (own !== looks || found.text === lastText) return;
    lastText = found.text;
    generation += 1;
    const mine = generation;
    aborter.abort();
    aborter = new AbortController();
    const problems = found.problems.map(problemInWords);
    if (!found.lesson) {
      report = { state: 'broken', problems, checks: 0 };
      return tell('report');
    }
    lesson = found.lesson;
    report = { state: 'checking', problems, checks: 0 };
    tell('lesson');
    const before = checking;
    const current = found.lesson;
    checking = before.then(() => (mine === generation ? checkNow(current, mine, problems) : undefined));
  };

  // What is saved while the file is read for the first time is not missed.
  const stop = watchFile(file, () => void look());
  await look();
  return {
    lesson: () => lesson,
    report: () => report,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      stop();
      looks += 1;
      generation += 1;
      aborter.abort();
      await checking;
    },
  };
};
