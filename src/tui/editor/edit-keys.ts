import type { KeyName } from '../keys.ts';
import {
  down,
  type Editor,
  eraseLeft,
  eraseRight,
  insert,
  killToEnd,
  killToStart,
  killWord,
  killWordLeft,
  killWordRight,
  left,
  lineEnd,
  lineStart,
  newLine,
  redo,
  right,
  undo,
  up,
  wordLeft,
  wordRight,
  yank,
} from './state.ts';

type Edit = (editor: Editor, history: readonly string[]) => Editor;

/** As in readline. Ctrl+Z stays what it is in every terminal, so undo is readline's Ctrl+_. */
const edits: readonly { readonly keys: readonly KeyName[]; readonly help: string; readonly edit: Edit }[] = [
  { keys: ['left', 'ctrl-b'], help: 'a character back', edit: left },
  { keys: ['right', 'ctrl-f'], help: 'a character on', edit: right },
  { keys: ['alt-b', 'ctrl-left', 'alt-left'], help: 'a word back', edit: wordLeft },
  { keys: ['alt-f', 'ctrl-right', 'alt-right'], help: 'a word on', edit: wordRight },
  { keys: ['ctrl-a', 'home'], help: 'to the start of the line', edit: lineStart },
  { keys: ['ctrl-e', 'end'], help: 'to the end of the line', edit: lineEnd },
  { keys: ['up', 'ctrl-p'], help: 'a line up; from the first, back in the history', edit: up },
  { keys: ['down', 'ctrl-n'], help: 'a line down; from the last, on in the history', edit: down },
  { keys: ['backspace', 'ctrl-h'], help: 'erase the character before', edit: eraseLeft },
  { keys: ['delete', 'ctrl-d'], help: 'erase the character here', edit: eraseRight },
  { keys: ['ctrl-w'], help: 'kill back to white space', edit: killWord },
  { keys: ['alt-backspace', 'ctrl-backspace'], help: 'kill the word before', edit: killWordLeft },
  { keys: ['alt-d', 'ctrl-delete', 'alt-delete'], help: 'kill the word behind', edit: killWordRight },
  { keys: ['ctrl-k'], help: 'kill to the end of the line', edit: killToEnd },
  { keys: ['ctrl-u'], help: 'kill to the start of the line', edit: killToStart },
  { keys: ['ctrl-y'], help: 'put what was killed last', edit: yank },
  { keys: ['ctrl-_', 'ctrl-/', 'ctrl--'], help: 'undo', edit: undo },
  { keys: ['alt-_', 'alt-/', 'alt--'], help: 'redo', edit: redo },
  { keys: ['alt-enter', 'ctrl-o'], help: 'a new line, even after a semicolon', edit: newLine },
];

const byKey = new Map(edits.flatMap(({ keys, edit }) => keys.map((key) => [key, edit] as const)));

/** Keys of the editor, for a help screen. */
export const editHelp: readonly { readonly keys: readonly KeyName[]; readonly help: string }[] = edits;

/** The editor after a key; null when the key is not one of an editor's. Enter and Tab are for whoever owns it. */
export const pressInEditor = (editor: Editor, key: KeyName, history: readonly string[]): Editor | null => {
  const edit = byKey.get(key);
  if (edit) return edit(editor, history);
  if (key === 'space') return insert(editor, ' ');
  // Names of keys are longer than a character, unless it is one of several code units.
  return [...key].length === 1 ? insert(editor, key) : null;
};
