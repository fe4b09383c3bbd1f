import { drawHints, drawSolutions, statusSpan } from '../draw/exercise.ts';
import { progressBar } from '../draw/exploration.ts';
import { layoutProse } from '../draw/prose.ts';
import { drawStatus } from '../draw/status.ts';
import { drawTryOut } from '../draw/try-out.ts';
import { drawVerdict } from '../draw/verdict.ts';
import type { Exercise } from '../lesson/types.ts';
import type { JudgeProgress } from '../player/judge-state.ts';
import type { Intent, PlayerState } from '../player/state.ts';
import { type Work, type Workbook, workOn } from '../player/workbook-state.ts';
import type { Glyphs } from '../text/glyphs.ts';
import type { Highlighter } from '../text/highlight.ts';
import { type Line, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { wrapLine } from '../text/wrap.ts';
import type { DeskBinding } from './desk-keys.ts';
import type { DeskContext, DeskModel } from './desk-ui.ts';
import { editorText, replaceText } from './editor/state.ts';
import { remember } from './sandbox-ui.ts';

export type ExerciseDesk = {
  readonly exercise: Exercise;
  readonly state: () => PlayerState;
  readonly workbook: Workbook;
  readonly intent: (intent: Intent) => void;
  readonly glyphs: Glyphs;
  readonly highlight: () => Highlighter;
  readonly server: () => string | null;
  /** Keeps what was written. */
  readonly keep: (text: string) => void;
};

const progressWords = (progress: JudgeProgress | null, glyphs: Glyphs): string => {
  if (progress?.phase === 'orders')
    return `${progressBar(progress.done, progress.total, 20, glyphs)} order ${progress.done} of ${progress.total}`;
  if (progress?.phase === 'preparing') return 'Getting the data ready…';
  if (progress?.phase === 'hidden') return 'Checking on other data…';
  return 'Checking your answer…';
};

/** An exercise of the lesson: the task, the learner's answer, and what came of running or checking it. */
export const exerciseDesk = (desk: ExerciseDesk): DeskModel => {
  const { exercise, state, workbook, intent, glyphs, highlight, server, keep } = desk;
  const seen = { at: -1, wall: 0 };
  const work = (): Work => workOn(workbook.getState(), exercise.id);
  const status = () => state().exercises[exercise.id];
  const isSolved = (): boolean => status() === 'passed' || status() === 'shown';
  const isBusy = (): boolean => work().phase !== 'idle';

  const send = ({ ui, set }: DeskContext, how: 'tryOut' | 'judge') => {
    const answer = editorText(ui.editor);
    if (isBusy()) return set({ notice: 'The answer before is still running. Esc cancels it.' });
    if (how === 'tryOut' && answer.trim() === '') return set({ notice: 'Write your answer first.' });
    set({ history: remember(ui.history, answer.trim()), focus: 'editor' });
    workbook[how](exercise.id, answer);
  };
  const hint = ({ ui, set }: DeskContext) => {
    if (exercise.hints.length === 0) return set({ notice: 'This exercise has no hints.' });
    if (work().hints === exercise.hints.length)
      return set({ notice: 'These were all the hints. Esc s shows the solution.' });
    workbook.hint(exercise.id);
    // The hints stand below the task.
    set({ scroll: { ...ui.scroll, task: Number.MAX_SAFE_INTEGER } });
  };
  const solution = ({ set }: DeskContext) => {
    const show = (): void => {
      if (!isSolved()) intent({ type: 'show-solution', exercise: exercise.id });
      set({ focus: 'output' });
    };
    if (isSolved()) return show();
    const question = 'Show the solution? The exercise then counts as shown, not passed.';
    set({ modal: { kind: 'confirm', question, act: show } });
  };

  /** The learner reads what they were given in the end. */
  const reads = ({ ui }: DeskContext): boolean => ui.focus !== 'editor' && isSolved();

  const commands: readonly DeskBinding[] = [
    {
      id: 'done',
      keys: ['enter'],
      help: 'once it is done: back to the page',
      hint: () => 'go on',
      keep: true,
      when: reads,
      run: ({ leave }) => leave(),
    },
    {
      id: 'run',
      keys: ['f5', 'ctrl-enter', 'ctrl-r', 'alt-r'],
      help: 'run the answer on a copy of the data, as often as you like',
      hint: (context) => (isBusy() || reads(context) ? null : 'run'),
      run: (context) => send(context, 'tryOut'),
    },
    {
      id: 'check',
      keys: ['f6', 'ctrl-t', 'alt-c'],
      help: 'check the answer',
      hint: (context) => (isBusy() || reads(context) ? null : 'check'),
      run: (context) => send(context, 'judge'),
    },
    {
      id: 'hint',
      keys: ['f7', 'alt-h'],
      help: 'a hint, then the next one',
      hint: () => {
        const { hints } = work();
        if (hints >= exercise.hints.length || isSolved()) return null;
        return hints === 0 ? 'hint' : 'next hint';
      },
      run: hint,
    },
    {
      id: 'solution',
      keys: ['f8', 'alt-s'],
      help: 'the solution; asks first',
      hint: () => (work().hints > 0 && !isSolved() ? 'solution' : null),
      run: solution,
    },
    {
      id: 'skip',
      keys: ['alt-k'],
      help: 'go on without an answer; it counts as skipped',
      when: () => status() === undefined,
      run: ({ leave }) => {
        intent({ type: 'skip-exercise', exercise: exercise.id });
        leave();
      },
    },
    {
      id: 'anew',
      keys: ['alt-u'],
      help: 'what the editor held at first; undo brings yours back',
      when: ({ ui }) => editorText(ui.editor).trim() !== exercise.starter.trim(),
      run: ({ ui, write }) => write(replaceText(ui.editor, exercise.starter.trimEnd())),
    },
  ];

  const now = (at: number): number => {
    if (seen.at !== at) Object.assign(seen, { at, wall: performance.now() });
    return at + (isBusy() ? performance.now() - seen.wall : 0);
  };

  const outcome = (width: number): Line[] => {
    const { phase, progress, problem, verdict, tryOut, answer } = work();
    if (phase === 'checking') return [[span(progressWords(progress, glyphs), { dim: true })]];
    if (problem !== null)
      return wrapLine([span(`${glyphs.failed} ${sanitizeLine(problem, ' ')}`, { color: 'red' })], width, {
        indent: 2,
      });
    if (verdict) return drawVerdict(verdict, { width, glyphs, answer });
    if (tryOut) {
      const { sessions } = state().lesson;
      const lines = drawTryOut(tryOut, { width, glyphs, sessions, now: now(tryOut.timeline.at) });
      if (lines.length > 0 || phase === 'idle') return lines;
    }
    return phase === 'trying' ? [[span('Getting the data ready…', { dim: true })]] : [];
  };

  const output = (width: number) => {
    const { phase, answer, verdict } = work();
    const lines = outcome(width);
    if (isSolved() && phase === 'idle')
      lines.push(
        ...(lines.length > 0 ? [[]] : []),
        ...drawSolutions(exercise, { width, glyphs, highlight: highlight() }),
      );
    const empty = 'Run your answer as often as you like: what comes of it appears here. Then check it.';
    return {
      title: verdict && phase === 'idle' ? 'verdict' : 'result',
      key: `${phase} ${answer} ${verdict?.outcome ?? ''} ${status() ?? ''}`,
      lines: lines.length > 0 ? lines : wrapLine([span(empty, { dim: true })], width),
    };
  };

  return {
    status: (width) => drawStatus(state(), { width, glyphs, server: server() }),
    taskTitle: 'your turn',
    task: (width) => {
      const options = { width, glyphs, highlight: highlight() };
      const standing = status();
      const hints = drawHints(exercise, work().hints, options);
      return [
        ...layoutProse(exercise.task, options),
        ...(standing ? [[], [statusSpan(standing, glyphs)]] : []),
        ...(hints.length > 0 ? [[], ...hints] : []),
      ];
    },
    editorTitle: () =>
      exercise.sessions.length > 1
        ? `your answer: -- ${exercise.sessions.map((name) => sanitizeLine(name)).join(':, -- ')}:`
        : 'your answer',
    output,
    busy: () => {
      const { phase } = work();
      return phase === 'idle' ? null : phase === 'trying' ? 'Running…' : 'Checking…';
    },
    cancel: () => workbook.cancel(),
    commands,
    written: keep,
    close: () => workbook.cancel(),
  };
};
