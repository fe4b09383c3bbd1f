import { drawRetry, retrySteps } from '../draw/retry.ts';
import { drawStatus } from '../draw/status.ts';
import type { SqlStep } from '../lesson/types.ts';
import type { Lab } from '../player/lab-state.ts';
import { currentPage, type PlayerState } from '../player/state.ts';
import type { Glyphs } from '../text/glyphs.ts';
import type { Highlighter } from '../text/highlight.ts';
import { type Line, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { splitStatements } from '../text/statements.ts';
import { wrapCode, wrapLine } from '../text/wrap.ts';
import type { DeskBinding } from './desk-keys.ts';
import type { DeskContext, DeskModel } from './desk-ui.ts';
import { editorText, replaceText } from './editor/state.ts';
import { remember } from './sandbox-ui.ts';

export type RetryDesk = {
  readonly state: () => PlayerState;
  readonly lab: Lab;
  readonly step: SqlStep;
  readonly glyphs: Glyphs;
  readonly highlight: () => Highlighter;
  readonly server: () => string | null;
  /** Opens another step in place of this one. */
  readonly turn: (step: SqlStep) => void;
};

/** A step of the lesson that has run, to be run again with other SQL beside the lesson. */
export const retryDesk = ({ state, lab, step, glyphs, highlight, server, turn }: RetryDesk): DeskModel => {
  const own = step.sql.trim();
  const seen = { at: -1, wall: 0 };
  const current = () => {
    const { retry } = lab.getState();
    return retry?.step === step.id ? retry : null;
  };
  const now = (at: number): number => {
    if (seen.at !== at) Object.assign(seen, { at, wall: performance.now() });
    return at + (current()?.phase === 'running' ? performance.now() - seen.wall : 0);
  };
  const run = ({ ui, set }: DeskContext) => {
    const sql = editorText(ui.editor);
    if (splitStatements(sql).length === 0)
      return set({ notice: 'There is nothing to run: write a statement.' });
    if (current()?.phase === 'running') return set({ notice: 'It runs already. Esc cancels it.' });
    const { ran } = state();
    set({ history: remember(ui.history, sql.trim()) });
    lab.retry(state().page, step.id, sql, ran.slice(ran.indexOf(step.id) + 1));
  };
  const turnBy = (by: number): void => {
    const steps = retrySteps(state());
    const at = steps.findIndex((one) => one.id === step.id);
    const next = steps[(at + by + steps.length) % steps.length];
    if (next && next !== step) turn(next);
  };
  const several = (): boolean => retrySteps(state()).length > 1;

  const commands: readonly DeskBinding[] = [
    {
      id: 'run',
      keys: ['f5', 'ctrl-enter', 'ctrl-r', 'alt-r'],
      help: 'run it, on a copy of the database as the step found it',
      hint: () => (current()?.phase === 'running' ? null : 'run'),
      run,
    },
    {
      id: "lesson's SQL",
      keys: ['alt-u'],
      help: "the lesson's SQL again; undo brings yours back",
      hint: ({ ui }) => (ui.focus === 'editor' ? "lesson's SQL" : null),
      when: ({ ui }) => editorText(ui.editor).trim() !== own,
      run: ({ ui, write }) => write(replaceText(ui.editor, own)),
    },
    {
      id: 'step before',
      keys: ['alt-p'],
      help: 'the step before',
      when: several,
      run: () => turnBy(-1),
    },
    {
      id: 'next step',
      keys: ['alt-n'],
      help: 'the next step that has run',
      hint: ({ ui }) => (ui.focus === 'editor' ? 'next step' : null),
      when: several,
      run: () => turnBy(1),
    },
  ];

  return {
    status: (width) => drawStatus(state(), { width, glyphs, server: server() }),
    taskTitle: 'try it with other SQL',
    task: (width) => {
      const words = `Change the SQL and run it. A copy of the database, as this step found it, is used; the lesson stays as it is.`;
      const page = sanitizeLine(currentPage(state())?.title ?? '');
      const code = highlight()(own, 'sql').flatMap((line) => wrapCode(line, Math.max(10, width - 4)));
      return [
        ...wrapLine([span(words)], width),
        [],
        ...wrapLine(
          [span(`In the lesson (${page}) ${sanitizeLine(step.session)} ran:`, { dim: true })],
          width,
        ),
        ...code.map((line): Line => [span('  '), ...line]),
      ];
    },
    editorTitle: () => sanitizeLine(step.session),
    output: (width) => {
      const retry = current();
      if (!retry)
        return {
          title: 'result',
          key: '',
          lines: wrapLine([span('What comes of it appears here.', { dim: true })], width),
        };
      const lines = drawRetry(retry, state(), { width, glyphs, now: now(retry.timeline.at) });
      const empty: Line[] = [[span('Getting a copy of the database…', { dim: true })]];
      return {
        title: 'result',
        key: `${retry.sql} ${retry.phase}`,
        lines: lines.length > 0 ? lines : empty,
      };
    },
    busy: () => (current()?.phase === 'running' ? 'Running…' : null),
    cancel: () => lab.cancel(),
    commands,
    written: () => {},
    close: () => lab.stop(),
  };
};
