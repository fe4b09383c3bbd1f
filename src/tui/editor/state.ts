import { sanitize } from '../../text/sanitize.ts';
import { clusters } from '../../text/width.ts';

/** Text and cursor. What is shown is what is sent: text is made printable when it comes in. */
export type Content = {
  /** At least one; without line breaks, tabs and control characters. */
  readonly lines: readonly string[];
  readonly row: number;
  /** Characters as a reader sees them (grapheme clusters) before the cursor. */
  readonly column: number;
};

/** Changes of one kind in a row are one step of undo. */
type Kind = 'word' | 'space' | 'erase' | 'kill';

/** Never changed in place. */
export type Editor = Content & {
  readonly past: readonly Content[];
  readonly future: readonly Content[];
  /** What the last change was; null after anything else. */
  readonly kind: Kind | null;
  /** The column that moves up and down aim for. */
  readonly goal: number | null;
  /** What Ctrl+Y brings back. */
  readonly killed: string;
  /** Which entry of the history is shown, and what was there before it. */
  readonly recall: { readonly at: number; readonly draft: Content } | null;
};

const undoLimit = 300;
const indentWidth = 2;
const blank: Content = { lines: [''], row: 0, column: 0 };

export const emptyEditor: Editor = {
  ...blank,
  past: [],
  future: [],
  kind: null,
  goal: null,
  killed: '',
  recall: null,
};

export const editorText = (editor: Content): string => editor.lines.join('\n');
export const isEmpty = (editor: Content): boolean => editor.lines.length === 1 && editor.lines[0] === '';

/** The characters of a line as a reader sees them. */
export const charactersOf = (line: string): string[] => [...clusters(line)].map((cluster) => cluster.text);

const lineAt = ({ lines }: Content, row: number): string => lines[row] ?? '';
const lengthAt = (content: Content, row: number): number => charactersOf(lineAt(content, row)).length;

/** The text before and after the cursor in its line. */
const split = (content: Content): { before: string; after: string } => {
  const characters = charactersOf(lineAt(content, content.row));
  return {
    before: characters.slice(0, content.column).join(''),
    after: characters.slice(content.column).join(''),
  };
};

/** What stands before the cursor, as an offset into `editorText` in UTF-16 units. */
export const cursorOffset = (editor: Content): number =>
  editor.lines.slice(0, editor.row).reduce((sum, line) => sum + line.length + 1, 0) +
  split(editor).before.length;

const contentOf = ({ lines, row, column }: Content): Content => ({ lines, row, column });

const move = (editor: Editor, row: number, column: number, goal: number | null = null): Editor => ({
  ...editor,
  row,
  column,
  goal,
  kind: null,
});

const joins = (before: Kind | null, now: Kind | null): boolean =>
  now !== null && (before === now || (before === 'word' && now === 'space'));

const change = (editor: Editor, kind: Kind | null, next: Content): Editor => {
  if (next.lines.join('\n') === editor.lines.join('\n')) return move(editor, next.row, next.column);
  return {
    ...editor,
    ...next,
    past: joins(editor.kind, kind) ? editor.past : [...editor.past.slice(1 - undoLimit), contentOf(editor)],
    future: [],
    kind,
    goal: null,
    recall: null,
  };
};

/** Line ends of a terminal's paste are \r. */
const clean = (text: string): string =>
  sanitize(text.replace(/\r\n?/g, '\n').replaceAll('\t', ' '.repeat(indentWidth)));

const spliced = (content: Content, text: string): Content => {
  const { before, after } = split(content);
  const fresh = clean(before + text).split('\n');
  const last = fresh.at(-1) ?? '';
  const whole = sanitize(last + after);
  const lines = [
    ...content.lines.slice(0, content.row),
    ...fresh.slice(0, -1),
    whole,
    ...content.lines.slice(content.row + 1),
  ];
  const column = Math.min(charactersOf(last).length, charactersOf(whole).length);
  return { lines, row: content.row + fresh.length - 1, column };
};

/** A character that was typed. */
export const insert = (editor: Editor, text: string): Editor =>
  change(editor, /^\s+$/.test(text) ? 'space' : 'word', spliced(editor, text));

/** Text that came at once: one step of undo. Line breaks at its end are not meant. */
export const paste = (editor: Editor, text: string): Editor =>
  change(editor, null, spliced(editor, text.replace(/[\r\n]+$/, '')));

/** A new line that begins where the one above does, deeper after an opening parenthesis. */
export const newLine = (editor: Editor): Editor => {
  const { before } = split(editor);
  const indent = /^ */.exec(before)?.[0] ?? '';
  const deeper = /\($/.test(before.trimEnd()) ? ' '.repeat(indentWidth) : '';
  return change(editor, null, spliced(editor, `\n${indent}${deeper}`));
};

/** The content without what lies between two places, the first of which becomes the cursor. */
const without = (
  content: Content,
  from: { readonly row: number; readonly column: number },
  to: { readonly row: number; readonly column: number },
): { next: Content; taken: string } => {
  const first = charactersOf(lineAt(content, from.row));
  const last = charactersOf(lineAt(content, to.row));
  const head = first.slice(0, from.column).join('');
  const whole = sanitize(head + last.slice(to.column).join(''));
  const taken =
    from.row === to.row
      ? first.slice(from.column, to.column).join('')
      : [
          first.slice(from.column).join(''),
          ...content.lines.slice(from.row + 1, to.row),
          last.slice(0, to.column).join(''),
        ].join('\n');
  const lines = [...content.lines.slice(0, from.row), whole, ...content.lines.slice(to.row + 1)];
  const column = Math.min(from.column, charactersOf(whole).length);
  return { next: { lines, row: from.row, column }, taken };
};

type Place = { readonly row: number; readonly column: number };

const isBefore = (a: Place, b: Place): boolean => a.row < b.row || (a.row === b.row && a.column < b.column);

const eraseTo = (editor: Editor, place: Place, kind: 'erase' | 'kill'): Editor => {
  const back = isBefore(place, editor);
  const { next, taken } = back ? without(editor, place, editor) : without(editor, editor, place);
  const changed = change(editor, kind, next);
  if (kind === 'erase' || taken === '') return changed;
  const before = editor.kind === 'kill' ? editor.killed : '';
  return { ...changed, killed: back ? taken + before : before + taken };
};

const previous = (content: Content): Place => {
  if (content.column > 0) return { row: content.row, column: content.column - 1 };
  if (content.row === 0) return { row: 0, column: 0 };
  return { row: content.row - 1, column: lengthAt(content, content.row - 1) };
};

const following = (content: Content): Place => {
  if (content.column < lengthAt(content, content.row))
    return { row: content.row, column: content.column + 1 };
  if (content.row === content.lines.length - 1) return { row: content.row, column: content.column };
  return { row: content.row + 1, column: 0 };
};

const wordCharacter = /[\p{L}\p{N}_]/u;
const isWord = (character: string | undefined): boolean =>
  character !== undefined && wordCharacter.test(character);
const isBlank = (character: string | undefined): boolean => character === undefined || character === ' ';

/** Where a word to the left begins; what counts as part of one is asked of each character. */
const wordStart = (content: Content, belongs: (character: string | undefined) => boolean): Place => {
  let { row, column } = content;
  let characters = charactersOf(lineAt(content, row));
  while (!belongs(characters[column - 1])) {
    if (column > 0) column -= 1;
    else if (row === 0) return { row, column };
    else {
      row -= 1;
      characters = charactersOf(lineAt(content, row));
      column = characters.length;
    }
  }
  while (column > 0 && belongs(characters[column - 1])) column -= 1;
  return { row, column };
};

const wordEnd = (content: Content): Place => {
  let { row, column } = content;
  let characters = charactersOf(lineAt(content, row));
  while (!isWord(characters[column])) {
    if (column < characters.length) column += 1;
    else if (row === content.lines.length - 1) return { row, column };
    else {
      row += 1;
      characters = charactersOf(lineAt(content, row));
      column = 0;
    }
  }
  while (isWord(characters[column])) column += 1;
  return { row, column };
};

/** Backspace; within the spaces a line begins with, a whole step of them. */
export const eraseLeft = (editor: Editor): Editor => {
  const { before } = split(editor);
  const step = before.length % indentWidth || indentWidth;
  if (/^ +$/.test(before) && before.length >= step)
    return eraseTo(editor, { row: editor.row, column: editor.column - step }, 'erase');
  return eraseTo(editor, previous(editor), 'erase');
};
export const eraseRight = (editor: Editor): Editor => eraseTo(editor, following(editor), 'erase');
/** Back to white space, as Ctrl+W does in a shell. */
export const killWord = (editor: Editor): Editor =>
  eraseTo(
    editor,
    wordStart(editor, (character) => !isBlank(character)),
    'kill',
  );
export const killWordLeft = (editor: Editor): Editor => eraseTo(editor, wordStart(editor, isWord), 'kill');
export const killWordRight = (editor: Editor): Editor => eraseTo(editor, wordEnd(editor), 'kill');
/** To the end of the line; at the end, the line break. */
export const killToEnd = (editor: Editor): Editor => {
  const end = lengthAt(editor, editor.row);
  return eraseTo(editor, editor.column < end ? { row: editor.row, column: end } : following(editor), 'kill');
};
export const killToStart = (editor: Editor): Editor =>
  eraseTo(editor, editor.column > 0 ? { row: editor.row, column: 0 } : previous(editor), 'kill');
export const yank = (editor: Editor): Editor =>
  editor.killed === '' ? editor : change(editor, null, spliced(editor, editor.killed));

const goTo = (editor: Editor, { row, column }: Place): Editor => move(editor, row, column);

export const left = (editor: Editor): Editor => goTo(editor, previous(editor));
export const right = (editor: Editor): Editor => goTo(editor, following(editor));
export const wordLeft = (editor: Editor): Editor => goTo(editor, wordStart(editor, isWord));
export const wordRight = (editor: Editor): Editor => goTo(editor, wordEnd(editor));
export const lineStart = (editor: Editor): Editor => move(editor, editor.row, 0);
export const lineEnd = (editor: Editor): Editor => move(editor, editor.row, lengthAt(editor, editor.row));

const vertical = (editor: Editor, by: number): Editor => {
  const row = editor.row + by;
  if (row < 0 || row >= editor.lines.length) return editor;
  const goal = editor.goal ?? editor.column;
  return move(editor, row, Math.min(goal, lengthAt(editor, row)), goal);
};

const ending = (text: string): Content => {
  const lines = clean(text).split('\n');
  return { lines, row: lines.length - 1, column: charactersOf(lines.at(-1) ?? '').length };
};

/** Another text in place of all there is, the cursor at its end. */
export const replaceText = (editor: Editor, text: string): Editor => change(editor, null, ending(text));

/** Empty again, as after a statement was sent; undo brings the text back. */
export const clearText = (editor: Editor): Editor => change(editor, null, blank);

const show = (editor: Editor, content: Content, recall: Editor['recall']): Editor => ({
  ...change(editor, null, content),
  recall,
});

/** A line up; on the first one, the entry of the history (oldest first) before the one shown. */
export const up = (editor: Editor, history: readonly string[]): Editor => {
  if (editor.row > 0) return vertical(editor, -1);
  const at = (editor.recall?.at ?? history.length) - 1;
  const entry = history[at];
  if (entry === undefined) return lineStart(editor);
  return show(editor, ending(entry), { at, draft: editor.recall?.draft ?? contentOf(editor) });
};

/** A line down; on the last one, the entry after the one shown, and in the end what was being written. */
export const down = (editor: Editor, history: readonly string[]): Editor => {
  if (editor.row < editor.lines.length - 1) return vertical(editor, 1);
  if (!editor.recall) return lineEnd(editor);
  const at = editor.recall.at + 1;
  const entry = history[at];
  const { draft } = editor.recall;
  return entry === undefined ? show(editor, draft, null) : show(editor, ending(entry), { at, draft });
};

export const undo = (editor: Editor): Editor => {
  const before = editor.past.at(-1);
  if (!before) return editor;
  return {
    ...editor,
    ...before,
    past: editor.past.slice(0, -1),
    future: [...editor.future, contentOf(editor)],
    kind: null,
    goal: null,
    recall: null,
  };
};

export const redo = (editor: Editor): Editor => {
  const next = editor.future.at(-1);
  if (!next) return editor;
  return {
    ...editor,
    ...next,
    past: [...editor.past, contentOf(editor)],
    future: editor.future.slice(0, -1),
    kind: null,
    goal: null,
    recall: null,
  };
};

/** Puts `text` in place of the `length` UTF-16 units before the cursor, which are on its line. */
export const replaceBefore = (editor: Editor, length: number, text: string): Editor => {
  const { before } = split(editor);
  const column = charactersOf(before.slice(0, Math.max(0, before.length - length))).length;
  const { next } = without(editor, { row: editor.row, column }, editor);
  return change(editor, null, spliced(next, text));
};
