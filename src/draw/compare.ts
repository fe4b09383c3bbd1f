import type { Comparison } from '../lesson/types.ts';
import type { Glyphs } from '../text/glyphs.ts';
import { type Line, plainLine, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { displayWidth, fitLine, lineWidth } from '../text/width.ts';
import { wrapLine } from '../text/wrap.ts';
import type { StatementResult } from '../timeline/events.ts';
import type { StepState } from '../timeline/state.ts';
import { diffOf, planOf } from './plan-cache.ts';
import { changesInWords, drawPlanDiff, drawVerdict } from './plan-diff.ts';
import { planGlyphs } from './plan-numbers.ts';
import { drawResult } from './result.ts';

export type CompareOptions = {
  readonly width: number;
  readonly glyphs: Glyphs;
  /** `words`: the plans are drawn elsewhere, here only what changed. */
  readonly results: 'words' | 'tables';
};

/** A result of more rows than this is compared whole but shown in part. */
const shownRows = 20;
/** What changed in a plan, at most so many nodes of it. */
const shownChanges = 5;

/** The two steps once both have ended; null before that, and where a step does not run on this version. */
export const comparedSteps = (
  block: Comparison,
  steps: readonly StepState[],
): { readonly left: StepState; readonly right: StepState } | null => {
  const find = (id: string): StepState | undefined => steps.findLast((step) => step.step === id);
  const left = find(block.left.step);
  const right = find(block.right.step);
  return left?.status === 'done' && right?.status === 'done' ? { left, right } : null;
};

const rowKey = (row: StatementResult['rows'][number]): string => JSON.stringify(row);

/** The rows that `others` lack, each as often as it is missing, by index. */
const missingFrom = (rows: StatementResult['rows'], others: StatementResult['rows']): Set<number> => {
  const counts = new Map<string, number>();
  for (const row of others) counts.set(rowKey(row), (counts.get(rowKey(row)) ?? 0) + 1);
  const missing = new Set<number>();
  for (const [index, row] of rows.entries()) {
    const left = counts.get(rowKey(row)) ?? 0;
    if (left > 0) counts.set(rowKey(row), left - 1);
    else missing.add(index);
  }
  return missing;
};

const count = (rows: number): string => `${rows.toLocaleString('en-US')} ${rows === 1 ? 'row' : 'rows'}`;

/** `the same 3 rows`, `2 rows only on the left, 1 row only on the right`. */
const resultVerdict = (left: StatementResult, right: StatementResult): string => {
  const partial = [left, right].some((result) => result.rows.length < result.rowCount);
  const onlyLeft = missingFrom(left.rows, right.rows).size;
  const onlyRight = missingFrom(right.rows, left.rows).size;
  if (partial) return `${count(left.rowCount)} on the left, ${count(right.rowCount)} on the right`;
  if (onlyLeft === 0 && onlyRight === 0) {
    const inOrder = left.rows.every((row, index) => rowKey(row) === rowKey(right.rows[index] ?? []));
    return `the same ${count(left.rows.length)}${inOrder ? '' : ' in another order'}`;
  }
  const parts = [
    onlyLeft > 0 ? `${count(onlyLeft)} only on the left` : null,
    onlyRight > 0 ? `${count(onlyRight)} only on the right` : null,
  ];
  return parts.filter((part) => part !== null).join(', ');
};

/** A result with a sign before each row that the other lacks. */
const markedTable = (
  result: StatementResult,
  other: StatementResult,
  sign: string,
  label: string,
  { glyphs, width }: CompareOptions,
): Line[] => {
  const missing = missingFrom(result.rows, other.rows);
  const shown = { ...result, rows: result.rows.slice(0, shownRows) };
  const picture = drawResult(shown, { glyphs, maxCellWidth: Math.max(8, Math.floor(width / 3)) });
  // A value of several lines makes rows and lines differ; then no row is marked.
  const aligned = picture.body.length === shown.rows.length;
  const body = picture.body.map((line, index): Line => {
    const marked = aligned && missing.has(index);
    return [span(marked ? `${sign} ` : '  ', { bold: true, color: sign === '+' ? 'green' : 'red' }), ...line];
  });
  const rest = [...picture.header, ...picture.footer].map((line): Line => [span('  '), ...line]);
  const head = rest.slice(0, picture.header.length);
  return [
    plainLine(sanitizeLine(label), { bold: true }),
    ...head,
    ...body,
    ...rest.slice(picture.header.length),
  ];
};

const compareResults = (
  left: StatementResult,
  right: StatementResult,
  block: Comparison,
  options: CompareOptions,
): Line[] => {
  const { width, glyphs } = options;
  const signs = planGlyphs(glyphs);
  const a = markedTable(left, right, signs.minus, block.left.label, options);
  const b = markedTable(right, left, '+', block.right.label, options);
  const verdict = wrapLine(plainLine(resultVerdict(left, right), { bold: true }), width);
  const widest = Math.max(...a.map(lineWidth));
  if (widest + 3 + Math.max(...b.map(lineWidth)) > width) return [...a, [], ...b, [], ...verdict];
  const height = Math.max(a.length, b.length);
  const both = Array.from({ length: height }, (_, index): Line => {
    const right = b[index] ?? [];
    return [...fitLine(a[index] ?? [], widest), span('   '), ...right];
  });
  return [...both, [], ...verdict];
};

const comparePlans = (left: string, right: string, block: Comparison, options: CompareOptions): Line[] => {
  const { width, glyphs, results } = options;
  const before = planOf(left);
  const after = planOf(right);
  if (!before || !after)
    return [plainLine('These plans cannot be read, so they cannot be compared.', { dim: true })];
  const diff = diffOf(before, after);
  const names = `${sanitizeLine(block.left.label)} ${planGlyphs(glyphs).arrow} ${sanitizeLine(block.right.label)}`;
  const title = wrapLine(plainLine(names, { bold: true }), width);
  if (results === 'tables' && width >= 60) return [...title, ...drawPlanDiff(diff, { width, glyphs })];
  const changed = diff.rows.filter((row) => row.mark !== 'same');
  const words = changed.slice(0, shownChanges).flatMap((row): Line[] => {
    const id = row.after ?? row.before ?? 0;
    const node = (row.after === null ? before : after).nodes[id - 1];
    const text = `${sanitizeLine(node?.label ?? '')}: ${sanitizeLine(changesInWords(row), ' ')}`;
    return wrapLine([span('~ ', { color: 'yellow' }), span(text)], width, { indent: 2 });
  });
  return [...title, ...drawVerdict(diff, { width, glyphs }), ...words];
};

/** Two outcomes side by side, or nothing while one of them is missing. */
export const drawComparison = (
  block: Comparison,
  ran: readonly StepState[],
  options: CompareOptions,
): Line[] => {
  const steps = comparedSteps(block, ran);
  if (!steps) return [];
  const { left, right } = steps;
  if (block.of === 'plans') {
    if (left.plan === null || right.plan === null) return [];
    return comparePlans(left.plan, right.plan, block, options);
  }
  const one = left.results.at(-1);
  const other = right.results.at(-1);
  if (!one || !other) return [];
  if (one.columns.length > 0 && other.columns.length > 0) return compareResults(one, other, block, options);
  const tags = [one, other].map((result) => sanitizeLine(result.tag));
  const labels = [block.left.label, block.right.label].map((label) => sanitizeLine(label));
  const most = Math.max(...labels.map(displayWidth));
  return labels.map((label, index) => [
    span(`${label.padEnd(most)}  `, { bold: true }),
    span(tags[index] ?? '', { dim: true }),
  ]);
};
