import type { DatabaseCatalog } from '../../timeline/database-catalog.ts';
import type { KeyName } from '../keys.ts';
import { type Completion, commonStart, completionAt } from './completion.ts';
import { pressInEditor } from './edit-keys.ts';
import { cursorOffset, type Editor, editorText, replaceBefore } from './state.ts';

/** The list of what a word may become, while it is open. */
export type Popup = { readonly completion: Completion; readonly selected: number };

/** What a key has come to: the text, and whether a list is open over it. */
export type Typed = { readonly editor: Editor; readonly popup: Popup | null };

const completionIn = (editor: Editor, catalog: DatabaseCatalog): Completion =>
  completionAt(editorText(editor), cursorOffset(editor), catalog);

/** Completes the word before the cursor as far as it is certain, or opens the list. @returns null: nothing fits */
export const completeWord = (editor: Editor, catalog: DatabaseCatalog): Typed | null => {
  const completion = completionIn(editor, catalog);
  const { prefix, candidates } = completion;
  const [only, second] = candidates;
  if (!only) return null;
  const start = second ? commonStart(candidates) : only.text;
  const certain =
    !second || (start.length > prefix.length && start.toLowerCase().startsWith(prefix.toLowerCase()));
  return certain
    ? { editor: replaceBefore(editor, prefix.length, start), popup: null }
    : { editor, popup: { completion, selected: 0 } };
};

/** A key while the list is open. @returns null: it closes the list, and is for somebody else */
export const pressInPopup = (
  { completion, selected }: Popup,
  key: KeyName,
  editor: Editor,
  catalog: DatabaseCatalog,
): Typed | null => {
  const { prefix, candidates } = completion;
  const by = { tab: 1, down: 1, 'ctrl-n': 1, 'shift-tab': -1, up: -1, 'ctrl-p': -1 }[key];
  if (by !== undefined) {
    const next = (selected + by + candidates.length) % candidates.length;
    return { editor, popup: { completion, selected: next } };
  }
  if (key === 'enter' || key === 'right') {
    const candidate = candidates[selected];
    return { editor: candidate ? replaceBefore(editor, prefix.length, candidate.text) : editor, popup: null };
  }
  if (key === 'esc' || key === 'ctrl-g') return { editor, popup: null };
  const typed = /^[\p{L}\p{N}_"$]$/u.test(key) || key === 'backspace' ? pressInEditor(editor, key, []) : null;
  if (!typed) return null;
  const now = completionIn(typed, catalog);
  const open = now.candidates.length > 0 && now.prefix !== '';
  return { editor: typed, popup: open ? { completion: now, selected: 0 } : null };
};
