import type { Exercise, Lesson } from '../lesson/types.ts';
import { type Exercises, nextStep, openExercise, type Player, type PlayerState } from '../player/state.ts';
import type { Workbook } from '../player/workbook-state.ts';
import type { Drafts } from '../progress/drafts.ts';
import { toAnsi } from '../text/ansi.ts';
import type { Glyphs } from '../text/glyphs.ts';
import type { Highlighter } from '../text/highlight.ts';
import type { Line } from '../text/line.ts';
import type { RunEvent } from '../timeline/events.ts';
import { answerExercise } from './answering.ts';
import { helpText, promptFor, readAnswer } from './answers.ts';
import type { Item } from './items.ts';
import { LineReader } from './line-reader.ts';
import { Narrator } from './narrator.ts';
import { TextWriter } from './text.ts';

export type PlainPlayerOptions = {
  readonly lesson: Lesson;
  /** Only the page the lesson is opened at is played. */
  readonly only?: boolean;
  /** How the lesson's exercises stood when it was last left. */
  readonly exercises?: Exercises;
  /** What the learner has written for exercises. */
  readonly drafts?: Pick<Drafts, 'read' | 'write'>;
  /** Opens the lesson; gives each event to `onEvent`. */
  readonly openPlayer: (onEvent: (event: RunEvent) => void) => Player;
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** Where lines of the input have been read ahead already; it stays open. */
  readonly lines?: LineReader;
  readonly write: (text: string) => void;
  readonly width: number;
  readonly glyphs: Glyphs;
  readonly highlight: Highlighter;
  readonly style: boolean;
  /** Aborted when the process was asked to end. */
  readonly signal: AbortSignal;
  /** Calls back for every Ctrl+C. @returns a function that stops the calls */
  readonly onInterrupt: (listener: () => void) => () => void;
};

/** `interrupted`: left by Ctrl+C. */
export type PlainEnd = 'finished' | 'left' | 'input-ended' | 'interrupted' | 'aborted';

const allJudged = (state: PlayerState): boolean =>
  Object.values(state.predictions).every((made) => made.right !== null);

/** Questions answered, and answered right, on the pages as they were last played. */
const score = (state: PlayerState): { readonly asked: number; readonly right: number } => {
  const judged = Object.values(state.predictions).filter(
    (made) => made.choice !== null && made.right !== null,
  );
  const right = judged.filter((made) => made.choice !== null && made.right?.includes(made.choice));
  return { asked: judged.length, right: right.length };
};

/** Plays a lesson as a conversation: lines are only ever appended. */
export const playPlain = async (options: PlainPlayerOptions): Promise<PlainEnd> => {
  const { lesson, input, write, style } = options;
  const narrator = new Narrator(lesson, options.exercises);
  const writer = new TextWriter({ ...options, asked: true });
  const lines = options.lines ?? new LineReader(input);
  let prompt: string | null = null;

  const print = (all: readonly Line[]): void => {
    for (const line of all) write(`${toAnsi(line, { color: style, style }).trimEnd()}\n`);
  };
  const tell = (items: readonly Item[]): void => print(items.flatMap((item) => writer.write(item)));
  const ask = (text: string): void => {
    prompt = text;
    write(`\n${text}`);
  };
  /** What the learner types after a prompt; null: there will be nothing more. */
  const listen = async (): Promise<string | null> => {
    const line = await lines.next();
    prompt = null;
    if (line === null) write('\n');
    // A terminal has shown what was typed; a transcript of piped answers should show them too.
    else if (input.isTTY !== true) write(`${line}\n`);
    return line;
  };

  const player = options.openPlayer((event) => {
    const items = narrator.take(event);
    if (items.length === 0) return;
    // Something happened while the learner was thinking: say it, then ask again.
    const asked = prompt;
    if (asked !== null) write('\n');
    prompt = null;
    tell(items);
    if (asked !== null) ask(promptFor(narrator.state));
  });

  let leave: (end: PlainEnd) => void = () => {};
  const left = new Promise<PlainEnd>((resolve) => {
    leave = resolve;
  });
  let cancelled: PlayerState['timeline']['steps'][number] | undefined;
  /** The answer whose judging was cancelled last. */
  let stopped: string | null = null;
  const stopListening = options.onInterrupt(() => {
    const works = Object.values(player.workbook?.getState() ?? {});
    const work = works.find(({ phase }) => phase !== 'idle');
    if (work && work.answer !== stopped) {
      stopped = work.answer;
      player.workbook?.cancel();
      return;
    }
    const open = player.getState().timeline.steps.find((step) => step.endedAt === null);
    if (!open || open.step === cancelled?.step) return leave('interrupted');
    cancelled = open;
    player.dispatch({ type: 'cancel' });
  });
  const abort = (): void => leave('aborted');
  options.signal.addEventListener('abort', abort);

  /** Resolves when `ready` holds, or when nothing more will come of it. */
  const until = (ready: (state: PlayerState) => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        const state = player.getState();
        const over = state.phase === 'broken' || state.phase === 'finished';
        if (!over && !(state.phase === 'ready' && narrator.onPage && ready(state))) return;
        stop();
        resolve();
      };
      const stop = player.subscribe(look);
      look();
    });

  const workOut = async (exercise: Exercise, workbook: Workbook): Promise<PlainEnd | null> => {
    const end = await answerExercise({
      ...options,
      drafts: options.drafts,
      exercise,
      player,
      workbook,
      tell: print,
      ask: (text) => {
        write(text);
        return listen();
      },
    });
    if (end === 'back') player.dispatch({ type: 'back' });
    if (end === 'quit') return 'left';
    if (end === 'input-ended') return 'input-ended';
    await until(() => true);
    return null;
  };

  /** Asks for what the learner wants and does it. @returns how the lesson ended, null: it goes on */
  const turn = async (): Promise<PlainEnd | null> => {
    const state = player.getState();
    const isOver = options.only === true && state.phase === 'ready' && nextStep(state) === null;
    if (state.phase === 'finished' || isOver) {
      tell(narrator.reveal());
      const { asked, right } = score(state);
      if (asked > 0) write(`You predicted ${right} of ${asked} right.\n`);
      return 'finished';
    }
    tell(narrator.reveal());
    const exercise = state.phase === 'ready' ? openExercise(state) : null;
    if (exercise && player.workbook) return workOut(exercise, player.workbook);
    ask(promptFor(state));
    const line = await listen();
    if (line === null) return 'input-ended';
    const now = player.getState();
    const answer = readAnswer(line, now);
    if (answer === 'quit') return 'left';
    if (answer === 'help') {
      write(`${helpText}\n`);
      return null;
    }
    if (answer.type === 'unclear') {
      write(`${answer.words}\n`);
      return null;
    }
    const { page } = now;
    const step = nextStep(now);
    player.dispatch(answer);
    if (answer.type === 'predict') {
      player.dispatch({ type: 'next' });
    }
    if (answer.type !== 'next' && answer.type !== 'predict') await until(() => true);
    else if (step) await until((after) => after.ran.includes(step.id) && allJudged(after));
    else await until((after) => after.page !== page);
    return null;
  };

  const play = async (): Promise<PlainEnd> => {
    await until(() => true);
    for (;;) {
      const end = await turn();
      if (end !== null) return end;
    }
  };

  try {
    return await Promise.race([play(), left]);
  } finally {
    stopListening();
    options.signal.removeEventListener('abort', abort);
    if (!options.lines) lines.close();
    await player.close();
  }
};
