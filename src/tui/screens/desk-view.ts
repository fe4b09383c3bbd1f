import { hstack } from '../../draw/lines.ts';
import type { Glyphs } from '../../text/glyphs.ts';
import type { Highlighter } from '../../text/highlight.ts';
import { type Line, span } from '../../text/line.ts';
import { fitLine } from '../../text/width.ts';
import type { DeskFocus, DeskModel, DeskUi } from '../desk-ui.ts';
import { drawEditor } from '../editor/view.ts';
import { wideFrom } from './lesson-view.ts';
import { fillRule } from './pane.ts';
import { withPopup } from './popup.ts';

export type DeskView = {
  /** Everything but the hint line: `height - 1` lines. */
  readonly lines: readonly Line[];
  /** The last lines at which task and output may start. */
  readonly most: { readonly task: number; readonly output: number };
  /** Of the output that is shown. */
  readonly outputKey: string;
};

type Env = { readonly glyphs: Glyphs; readonly highlight: Highlighter };
type Part = { readonly lines: readonly Line[]; readonly most: number };

const clamp = (value: number, max: number): number => Math.max(0, Math.min(value, max));

/** A title, and below it the part of the body from line `from` on: `height` lines. */
const pane = (
  title: string,
  body: readonly Line[],
  from: number,
  { width, height, focused, glyphs }: { width: number; height: number; focused: boolean; glyphs: Glyphs },
): Part => {
  const room = Math.max(0, height - 1);
  const most = Math.max(0, body.length - room);
  const first = clamp(from, most);
  const more = [
    first > 0 ? `${glyphs.arrowUp}${first}` : '',
    first < most ? `${glyphs.arrowDown}${most - first}` : '',
  ].filter((sign) => sign !== '');
  const head: Line = [
    span(glyphs.hLine, { dim: true }),
    span(`${focused ? glyphs.cursor : ' '}${title} `, focused ? { bold: true } : { dim: true }),
  ];
  const lines = Array.from({ length: room }, (_, row) =>
    fitLine([span(' '), ...(body[first + row] ?? [])], width, glyphs.ellipsis),
  );
  return { lines: [fillRule(head, more.join(' '), width, glyphs), ...lines], most };
};

/**
 * Task, editor and what came of it: side by side where there is room, else below each other; there, what one looks at
 * has the whole screen.
 */
export const viewDesk = (
  model: DeskModel,
  ui: DeskUi,
  { width, height }: { readonly width: number; readonly height: number },
  { glyphs, highlight }: Env,
): DeskView => {
  const status = model.status(width);
  const room = height - 2;
  const wide = width >= wideFrom;
  const left = wide ? Math.max(50, Math.min(90, Math.floor(width * 0.48))) : width;
  const right = wide ? width - left - 1 : width;
  const focused = (part: DeskFocus): boolean => ui.focus === part;

  const taskLines = model.task(left - 2);
  const output = model.output(right - 2);
  const outputFrom = output.key === ui.outputKey ? ui.scroll.output : 0;

  const drawTask = (own: number): Part =>
    pane(model.taskTitle, taskLines, ui.scroll.task, {
      width: left,
      height: own,
      focused: focused('task'),
      glyphs,
    });
  const drawOutput = (own: number): Part =>
    pane(output.title, output.lines, outputFrom, {
      width: right,
      height: own,
      focused: focused('output'),
      glyphs,
    });
  const edited = drawEditor(ui.editor, {
    width: left,
    height: 10_000,
    highlight,
    focused: focused('editor'),
    prompt: { first: [span('  ')], more: [span('  ')] },
  });
  /** `from`: the first of its lines that is shown. */
  const drawText = (own: number): { readonly lines: readonly Line[]; readonly from: number } => {
    const shown = Math.max(1, own - 1);
    const from = clamp(edited.cursor.row - Math.floor(shown / 2), Math.max(0, edited.lines.length - shown));
    const body = edited.lines.slice(from, from + shown);
    const title = pane(model.editorTitle(), [], 0, {
      width: left,
      height: 1,
      focused: focused('editor'),
      glyphs,
    }).lines;
    const lines = Array.from({ length: shown }, (_, row) => fitLine(body[row] ?? [], left));
    return { lines: [...title, ...lines], from };
  };
  /** The list of what a word may become, over what stands above or below the cursor; the text begins at line `top`. */
  const listed = (lines: readonly Line[], top: number): readonly Line[] =>
    ui.popup ? withPopup(lines, ui.popup, edited, top, { width: left, height: room, glyphs }) : lines;
  const fill = (lines: readonly Line[]): Line[] =>
    Array.from({ length: room }, (_, row) => fitLine(lines[row] ?? [], width));

  if (wide) {
    const tall = focused('task') ? 0.7 : 0.5;
    const own = Math.min(taskLines.length + 1, Math.max(4, Math.floor(room * tall)));
    const task = drawTask(own);
    const text = drawText(room - own);
    const result = drawOutput(room);
    const separator = span(glyphs.vLine, { dim: true });
    const columns = hstack(
      [
        { lines: listed([...task.lines, ...text.lines], own + 1 - text.from), width: left },
        { lines: result.lines, width: right },
      ],
      separator,
    );
    return {
      lines: [status, ...fill(columns)],
      most: { task: task.most, output: result.most },
      outputKey: output.key,
    };
  }
  if (ui.focus !== 'editor') {
    const [task, result] = [drawTask(room), drawOutput(room)];
    const lines = focused('task') ? task.lines : result.lines;
    return {
      lines: [status, ...fill(lines)],
      most: { task: task.most, output: result.most },
      outputKey: output.key,
    };
  }
  // The answer and what came of it matter most; the task gives way first.
  const textHeight = 1 + Math.max(3, Math.min(edited.lines.length + 1, Math.floor(room * 0.35)));
  const taskHeight = 1 + Math.min(taskLines.length, Math.max(2, Math.floor(room * 0.3)));
  const task = drawTask(taskHeight);
  const text = drawText(textHeight);
  const result = drawOutput(room - taskHeight - textHeight);
  return {
    lines: [
      status,
      ...listed(fill([...task.lines, ...text.lines, ...result.lines]), taskHeight + 1 - text.from),
    ],
    most: { task: task.most, output: result.most },
    outputKey: output.key,
  };
};
