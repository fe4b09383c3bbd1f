import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { bless, type Played, patchOf } from '../authoring/bless.ts';
import { errorInWords, failureInWords, isFlaky, isGood, type Result } from '../authoring/verify-report.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { fromHere } from './places.ts';
import { say } from './terminal.ts';

/** A place as it is named from here. */
export const here = (result: Result): Result => ({
  ...result,
  lesson: { ...result.lesson, file: fromHere(result.lesson.file) },
  failed: result.failed.map((claim) => ({ ...claim, file: fromHere(claim.file) })),
});

const sumUp = (result: Result): string => {
  const flaky = result.failed.filter(isFlaky).length;
  const wrong = result.failed.length - flaky;
  const parts = [
    wrong > 0 || flaky === 0
      ? `${wrong} of ${result.checks} claims ${wrong === 1 ? 'does' : 'do'} not hold`
      : null,
    flaky > 0 ? `${flaky} of ${result.checks} claims ${flaky === 1 ? 'is' : 'are'} flaky` : null,
  ];
  return parts.filter((part) => part !== null).join(', ');
};

/** A line for a lesson on a server, and one for each claim that does not hold. */
export const resultInWords = (result: Result): string => {
  const { postgres, lesson, checks, skipped, error, runs } = result;
  const name = sanitizeLine(`${postgres.version}  ${lesson.number} ${lesson.title}`);
  if (skipped !== null) return `skip  ${name}: ${sanitizeLine(skipped)}`;
  if (isGood(result)) return `ok    ${name}: ${checks} claims${runs > 1 ? `, ${runs} times` : ''}`;
  const told = here(result);
  const lines = told.failed.map((claim) => failureInWords(told, claim));
  if (error !== null) lines.push(errorInWords(told));
  return [`FAIL  ${name}: ${sumUp(result)}`, ...lines.map((line) => `      ${sanitizeLine(line)}`)].join(
    '\n',
  );
};

/** As a patch names it: from here, for `patch -p1` and `git apply`; from the root where the file is elsewhere. */
const patchName = (file: string): string => fromHere(file).split(path.sep).join('/').replace(/^\//, '');

/**
 * The patch that makes the claims of these lessons say what happened; what it leaves alone is told on stderr.
 * @param played runs by the file of their lesson
 */
export const blessing = async (played: ReadonlyMap<string, readonly Played[]>): Promise<string> => {
  let patch = '';
  for (const [file, runs] of [...played].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const text = await readFile(file, 'utf8');
    const blessed = bless(text, runs);
    patch += patchOf(patchName(file), text, blessed);
    for (const { line, column, why } of blessed.unblessed)
      say(sanitizeLine(`${fromHere(file)}:${line}:${column}: left as it is: ${why}`));
  }
  return patch;
};
