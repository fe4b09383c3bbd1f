import { sessionColor } from '../../draw/words.ts';
import { type SandboxState, sessionState } from '../../player/sandbox-state.ts';
import { type Line, type Span, span } from '../../text/line.ts';
import { sanitizeLine } from '../../text/sanitize.ts';
import { fitLine, lineWidth, padEnd } from '../../text/width.ts';
import { replaceText } from '../editor/state.ts';
import { drawEditor } from '../editor/view.ts';
import { editorOf, foundInHistory, type SandboxUi } from '../sandbox-ui.ts';
import { fillRule } from './pane.ts';
import { withPopup } from './popup.ts';
import { drawBusy, drawOutput, type OutputOptions } from './sandbox-output.ts';

export type ColumnOptions = OutputOptions & { readonly height: number; readonly focused: boolean };

export type ColumnPicture = {
  readonly lines: readonly Line[];
  /** How far back one can scroll. */
  readonly maxScroll: number;
};

/** As psql's prompt shows the transaction (manual: app-psql, PROMPT1 %x); `>` for whoever is no superuser. */
export const promptMark = (state: SandboxState, session: string): Span => {
  const known = sessionState(state, session);
  const end = state.superuser ? '#' : '>';
  if (!known) return span(`  ${end}`, { dim: true });
  if (known.lost) return span(`!?${end}`, { color: 'red' });
  if (known.transaction === 'failed') return span(`=!${end}`, { color: 'red', bold: true });
  if (known.transaction === 'open') return span(`=*${end}`, { bold: true });
  return span(`=${end}`);
};

const transactionWords = { idle: '', open: 'in a transaction', failed: 'transaction failed' } as const;

/** `─▸s1 =*#  pid 812  in a transaction ───` */
export const drawColumnTitle = (
  state: SandboxState,
  session: string,
  {
    width,
    glyphs,
    focused,
    more,
  }: { width: number; glyphs: ColumnOptions['glyphs']; focused: boolean; more: string },
): Line => {
  const known = sessionState(state, session);
  const color = sessionColor(state.sessions, session);
  const name: Line = [
    span(glyphs.hLine, { dim: true }),
    span(`${focused ? glyphs.cursor : ' '}${sanitizeLine(session)} `, { bold: focused, color }),
    promptMark(state, session),
  ];
  const waits = state.timeline.steps.some((step) => step.session === session && step.status === 'blocked');
  const sign: Line = waits ? [span(` ${glyphs.waiting} waits`, { color: 'yellow', bold: true })] : [];
  const pid: Line = known && !known.lost ? [span(`  pid ${known.pid}`, { dim: true })] : [];
  const words = known ? transactionWords[known.transaction] : '';
  const long: Line =
    words === ''
      ? []
      : [span(`  ${words}`, known?.transaction === 'failed' ? { color: 'red' } : { dim: true })];
  const variants: Line[] = [
    [...name, ...sign, ...pid, ...long, span(' ')],
    [...name, ...sign, ...pid, span(' ')],
    [...name, ...sign, span(' ')],
    [...name, span(' ')],
  ];
  const title = variants.find((line) => lineWidth(line) + more.length + 4 <= width) ?? name;
  return fillRule(title, more, width, glyphs);
};

const searchLine = (ui: SandboxUi, width: number): Line => {
  const query = ui.search?.query ?? '';
  const found = ui.search ? foundInHistory(ui.history, ui.search) : null;
  const words = query !== '' && found === null ? 'nothing found for' : 'search history';
  return fitLine(
    [span(`(${words}) `, { dim: true }), span(query, { bold: true }), span(' ', { inverse: true })],
    width,
  );
};

/** A session from top to bottom: what it said, what it waits for, and the editor, which follows the output as in a terminal. */
export const drawColumn = (
  state: SandboxState,
  ui: SandboxUi,
  session: string,
  options: ColumnOptions,
): ColumnPicture => {
  const { width, height, focused, glyphs } = options;
  const mark = promptMark(state, session);
  const markWidth = 4;
  const first: Line = [span(padEnd(mark.text, markWidth), focused ? mark.style : { dim: true })];
  const prompt = { first, more: [span(' '.repeat(markWidth))] };
  const most = Math.max(1, focused ? Math.floor(height * 0.6) : Math.min(3, Math.floor(height / 3)));
  const searching = focused && ui.search !== null;
  const found = searching && ui.search ? foundInHistory(ui.history, ui.search) : null;
  const own = editorOf(ui, session);
  const content = found === null ? own : replaceText(own, found);
  const editor = drawEditor(content, {
    width,
    height: most,
    highlight: options.highlight,
    focused: focused && !searching,
    prompt,
  });
  const busy = drawBusy(state, session, options);
  const below = [...busy, ...editor.lines, ...(searching ? [searchLine(ui, width)] : [])];
  const output = drawOutput(state, session, options);
  const room = Math.max(0, height - below.length);
  const maxScroll = Math.max(0, output.length - room);
  const back = Math.min(ui.scroll[session] ?? 0, maxScroll);
  const start = Math.max(0, output.length - room - back);
  const above = output.slice(start, start + room);
  const lines = [...above, ...below].slice(0, height);
  const filled = Array.from({ length: height }, (_, row) =>
    fitLine(lines[row] ?? [], width, glyphs.ellipsis),
  );
  if (!focused || !ui.popup) return { lines: filled, maxScroll };
  return { lines: withPopup(filled, ui.popup, editor, above.length + busy.length, options), maxScroll };
};
