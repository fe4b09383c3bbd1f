import type { Hint } from '../draw/status.ts';
import type { Glyphs } from '../text/glyphs.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import type { KeyName } from './keys.ts';

/** A command: what it is called, which keys do it, when it can be done, and what it does. */
export type Binding<Context> = {
  readonly id: string;
  readonly keys: readonly KeyName[];
  /** The keys that the hint line names; by default the first one. */
  readonly shown?: (context: Context) => readonly KeyName[];
  readonly help: string;
  /** Words for the hint line while the command makes sense; left out: it is not shown there. */
  readonly hint?: (context: Context) => string | null;
  readonly when?: (context: Context) => boolean;
  /** It stays in the hint line when others have to go. */
  readonly keep?: boolean;
  readonly run: (context: Context, key: KeyName) => void;
};

const isOn = <Context>(binding: Binding<Context>, context: Context): boolean =>
  binding.when?.(context) ?? true;

/** The first command of the keymap that has this key and can be done now. */
export const findBinding = <Context>(
  keymap: readonly Binding<Context>[],
  key: KeyName,
  context: Context,
): Binding<Context> | null =>
  keymap.find((binding) => binding.keys.includes(key) && isOn(binding, context)) ?? null;

const keySigns = (glyphs: Glyphs): Readonly<Record<KeyName, string>> => ({
  enter: glyphs.enter,
  up: glyphs.arrowUp,
  down: glyphs.arrowDown,
  left: glyphs.arrowLeft,
  right: glyphs.arrowRight,
  space: 'Space',
  tab: 'Tab',
  'shift-tab': 'Shift+Tab',
  esc: 'Esc',
  pgup: 'PgUp',
  pgdn: 'PgDn',
  home: 'Home',
  end: 'End',
  backspace: 'Backspace',
});

export const showKey = (key: KeyName, glyphs: Glyphs): string =>
  keySigns(glyphs)[key] ??
  key
    .replace(/^ctrl-(.*)$/, (_, rest: string) => `Ctrl+${showRest(rest, glyphs)}`)
    .replace(/^alt-(.*)$/, (_, rest: string) => `Alt+${showRest(rest, glyphs)}`)
    .replace(/^f(?=\d)/, 'F');

const showRest = (key: string, glyphs: Glyphs): string => keySigns(glyphs)[key] ?? key.toUpperCase();

const signOf = <Context>(binding: Binding<Context>, context: Context, glyphs: Glyphs): string =>
  (binding.shown?.(context) ?? binding.keys.slice(0, 1)).map((key) => showKey(key, glyphs)).join('');

/** What the hint line says, in the order of the keymap. */
export const hintsOf = <Context>(
  keymap: readonly Binding<Context>[],
  context: Context,
  glyphs: Glyphs,
): Hint[] =>
  keymap.flatMap((binding) => {
    const label = isOn(binding, context) ? (binding.hint?.(context) ?? null) : null;
    if (label === null) return [];
    const hint = { key: signOf(binding, context, glyphs), label: sanitizeLine(label) };
    return [binding.keep ? { ...hint, keep: true } : hint];
  });

/** Every command with all its keys, for the help screen. */
export const helpOf = <Context>(
  keymap: readonly Binding<Context>[],
  glyphs: Glyphs,
): { keys: string; help: string }[] =>
  keymap.map((binding) => ({
    keys: binding.keys.map((key) => showKey(key, glyphs)).join(' '),
    help: binding.help,
  }));
