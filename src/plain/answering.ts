import { drawHints, drawSolutions } from '../draw/exercise.ts';
import { drawTryOut } from '../draw/try-out.ts';
import { drawVerdict } from '../draw/verdict.ts';
import type { Exercise } from '../lesson/types.ts';
import type { Player } from '../player/state.ts';
import { type Work, type Workbook, workOn } from '../player/workbook-state.ts';
import type { Drafts } from '../progress/drafts.ts';
import type { Glyphs } from '../text/glyphs.ts';
import type { Highlighter } from '../text/highlight.ts';
import { type Line, plainLine } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';

export type AnsweringOptions = {
  readonly exercise: Exercise;
  readonly player: Player;
  readonly workbook: Workbook;
  readonly drafts: Pick<Drafts, 'read' | 'write'> | undefined;
  readonly width: number;
  readonly glyphs: Glyphs;
  readonly highlight: Highlighter;
  readonly tell: (lines: readonly Line[]) => void;
  /** The next line of the learner's after a prompt; null: there will be none. */
  readonly ask: (prompt: string) => Promise<string | null>;
};

/** `back`: to the page before; `quit`: leave the lesson. */
export type AnsweringEnd = 'done' | 'back' | 'quit' | 'input-ended';

const help = `Write SQL, as many lines as you like; then, on a line of its own or behind the SQL:
\\g   run it, as often as you like
\\c   check it
\\h   a hint, then the next one
\\s   show the solution (asks first)
\\p   show what you have written; what you write after \\g or \\c replaces it
\\r   throw away what you have written
\\k   go on without an answer (skip)
\\b   the page before
\\q   leave; what you have written is kept
Ctrl+C cancels what runs`;

/** A line with a command of one letter at its end, as psql takes them. */
const command = /^(.*?)\\([gcshprkbq?])\s*$/s;

/** Asks for an answer to an exercise until it passes, is shown or skipped, or the learner goes elsewhere. */
export const answerExercise = async (options: AnsweringOptions): Promise<AnsweringEnd> => {
  const { exercise, player, workbook, drafts, width, glyphs, highlight, tell, ask } = options;
  const { lesson } = player.getState();
  const say = (text: string): void => tell(text.split('\n').map((line) => plainLine(line)));
  const draft = drafts?.read(lesson.id, exercise.id) ?? null;
  /** What is being written, and what it replaces. */
  let written: string[] = [];
  let before = draft ?? exercise.starter.trimEnd();
  const text = (): string => (written.length > 0 ? written.join('\n') : before);
  const show = (): void => {
    const lines = highlight(text(), 'sql').map((line): Line => [{ text: '  ' }, ...line]);
    tell(text().trim() === '' ? [plainLine('  Nothing yet.')] : lines);
  };

  const idle = (): Promise<Work> =>
    new Promise((resolve) => {
      const look = (): void => {
        const work = workOn(workbook.getState(), exercise.id);
        if (work.phase !== 'idle') return;
        stop();
        resolve(work);
      };
      const stop = workbook.subscribe(look);
      look();
    });
  const work = async (how: 'tryOut' | 'judge'): Promise<Work> => {
    before = text();
    written = [];
    workbook[how](exercise.id, before);
    const { problem, ...done } = await idle();
    if (problem !== null) say(`${glyphs.failed} ${sanitizeLine(problem, ' ')}`);
    return { ...done, problem };
  };

  say('');
  if (before.trim() !== '') {
    say(draft === null ? 'To start with:' : 'You have written:');
    show();
  }
  if (exercise.sessions.length > 1)
    say(
      `Sessions: ${exercise.sessions.join(', ')}. A line "-- ${exercise.sessions[1]}:" says who runs what follows.`,
    );
  say('Write SQL. \\g runs it, \\c checks it, \\h gives a hint, \\? says what else there is.');
  workbook.open(exercise.id);

  for (;;) {
    const line = await ask(written.length === 0 ? 'answer=> ' : 'answer-> ');
    if (line === null) return 'input-ended';
    const [, sql = line, letter] = command.exec(line) ?? [];
    if (sql.trim() !== '' || (letter === undefined && written.length > 0)) {
      written = [...written, sql];
      drafts?.write(lesson.id, exercise.id, text());
    }
    switch (letter) {
      case 'g': {
        const { tryOut } = await work('tryOut');
        if (tryOut)
          tell(drawTryOut(tryOut, { width, glyphs, sessions: lesson.sessions, now: tryOut.timeline.at }));
        break;
      }
      case 'c': {
        const { verdict, answer } = await work('judge');
        if (verdict) tell(drawVerdict(verdict, { width, glyphs, answer }));
        if (verdict?.outcome !== 'passed') break;
        tell([[], ...drawSolutions(exercise, { width, glyphs, highlight })]);
        return 'done';
      }
      case 'h': {
        const opened = workOn(workbook.getState(), exercise.id).hints;
        if (opened >= exercise.hints.length) {
          say(
            opened === 0
              ? 'This exercise has no hints.'
              : 'These were all the hints. \\s shows the solution.',
          );
          break;
        }
        workbook.hint(exercise.id);
        tell(drawHints(exercise, opened + 1, { width, glyphs, highlight }, opened));
        break;
      }
      case 's': {
        const sure = await ask('Show the solution? The exercise then counts as shown, not passed. [y/n] ');
        if (sure === null) return 'input-ended';
        if (!/^\s*y/i.test(sure)) break;
        player.dispatch({ type: 'show-solution', exercise: exercise.id });
        tell([[], ...drawSolutions(exercise, { width, glyphs, highlight })]);
        return 'done';
      }
      case 'p':
        show();
        break;
      case 'r':
        written = [];
        before = '';
        drafts?.write(lesson.id, exercise.id, '');
        break;
      case 'k':
        player.dispatch({ type: 'skip-exercise', exercise: exercise.id });
        return 'done';
      case 'b':
        return 'back';
      case 'q':
        return 'quit';
      case '?':
        say(help);
    }
  }
};
