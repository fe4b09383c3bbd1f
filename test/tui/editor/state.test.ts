import { describe, expect, it } from 'vitest';
import { sanitize } from '../../../src/text/sanitize.ts';
import { editHelp, pressInEditor } from '../../../src/tui/editor/edit-keys.ts';
import {
  charactersOf,
  clearText,
  cursorOffset,
  type Editor,
  editorText,
  emptyEditor,
  newLine,
  paste,
  replaceBefore,
  undo,
} from '../../../src/tui/editor/state.ts';

const history = ['select 1;', 'begin;\nselect 2;'];

/** Keys by name; a text in several characters is typed. */
const press = (editor: Editor, ...keys: string[]): Editor => {
  const named = new Set(['space', 'left', 'right', 'up', 'down', 'home', 'end', 'backspace', 'delete']);
  const all = keys.flatMap((key) => (named.has(key) || /^(ctrl|alt)-./.test(key) ? [key] : [...key]));
  return all.reduce((now, key) => {
    const next = pressInEditor(now, key === ' ' ? 'space' : key, history);
    if (!next) throw new Error(`no key: ${key}`);
    return next;
  }, editor);
};
const typed = (text: string): Editor => press(emptyEditor, text);
/** The text with | where the cursor is. */
const shown = (editor: Editor): string => {
  const text = editorText(editor);
  const at = cursorOffset(editor);
  return `${text.slice(0, at)}|${text.slice(at)}`;
};

describe('the editor', () => {
  it.each([
    ['left', 'select 1|;'],
    ['ctrl-a', '|select 1;'],
    ['alt-b', 'select |1;'],
    ['ctrl-w', 'select |'],
    ['ctrl-u', '|'],
    ['ctrl-k', 'select 1;|'],
    ['backspace', 'select 1|'],
    ['alt-backspace', 'select |'],
  ])('does what readline does with %s', (key, wanted) => {
    expect(shown(press(typed('select 1;'), key))).toBe(wanted);
  });

  it('moves and kills by words, over the ends of lines too', () => {
    const two = paste(emptyEditor, 'select a_b,\n  "c d" from t');
    expect(shown(press(two, 'alt-b', 'alt-b', 'alt-b', 'alt-b', 'alt-b'))).toBe(
      'select |a_b,\n  "c d" from t',
    );
    const top = press(two, 'up', 'ctrl-a', 'alt-f', 'alt-f');
    expect(shown(top)).toBe('select a_b|,\n  "c d" from t');
    expect(shown(press(top, 'alt-d'))).toBe('select a_b| d" from t');
    expect(shown(press(top, 'ctrl-k', 'ctrl-k'))).toBe('select a_b|  "c d" from t');
    expect(shown(press(top, 'ctrl-k', 'ctrl-k', 'ctrl-e', 'ctrl-y'))).toBe('select a_b  "c d" from t,\n|');
    expect(shown(press(typed('a b c'), 'ctrl-w', 'ctrl-w', 'ctrl-a', 'ctrl-y'))).toBe('b c|a ');
  });

  it('keeps the column on the way over a shorter line', () => {
    const three = paste(emptyEditor, 'select\nx\nfrom t');
    expect(shown(press(three, 'left', 'up', 'up'))).toBe('selec|t\nx\nfrom t');
  });

  it('indents a new line as the one above, deeper behind a parenthesis', () => {
    const open = newLine(typed('create table t ('));
    expect(shown(open)).toBe('create table t (\n  |');
    expect(shown(newLine(press(open, 'id int,')))).toBe('create table t (\n  id int,\n  |');
    expect(shown(press(open, 'backspace'))).toBe('create table t (\n|');
  });

  it('counts characters as a reader does', () => {
    const text = 'né日本👍🏽';
    const editor = typed(text);
    expect(editor.column).toBe(charactersOf(sanitize(text)).length);
    expect(shown(press(editor, 'backspace', 'backspace', 'left'))).toBe('né|日');
    expect(shown(press(typed('e'), '\u0301', 'left'))).toBe('|e\u0301');
  });

  it('takes in only what can be shown', () => {
    expect(editorText(paste(emptyEditor, 'a\x1b[31m\tb\r\nc\rd\n\n'))).toBe('a  b\nc\nd');
  });

  it('undoes words, not letters, and a paste at once', () => {
    const words = typed('select one from');
    expect(shown(press(words, 'ctrl-_'))).toBe('select one |');
    expect(shown(press(words, 'ctrl-_', 'ctrl-_', 'ctrl-_'))).toBe('|');
    expect(shown(press(words, 'ctrl-_', 'ctrl-_', 'alt-_'))).toBe('select one |');
    const pasted = paste(words, '\na\nb');
    expect(shown(undo(pasted))).toBe('select one from|');
    expect(shown(undo(clearText(pasted)))).toBe('select one from\na\nb|');
    expect(shown(press(words, 'ctrl-_', 'x', 'alt-_'))).toBe('select one x|');
  });

  it('goes through the history at its edges, and back to what was being written', () => {
    const draft = typed('draft');
    const last = press(draft, 'up');
    expect(shown(last)).toBe('begin;\nselect 2;|');
    const first = press(last, 'up', 'up');
    expect(shown(first)).toBe('select 1;|');
    expect(shown(press(first, 'up'))).toBe('|select 1;');
    expect(shown(press(first, 'down', 'down'))).toBe('draft|');
    expect(shown(press(draft, 'down'))).toBe('draft|');
  });

  it('puts a completion in place of what was typed', () => {
    const editor = press(typed('select * from acc where x'), 'alt-b', 'alt-b', 'left');
    expect(shown(replaceBefore(editor, 3, 'account'))).toBe('select * from account| where x');
  });
});

/** Numbers that are the same on every run (a linear congruential generator, Numerical Recipes). */
const numbers = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

describe('any keys in any order', () => {
  const keys = editHelp.flatMap((entry) => entry.keys).filter((key) => !/[_/-]$/.test(key));
  const pieces = [
    'a',
    'B',
    '_',
    '1',
    '(',
    ';',
    "'",
    'space',
    '日',
    '👍',
    '🏽',
    '\u0301',
    '\u200d',
    '👩',
    'ß',
    '🇩',
    '🇪',
    '\ufeff',
  ];
  const pastes = [
    'select 1;\nselect 2;',
    '\x1b[31mred\x1b[0m\t!',
    '日本\r\n\u0301x\r',
    ' ',
    '👩\u200d👩\u200d👧',
  ];

  it.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'leave a sound editor, and undo leads back: %i',
    (seed) => {
      const next = numbers(seed);
      let editor = emptyEditor;
      for (let count = 0; count < 120; count += 1) {
        const which = next(10);
        if (which < 5) editor = press(editor, pieces[next(pieces.length)] ?? 'a');
        else if (which < 9) editor = press(editor, keys[next(keys.length)] ?? 'left');
        else editor = paste(editor, pastes[next(pastes.length)] ?? '');
        expect(editor.lines.length).toBeGreaterThan(0);
        const line = editor.lines[editor.row];
        expect(line).toBeDefined();
        expect(editor.column).toBeGreaterThanOrEqual(0);
        expect(editor.column).toBeLessThanOrEqual(charactersOf(line ?? '').length);
        for (const each of editor.lines) expect(sanitize(each)).toBe(each);
      }
      const end = editorText(editor);
      let undone = 0;
      while (editor.past.length > 0) {
        editor = press(editor, 'ctrl-_');
        undone += 1;
      }
      expect(editorText(editor)).toBe('');
      for (; undone > 0; undone -= 1) editor = press(editor, 'alt-_');
      expect(editorText(editor)).toBe(end);
    },
  );
});
