import { drawHints, type Hint } from '../../draw/status.ts';
import type { PlayerState } from '../../player/state.ts';
import { type Line, span } from '../../text/line.ts';
import { sanitizeLine } from '../../text/sanitize.ts';
import { fitLine } from '../../text/width.ts';
import type { Context } from '../context.ts';
import { globalKeys } from '../global-keys.ts';
import { homeKeys, searchHints } from '../home-keys.ts';
import { type Binding, helpOf, hintsOf } from '../keymap.ts';
import { labHints } from '../lab-keys.ts';
import { lessonKeys } from '../lesson-keys.ts';
import { viewHome } from './home-view.ts';
import { helpLines, viewHelp, viewPages, viewWord } from './overlay.ts';

/** What is known of the server: its name, and what it does while it is not there yet. */
export type ServerWords = { readonly label: string | null; readonly words: string | null };

export type Size = { readonly width: number; readonly height: number };

export const smallest: Size = { width: 60, height: 16 };

/** The commands of the screen in sight, in the order of hint line and help. */
export const keymapOf = (context: Context): readonly Binding<Context>[] =>
  context.ui.screen === 'home' ? [...homeKeys, ...globalKeys] : [...lessonKeys, ...globalKeys];

export const helpOver = (context: Context, width: number): Line[] =>
  helpLines(helpOf(keymapOf(context), context.glyphs), width);

/** The whole screen: exactly `height` lines of exactly `width` columns. */
export const drawFrame = (context: Context, size: Size, server: ServerWords): Line[] => {
  const { width, height } = size;
  if (width < smallest.width || height < smallest.height) {
    const words = `pg-tutor needs ${smallest.width} x ${smallest.height}; this is ${width} x ${height}. q quits.`;
    return [...viewWord(words, size), fitLine([], width)].slice(0, height);
  }
  const body = drawBody(context, size, server.label);
  // One line more than the terminal has would scroll it.
  return [...body.slice(0, height - 1), drawBottom(context, width, server.words)];
};

const drawBody = (context: Context, size: Size, server: string | null): readonly Line[] => {
  const { ui, home, view, state, glyphs } = context;
  if (ui.modal?.kind === 'help')
    return viewHelp(helpOver(context, size.width), ui.modal.offset, size, glyphs);
  if (ui.modal?.kind === 'pages' && state) return viewPages(state, ui.modal.selected, size, glyphs);
  if (context.labPicture) return context.labPicture.lines;
  if (ui.screen === 'opening') return viewWord('Opening the lesson…', size);
  if (ui.screen === 'lesson' && view) return view.lines;
  return viewHome(home, ui.home, size, { glyphs, server });
};

const drawBottom = (context: Context, width: number, serverWords: string | null): Line => {
  const { ui, state, glyphs } = context;
  if (ui.modal?.kind === 'confirm') {
    const keys: Line = [
      span('   y', { bold: true }),
      span(' yes   '),
      span('n', { bold: true }),
      span(' no'),
    ];
    return fitLine([span(` ${ui.modal.question}`, { bold: true }), ...keys], width, glyphs.ellipsis);
  }
  if (ui.notice !== null)
    return fitLine([span(` ${sanitizeLine(ui.notice)}`, { bold: true })], width, glyphs.ellipsis);
  const word = phaseWord(ui.screen === 'lesson' ? state : null, serverWords);
  const hints = currentHints(context);
  if (word === null) return drawHints(hints, { width });
  const lead: Line = [span(` ${word}`, { dim: true }), span('  ')];
  return fitLine([...lead, ...drawHints(hints, { width: width - word.length - 3 })], width);
};

/** A quiet word while there is nothing to do but wait. */
const phaseWord = (state: PlayerState | null, serverWords: string | null): string | null => {
  if (state?.phase === 'starting') return sanitizeLine(serverWords ?? 'Getting PostgreSQL ready…');
  if (state?.phase === 'replaying') return 'Replaying…';
  return state?.phase === 'running' ? 'Running…' : null;
};

const currentHints = (context: Context): readonly Hint[] => {
  const { ui, glyphs } = context;
  if (ui.modal?.kind === 'help')
    return [
      { key: 'Esc', label: 'back' },
      { key: `${glyphs.arrowUp}${glyphs.arrowDown}`, label: 'scroll' },
    ];
  if (ui.modal?.kind === 'what-if' || ui.modal?.kind === 'explore') return labHints(context);
  if (ui.modal?.kind === 'pages') {
    return [
      { key: glyphs.enter, label: 'go there' },
      { key: `${glyphs.arrowUp}${glyphs.arrowDown}`, label: 'choose' },
      { key: 'Esc', label: 'back' },
    ];
  }
  if (ui.screen === 'home' && ui.home.searching) return searchHints(glyphs);
  return hintsOf(keymapOf(context), context, glyphs);
};
