import { rule } from '../../draw/lines.ts';
import { diffOf } from '../../draw/plan-cache.ts';
import { drawPlanDetail } from '../../draw/plan-detail.ts';
import {
  changesInWords,
  drawDiffPanes,
  drawDiffPanesHead,
  drawDiffSide,
  drawDiffSideHead,
  drawVerdict,
  rowsOfSide,
  widthForPanes,
} from '../../draw/plan-diff.ts';
import { targetOf } from '../../draw/plan-label.ts';
import { msInWords, wholeCount } from '../../draw/plan-numbers.ts';
import type { PlanRow } from '../../draw/plan-rows.ts';
import { planJson, planText } from '../../draw/plan-text.ts';
import { drawPlanSummary, drawTreeHead, drawTreeRows } from '../../draw/plan-tree.ts';
import { describeNode } from '../../explain/describe.ts';
import type { DiffRow, Plan, PlanDiff } from '../../explain/types.ts';
import type { Glyphs } from '../../text/glyphs.ts';
import { type Line, plainLine, span } from '../../text/line.ts';
import { sanitizeLine } from '../../text/sanitize.ts';
import { fitLine, padEnd, padStart } from '../../text/width.ts';
import { wrapLine, wrapText } from '../../text/wrap.ts';
import type { ExplainUi, Size } from '../explain-ui.ts';

export type ExplainView = {
  /** One less than the screen is high: the hints come below. */
  readonly lines: readonly Line[];
  /** Rows of the list that are visible at once, and how many there are. */
  readonly page: number;
  readonly count: number;
  /** The first row in sight, so that the cursor is. */
  readonly top: number;
  readonly detailMax: number;
};

type Env = { readonly glyphs: Glyphs; readonly rows: readonly PlanRow[] };

/** The first row to show so that `cursor` is in sight, moving as little as can be. */
const windowTop = (top: number, cursor: number, page: number, count: number): number => {
  const fit = Math.max(0, Math.min(top, count - page));
  if (cursor < fit) return cursor;
  return cursor >= fit + page ? cursor - page + 1 : fit;
};

const texts = new WeakMap<Plan, Partial<Record<'text' | 'json', string[]>>>();

/** The plan in PostgreSQL's own words; made once. */
export const sourceLines = (plan: Plan, format: 'text' | 'json'): string[] => {
  const known = texts.get(plan) ?? {};
  texts.set(plan, known);
  known[format] ??= format === 'text' ? planText(plan) : planJson(plan);
  return known[format] ?? [];
};

const fill = (lines: readonly Line[], height: number, width: number, glyphs: Glyphs): Line[] =>
  Array.from({ length: Math.max(0, height) }, (_, index) =>
    fitLine(lines[index] ?? [], width, glyphs.ellipsis),
  );

const detailOf = (ui: ExplainUi, plan: Plan, width: number, { glyphs, rows }: Env): Line[] => {
  const row = rows[ui.cursor];
  const node = plan.nodes[(row?.kind === 'worker' ? row.of : (row?.id ?? 1)) - 1];
  if (!node) return [];
  return drawPlanDetail(node, plan, describeNode(node, plan), { width, glyphs });
};

/** The tree with its totals, and the node under the cursor beside it or below it. */
const viewTree = (ui: ExplainUi, plan: Plan, { width, height }: Size, env: Env): ExplainView => {
  const { glyphs, rows } = env;
  const beside = width >= 110;
  const detailWidth = width >= 150 ? 52 : 38;
  const treeWidth = beside ? width - detailWidth - 3 : width;
  const drawer = beside ? 0 : Math.max(5, Math.floor(height * 0.34));
  const page = Math.max(1, height - 1 - 2 - (beside ? 0 : drawer + 1));
  const top = windowTop(ui.top, ui.cursor, page, rows.length);
  const options = { width: treeWidth, glyphs, view: ui.view, selected: ui.cursor - top };
  const tree = [
    drawPlanSummary(plan, { ...options, width }),
    drawTreeHead(plan, options),
    ...fill(drawTreeRows(rows.slice(top, top + page), plan, options), page, treeWidth, glyphs),
  ];
  const detail = detailOf(ui, plan, beside ? detailWidth : width - 2, env);
  const room = beside ? page + 1 : drawer;
  const detailMax = Math.max(0, detail.length - room);
  const from = Math.min(ui.detailTop, detailMax);
  const shown = fill(detail.slice(from, from + room), room, beside ? detailWidth : width - 1, glyphs);
  const more = detailMax > from ? ` ${glyphs.arrowDown}${detailMax - from} ` : '';
  const view = { page, count: rows.length, top, detailMax };
  if (beside) {
    const side = span(` ${glyphs.vLine} `, ui.focus === 'detail' ? { bold: true } : { dim: true });
    const [summary, ...rest] = tree;
    return {
      ...view,
      lines: [summary ?? [], ...rest.map((line, index) => [...line, side, ...(shown[index] ?? [])])],
    };
  }
  const title = span(`${glyphs.hLine}${ui.focus === 'detail' ? glyphs.cursor : ' '}node${more || ' '}`, {
    bold: ui.focus === 'detail',
  });
  const line = fitLine([title, ...rule(width, glyphs)], width, glyphs.hLine);
  return { ...view, lines: [...tree, line, ...shown.map((one): Line => [span(' '), ...one])] };
};

const viewSource = (ui: ExplainUi, plan: Plan, { width, height }: Size, env: Env): ExplainView => {
  const { glyphs } = env;
  const text = sourceLines(plan, ui.picture === 'json' ? 'json' : 'text');
  const page = Math.max(1, height - 3);
  const top = Math.max(0, Math.min(ui.top, text.length - page));
  const title = ui.picture === 'json' ? 'as JSON' : 'as text';
  const name = sanitizeLine(ui.items[ui.item]?.name ?? '');
  const lines = [
    fitLine([span(` ${name} ${title}`, { bold: true })], width, glyphs.ellipsis),
    rule(width, glyphs),
    ...fill(
      text.slice(top, top + page).map((line) => plainLine(` ${line}`)),
      page,
      width,
      glyphs,
    ),
  ];
  return { lines, page, count: text.length, top, detailMax: 0 };
};

const diffRows = (ui: ExplainUi, diff: PlanDiff, width: number): readonly DiffRow[] =>
  width >= widthForPanes ? diff.rows : rowsOfSide(diff, ui.side);

export const currentDiff = (ui: ExplainUi): PlanDiff | null => {
  const before = ui.items[ui.base]?.plan;
  const after = ui.items[ui.item]?.plan;
  return before && after ? diffOf(before, after) : null;
};

/** Two plans: the verdict, both trees (or one of them), and what became of the node under the cursor. */
const viewDiff = (ui: ExplainUi, { width, height }: Size, env: Env): ExplainView => {
  const { glyphs } = env;
  const diff = currentDiff(ui);
  if (!diff) return viewChoice(ui, { width, height }, env);
  const both = width >= widthForPanes;
  const rows = diffRows(ui, diff, width);
  const verdict = drawVerdict(diff, { width: width - 2, glyphs })
    .slice(0, 4)
    .map((line): Line => [span(' '), ...line]);
  const drawer = 4;
  const page = Math.max(1, height - 1 - verdict.length - 3 - drawer);
  const cursor = Math.min(ui.cursor, Math.max(0, rows.length - 1));
  const top = windowTop(ui.top, cursor, page, rows.length);
  const options = { width, glyphs, selected: cursor - top };
  const shown = rows.slice(top, top + page);
  const name = (index: number): string => sanitizeLine(ui.items[index]?.name ?? '');
  const names = both
    ? `${name(ui.base)} / ${name(ui.item)}`
    : `${ui.side}: ${name(ui.side === 'before' ? ui.base : ui.item)}`;
  const row = rows[cursor];
  const node =
    row && (row.after === null ? diff.before.nodes[(row.before ?? 0) - 1] : diff.after.nodes[row.after - 1]);
  const words =
    row && node
      ? `${`${sanitizeLine(node.label)} ${targetOf(node)}`.trim()}: ${sanitizeLine(changesInWords(row), ' ')}`
      : '';
  const title = span(`${glyphs.hLine} ${names} `, { bold: true });
  const lines = [
    ...fill(verdict, verdict.length, width, glyphs),
    fitLine([title, ...rule(width, glyphs)], width, glyphs.hLine),
    both ? drawDiffPanesHead(options) : drawDiffSideHead(ui.side, options),
    ...fill(
      both ? drawDiffPanes(shown, diff, options) : drawDiffSide(shown, diff, ui.side, options),
      page,
      width,
      glyphs,
    ),
    rule(width, glyphs),
    ...fill(
      wrapText(words, width - 2).map((line) => plainLine(` ${line}`)),
      drawer,
      width,
      glyphs,
    ),
  ];
  return { lines, page, count: rows.length, top, detailMax: 0 };
};

/** The plans of one paste, to choose from. */
const viewChoice = (ui: ExplainUi, { width, height }: Size, { glyphs }: Env): ExplainView => {
  const page = Math.max(1, height - 3);
  const top = windowTop(ui.top, ui.cursor, page, ui.items.length);
  const names = Math.min(30, Math.max(8, ...ui.items.map(({ name }) => name.length)));
  const rows = ui.items.slice(top, top + page).map(({ name, plan }, index): Line => {
    const on = top + index === ui.cursor;
    const [root] = plan.nodes;
    const ms = plan.executionMs ?? plan.treeMs;
    const text =
      plan.queryText === null ? `${root?.label ?? ''} ${root ? targetOf(root) : ''}` : plan.queryText;
    return [
      span(` ${on ? glyphs.cursor : ' '} `, { bold: true }),
      span(padEnd(sanitizeLine(name), names), on ? { bold: true } : undefined),
      span(padStart(ms === null ? '' : msInWords(ms), 12)),
      span(padStart(`${wholeCount(plan.nodes.length)} nodes`, 14), { dim: true }),
      span(`  ${sanitizeLine(text, ' ')}`),
    ];
  });
  const lines = [
    fitLine([span(` ${ui.items.length} plans`, { bold: true })], width),
    rule(width, glyphs),
    ...fill(rows, page, width, glyphs),
  ];
  return { lines, page, count: ui.items.length, top, detailMax: 0 };
};

const viewNothing = ({ width, height }: Size, { glyphs }: Env): ExplainView => {
  const words = [
    'Paste the output of EXPLAIN here.',
    '',
    'Text or JSON, straight from psql, a log or another tool; several plans at once will do.',
    'The more it was asked for, the more can be told: EXPLAIN (ANALYZE, BUFFERS, VERBOSE, SETTINGS) …',
  ];
  const text = words.flatMap((line) => wrapLine(plainLine(line), Math.min(76, width - 4)));
  const above = Math.max(0, Math.floor((height - text.length) / 2) - 3);
  const lines = [
    plainLine(' Explain a plan', { bold: true }),
    rule(width, glyphs),
    ...Array.from({ length: above }, (): Line => []),
    ...text.map((line): Line => [span('  '), ...line]),
  ];
  return { lines: fill(lines, height - 1, width, glyphs), page: 1, count: 0, top: 0, detailMax: 0 };
};

/** The plan screen without its hints: `height - 1` lines of exactly `width` columns. Pure but for its caches. */
export const viewExplain = (ui: ExplainUi, size: Size, env: Env): ExplainView => {
  const plan = ui.items[ui.item]?.plan;
  if (!plan) return viewNothing(size, env);
  if (ui.picture === 'choose') return viewChoice(ui, size, env);
  if (ui.picture === 'diff') return viewDiff(ui, size, env);
  return ui.picture === 'tree' ? viewTree(ui, plan, size, env) : viewSource(ui, plan, size, env);
};
