import { drawPlan } from '../draw/plan.ts';
import { drawPlanDiff } from '../draw/plan-diff.ts';
import { type PlanRow, planRows } from '../draw/plan-rows.ts';
import { drawHints } from '../draw/status.ts';
import { readPlans } from '../explain/read.ts';
import type { Plan } from '../explain/types.ts';
import type { Glyphs } from '../text/glyphs.ts';
import { type Line, lineText, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { fitLine } from '../text/width.ts';
import { explainKeys, pressInHelp, pressInSearch } from './explain-keys.ts';
import { type ExplainContext, findNode } from './explain-moves.ts';
import { type ExplainStart, type ExplainUi, explainUi, lookAt, type Size } from './explain-ui.ts';
import { findBinding, helpOf, hintsOf } from './keymap.ts';
import type { KeyName } from './keys.ts';
import { currentDiff, type ExplainView, sourceLines, viewExplain } from './screens/explain-view.ts';
import { helpLines, viewHelp } from './screens/overlay.ts';
import type { WaysOut } from './ways-out.ts';

export type ExplainScreenOptions = ExplainStart &
  WaysOut & {
    readonly glyphs: Glyphs;
    /** Something is to be drawn anew. */
    readonly changed: () => void;
    /** Bytes for the terminal that draw nothing. */
    readonly send: (bytes: string) => void;
  };

export type ExplainScreen = {
  readonly frame: (size: Size) => readonly Line[];
  readonly press: (key: KeyName, size: Size) => void;
  readonly paste: (text: string, size: Size) => void;
  readonly close: () => void;
};

/** Terminals refuse more than about this (xterm: 1,000,000 bytes of base64 and less in others). */
const mostCopied = 74_000;

/** A paste of more characters takes long enough to read that one should be told. */
const longPaste = 1_000_000;

/** No more of a paste is searched for. */
const longQuery = 200;

/** Columns of a tree that is copied. */
const copiedWidth = 110;

const words = (error: Error): string => {
  const remedy = 'remedy' in error && typeof error.remedy === 'string' ? ` ${error.remedy}` : '';
  return `${error.message}${remedy}`;
};

/** Plans as a screen: what it remembers of where one looks, and what keys do. */
export const createExplainScreen = (options: ExplainScreenOptions): ExplainScreen => {
  const { glyphs } = options;
  let ui: ExplainUi = explainUi(options.items, options.picture ?? null);
  let known: { plan: Plan | null; folds: ExplainUi['folds'] | null; rows: readonly PlanRow[] } = {
    plan: null,
    folds: null,
    rows: [],
  };
  let reading: NodeJS.Timeout | undefined;
  let drawn: { ui: ExplainUi; size: Size; view: ExplainView } | null = null;

  const set = (change: Partial<ExplainUi>): void => {
    ui = { ...ui, ...change };
    options.changed();
  };

  const stop = options.watch?.((found) => {
    if (found instanceof Error) return set({ notice: words(found) });
    const [latest] = found;
    if (!latest) return;
    const shown = ui.items[ui.item];
    // What was shown stays as the plan before, for a comparison.
    const items =
      shown && found.length === 1
        ? [
            { ...shown, name: 'before' },
            { ...latest, name: latest.name },
          ]
        : found;
    set({
      ...lookAt(items, items.length - 1),
      notice: 'The file has changed; d compares with the plan before.',
    });
  });

  /** The rows of the tree, laid out anew only when folded otherwise. */
  const rows = (): readonly PlanRow[] => {
    const plan = ui.items[ui.item]?.plan ?? null;
    if (plan && (known.plan !== plan || known.folds !== ui.folds))
      known = { plan, folds: ui.folds, rows: planRows(plan, ui.folds) };
    return plan ? known.rows : [];
  };

  const view = (size: Size): ExplainView => {
    if (drawn?.ui !== ui || drawn.size.width !== size.width || drawn.size.height !== size.height)
      drawn = { ui, size, view: viewExplain(ui, size, { glyphs, rows: rows() }) };
    return drawn.view;
  };

  const shownText = (plan: Plan): string => {
    if (ui.picture === 'text' || ui.picture === 'json') return sourceLines(plan, ui.picture).join('\n');
    const width = copiedWidth;
    const diff = ui.picture === 'diff' ? currentDiff(ui) : null;
    const lines = diff
      ? drawPlanDiff(diff, { width, glyphs })
      : drawPlan(plan, { width, glyphs, view: ui.view, heat: false });
    return lines.map((line) => lineText(line).trimEnd()).join('\n');
  };

  const copy = (): void => {
    const plan = ui.items[ui.item]?.plan;
    if (!plan) return;
    const bytes = Buffer.from(`${shownText(plan)}\n`);
    if (bytes.length > mostCopied) {
      set({ notice: `This is too long for a terminal to copy: ${Math.ceil(bytes.length / 1024)} kB.` });
      return;
    }
    options.send(`\x1b]52;c;${bytes.toString('base64')}\x07`);
    set({ notice: `Copied ${bytes.length} bytes, if the terminal lets programs copy.` });
  };

  const helpText = ({ width }: Size): Line[] => helpLines(helpOf(explainKeys, glyphs), width);

  const context = (size: Size): ExplainContext => ({
    ui,
    glyphs,
    size,
    plan: ui.items[ui.item]?.plan ?? null,
    rows: rows(),
    view: view(size),
    helpMax: ui.help === null ? 0 : Math.max(0, helpText(size).length - (size.height - 5)),
    set,
    copy,
    leave: options.leave,
    quit: options.quit,
    suspend: options.suspend,
    redraw: options.redraw,
  });

  const bottom = (size: Size): Line => {
    const { width } = size;
    if (ui.notice !== null)
      return fitLine([span(` ${sanitizeLine(ui.notice)}`, { bold: true })], width, glyphs.ellipsis);
    if (ui.help !== null)
      return drawHints(
        [
          { key: 'Esc', label: 'back' },
          { key: `${glyphs.arrowUp}${glyphs.arrowDown}`, label: 'scroll' },
        ],
        { width },
      );
    if (ui.searching)
      return fitLine(
        [span(' Search: ', { bold: true }), span(sanitizeLine(ui.query)), span(' ', { inverse: true })],
        width,
        glyphs.ellipsis,
      );
    return drawHints(hintsOf(explainKeys, context(size), glyphs), { width });
  };

  const read = (text: string): void => {
    try {
      const plans = readPlans(text);
      const from = ui.items.length;
      const items = [
        ...ui.items,
        ...plans.map((plan, index) => ({ name: `plan ${from + index + 1}`, plan })),
      ];
      const choice: Partial<ExplainUi> = plans.length > 1 ? { picture: 'choose', cursor: from } : {};
      set({ ...lookAt(items, from), ...choice, notice: null });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      set({ notice: words(error) });
    }
  };

  return {
    frame: (size) => {
      const { height } = size;
      if (ui.help !== null)
        return [...viewHelp(helpText(size), ui.help, size, glyphs).slice(0, height - 1), bottom(size)];
      return [...view(size).lines.slice(0, height - 1), bottom(size)];
    },
    press: (key, size) => {
      if (key !== 'ctrl-c' && (ui.notice !== null || ui.leaving)) set({ notice: null, leaving: false });
      const before = context(size);
      if (pressInHelp(before, key) || pressInSearch(before, key)) return;
      findBinding(explainKeys, key, before)?.run(before, key);
    },
    paste: (text, size) => {
      if (ui.searching) {
        set({ query: ui.query + text.slice(0, longQuery).replace(/\s+/g, ' ').trim() });
        return findNode(context(size), ui.query, 1, true);
      }
      if (text.length < longPaste) return read(text);
      set({ notice: `Reading ${Math.round(text.length / 1e6)} MB ${glyphs.ellipsis}` });
      // The notice is on the screen by then.
      reading = setTimeout(() => read(text), 50);
    },
    close: () => {
      clearTimeout(reading);
      stop?.();
    },
  };
};
