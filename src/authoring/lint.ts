import { missingAnswers } from '../lesson/missing-answers.ts';
import type { Claim, Lesson, Position, Problem, Step } from '../lesson/types.ts';
import { isStep } from '../player/state.ts';
import { exerciseBlocks } from './lint-blocks.ts';
import { longStretches, screenLines } from './lint-length.ts';
import { timesInProse } from './lint-times.ts';

/** What a finding is about; an author may leave one be, and a test may allow one. */
export type LintRule =
  /** More to read before a step than a screen of 80x24 shows. */
  | 'long'
  /** A step that fails, waits or loses a session, and nobody was asked. */
  | 'surprise'
  | 'docs'
  | 'exercise'
  /** An exercise with too few right or wrong answers to be sure of its checks. */
  | 'answers'
  | 'predictions'
  | 'remember'
  | 'notes'
  /** Times are measured, never written. */
  | 'milliseconds'
  /** A lesson that is named and not there. */
  | 'lesson'
  /** An id that the inventory does not have. */
  | 'covers';

export type Finding = Problem & { readonly rule: LintRule };

export type LintOptions = {
  /** The file of the lesson as it is read, for places in the front matter. */
  readonly text: string;
  /** Ids that `covers` may name; null: there is no inventory to hold it against. */
  readonly inventory: ReadonlySet<string> | null;
  /** Numbers of the lessons there are; null: they are not known. */
  readonly lessons: ReadonlySet<string> | null;
};

const fewestPredictions = 3;

/** What a key of the front matter says, or the top of the file when the key is not there. */
const placeInFront = (lesson: Lesson, text: string, key: string, word = key): Position => {
  const lines = text.split(/\r?\n/);
  const end = lines.indexOf('---', 1);
  const from = lines.findIndex((line, index) => index < end && line.startsWith(`${key}:`));
  for (let index = from; from >= 0 && index < end; index++) {
    const at =
      lines[index]?.search(new RegExp(`(?<![\\w.-])${word.replaceAll('.', '\\.')}(?![\\w.-])`)) ?? -1;
    if (at >= 0) return { file: lesson.file, line: index + 1, column: at + 1 };
  }
  return { file: lesson.file, line: 1, column: 1 };
};

/** Where a text sends its readers to lessons, by number. */
const lessonsNamed = (text: string): { number: string; line: number; column: number }[] =>
  text.split(/\r?\n/).flatMap((words, index) =>
    [...words.matchAll(/\blessons?\s+(\d+\.\d+)\b/gi)].map((found) => ({
      number: found[1] ?? '',
      line: index + 1,
      column: found.index + 1,
    })),
  );

/** What a learner would not expect of a step, and what it is an instance of. */
type Surprise = { readonly kind: string; readonly what: string };

const surprise = (claim: Claim): Surprise | null => {
  switch (claim.kind) {
    case 'error':
      return claim.sqlstate === null ? null : { kind: claim.sqlstate, what: `fails with ${claim.sqlstate}` };
    case 'blockedBy':
      return claim.sessions.length === 0
        ? null
        : { kind: 'wait', what: `waits for ${claim.sessions.join(' and ')}` };
    case 'lost':
      return { kind: 'lost', what: `ends the connection of ${claim.sessions.join(' and ')}` };
    default:
      return null;
  }
};

/**
 * Steps that fail, wait or end a connection and that nobody was asked about: those that are the first of their kind
 * in the lesson, and the first of each page that asks nothing at all.
 */
const unasked = (lesson: Lesson): { step: Step; what: string }[] => {
  const met = new Set<string>();
  return lesson.pages.flatMap((page) => {
    const asked = new Set(page.blocks.flatMap((block) => (block.kind === 'prediction' ? [block.step] : [])));
    let pageHasOne = asked.size > 0;
    return page.blocks.filter(isStep).flatMap((step) => {
      const all = step.claims.flatMap(({ claims }) => claims.flatMap((claim) => surprise(claim) ?? []));
      const told = asked.has(step.id) ? undefined : all.find(({ kind }) => !pageHasOne || !met.has(kind));
      for (const { kind } of all) met.add(kind);
      if (all.length > 0) pageHasOne = true;
      return told ? [{ step, what: told.what }] : [];
    });
  });
};

/** What a lesson that can be played still lacks, in the order of the file. */
export const lintLesson = (lesson: Lesson, { text, inventory, lessons }: LintOptions): Finding[] => {
  const findings: Finding[] = [];
  const find = (
    rule: LintRule,
    position: Position,
    message: string,
    severity: Problem['severity'] = 'warning',
  ) => findings.push({ rule, position, message, severity });
  const blocks = lesson.pages.flatMap((page) => page.blocks);
  const top = placeInFront(lesson, text, 'title');

  for (const id of lesson.covers) {
    if (inventory && !inventory.has(id))
      find(
        'covers',
        placeInFront(lesson, text, 'covers', id),
        `covers: ${id} is not in the inventory`,
        'error',
      );
  }
  if (lesson.docs.length === 0)
    find('docs', placeInFront(lesson, text, 'docs'), 'docs: no page of the manual is named');
  if (exerciseBlocks(lesson).length === 0) find('exercise', top, 'the lesson has no exercise');
  for (const exercise of exerciseBlocks(lesson))
    for (const { position, what } of missingAnswers(exercise)) find('answers', position, what);
  const predictions = lesson.counts.predictions;
  if (predictions < fewestPredictions)
    find(
      'predictions',
      top,
      `the lesson asks for ${predictions} predictions; ${fewestPredictions} are the fewest`,
    );
  if (!lesson.pages.some(({ title }) => /\bremember\b/i.test(title)))
    find('remember', top, 'no page says what to remember: ## Remember');
  if (!blocks.some(({ kind }) => kind === 'notes'))
    find('notes', top, 'nothing is said to whoever teaches it: <!-- notes: … -->');
  for (const page of lesson.pages) {
    for (const { position, lines } of longStretches(lesson, page))
      find('long', position, `${lines} lines to read at once; a screen of 80x24 shows ${screenLines}`);
  }
  for (const { step, what } of unasked(lesson))
    find('surprise', step.position, `this step ${what}, and nobody was asked to predict it`);
  for (const { position, words } of timesInProse(lesson))
    find('milliseconds', position, `"${words}": times differ from machine to machine; say what causes them`);
  for (const { number, line, column } of lessonsNamed(text)) {
    if (lessons && !lessons.has(number))
      find('lesson', { file: lesson.file, line, column }, `there is no lesson ${number}`);
  }
  return findings.sort((a, b) => a.position.line - b.position.line || a.position.column - b.position.column);
};
