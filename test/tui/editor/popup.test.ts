import { describe, expect, it } from 'vitest';
import type { DatabaseCatalog } from '../../../src/timeline/database-catalog.ts';
import { completeWord, type Popup, pressInPopup, type Typed } from '../../../src/tui/editor/popup.ts';
import {
  type Editor,
  editorText,
  emptyEditor,
  left,
  paste,
  redo,
  undo,
} from '../../../src/tui/editor/state.ts';

const relation = (name: string) => ({ schema: 'public', name, kind: 'table', visible: true }) as const;
const catalog: DatabaseCatalog = {
  schemas: ['public'],
  relations: ['order_item', 'order_note', 'person', 'Order Log'].map(relation),
  columns: [],
};
const written = (text: string): Editor => paste(emptyEditor, text);

/** Tab, then keys, each while the list is open. */
const pressed = (text: string, ...keys: string[]): Typed => {
  let now = completeWord(written(text), catalog);
  for (const key of keys) {
    if (!now?.popup) throw new Error(`no list is open before ${key}`);
    now = pressInPopup(now.popup, key, now.editor, catalog);
  }
  if (!now) throw new Error('the last key is for somebody else');
  return now;
};
const open = (typed: Typed): Popup => {
  if (!typed.popup) throw new Error('no list is open');
  return typed.popup;
};
const chosen = (typed: Typed): string | undefined => {
  const { completion, selected } = open(typed);
  return completion.candidates[selected]?.text;
};

describe('Tab', () => {
  it('writes what is certain, and opens a list of what is not', () => {
    expect(editorText(pressed('select * from pers').editor)).toBe('select * from person');
    const common = pressed('select * from ord');
    expect([editorText(common.editor), common.popup]).toEqual(['select * from ord', expect.anything()]);
    expect(editorText(pressed('select * from order_').editor)).toBe('select * from order_');
    expect(completeWord(written('select * from nothing_like'), catalog)).toBe(null);
  });

  it('is one step of undo, whatever stands behind the cursor', () => {
    for (const editor of [
      left(written('select * from pers;')),
      left(left(written('select 1;\nselect * from pers; '))),
    ]) {
      const done = completeWord(editor, catalog)?.editor ?? emptyEditor;
      expect(editorText(done)).toContain('from person;');
      const undone = undo(done);
      expect([undone.row, undone.column]).toEqual([editor.row, editor.column]);
      expect(editorText(undone)).toBe(editorText(editor));
      expect(editorText(redo(undone))).toBe(editorText(done));
    }
  });
});

describe('the list of what a word may become', () => {
  it('goes round, and writes what is chosen', () => {
    const list = pressed('select * from ord');
    const count = open(list).completion.candidates.length;
    expect(count).toBeGreaterThan(1);
    expect(chosen(pressed('select * from ord', ...Array<string>(count).fill('tab')))).toBe(chosen(list));
    const last = pressed('select * from ord', 'shift-tab');
    expect(open(last).selected).toBe(count - 1);
    const taken = pressed('select * from ord', 'shift-tab', 'enter');
    expect([editorText(taken.editor), taken.popup]).toEqual([`select * from ${chosen(last)}`, null]);
    expect(editorText(undo(taken.editor))).toBe('select * from ord');
  });

  it('narrows as one types, and closes when nothing is left', () => {
    const narrow = pressed('select * from ord', ...'er_n');
    expect(editorText(narrow.editor)).toBe('select * from order_n');
    expect(open(narrow).completion.candidates.map(({ text }) => text)).toEqual(['order_note']);
    expect(pressed('select * from ord', 'x')).toMatchObject({ popup: null });
    expect(pressed('select * from o', 'backspace')).toMatchObject({ popup: null });
  });

  it('leaves the text alone when it is closed, and other keys to others', () => {
    const closed = pressed('select * from ord', 'down', 'esc');
    expect([editorText(closed.editor), closed.popup]).toEqual(['select * from ord', null]);
    const { editor, popup } = pressed('select * from ord');
    for (const key of ['f5', 'space', '.', 'ctrl-_', 'ctrl-c'])
      expect(popup && pressInPopup(popup, key, editor, catalog)).toBe(null);
  });
});
