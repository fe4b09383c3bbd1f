import type { Evidence, StyleWarning, Verdict } from '../player/judge-state.ts';
import type { Glyphs } from '../text/glyphs.ts';
import { type Line, type Style, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { lineWidth, padEnd, truncate } from '../text/width.ts';
import { wrapLine } from '../text/wrap.ts';
import type { Cell, Column, StatementResult } from '../timeline/events.ts';
import { hstack } from './lines.ts';
import { drawLocks } from './locks.ts';
import { drawPlan } from './plan.ts';
import { planOf } from './plan-cache.ts';
import { lessonView } from './plan-metric.ts';
import { drawResult } from './result.ts';
import { drawServerError, pointAt } from './server-error.ts';
import { drawTimeline } from './timeline.ts';
import { flattenSql, rowsInWords } from './words.ts';

export type VerdictOptions = {
  readonly width: number;
  readonly glyphs: Glyphs;
  /** The answer that was judged: the evidence may point into it. */
  readonly answer: string;
};

const textOid = 25;

const sentence = (sign: string, words: string, style: Style, width: number): Line[] =>
  wrapLine([span(`${sign} `, style), span(sanitizeLine(words, ' '), style)], width, { indent: 2 });

const dim = (words: string, width: number): Line[] => wrapLine([span(words, { dim: true })], width);

/** A small table; its first column may say what each row is. */
const table = (
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { width, glyphs }: VerdictOptions,
): Line[] => {
  const result: StatementResult = { statement: 1, tag: '', columns, rows, rowCount: rows.length };
  const picture = drawResult(result, { glyphs, maxCellWidth: Math.max(8, Math.floor(width / 2)) });
  return [...picture.header, ...picture.body];
};

const drawRows = (evidence: Evidence & { kind: 'rows' }, options: VerdictOptions): Line[] => {
  const { columns, missing, extra, missingCount, extraCount, expectedCount, gotCount, of } = evidence;
  const { width, glyphs } = options;
  const marked = [
    ...missing.map((row): Cell[] => [`${glyphs.skipped} missing`, ...row]),
    ...extra.map((row): Cell[] => ['+ extra', ...row]),
  ];
  const rest = [
    missingCount > missing.length ? `${missingCount - missing.length} more missing` : '',
    extraCount > extra.length ? `${extraCount - extra.length} more extra` : '',
  ].filter((words) => words !== '');
  // A long query says less than the rows that differ in it.
  const query = of === null ? '' : truncate(flattenSql(of), Math.floor(1.6 * width), glyphs.ellipsis);
  const where = of === null ? [] : dim(`In ${sanitizeLine(query)}:`, width);
  const counts =
    of === null
      ? `Wanted: ${rowsInWords(expectedCount)}. Yours: ${rowsInWords(gotCount)}.`
      : `Wanted there: ${rowsInWords(expectedCount)}. After yours: ${rowsInWords(gotCount)}.`;
  return [
    ...where,
    ...table([{ name: '', typeOid: textOid }, ...columns], marked, options),
    ...(rest.length > 0 ? dim(`${glyphs.ellipsis} ${rest.join(', ')}`, width) : []),
    ...dim(counts, width),
  ];
};

/** What was asked for and what came, beside each other where there is room. */
const drawOrder = (evidence: Evidence & { kind: 'order' }, options: VerdictOptions): Line[] => {
  const { columns, expected, got, at } = evidence;
  const { width, glyphs } = options;
  const numbered = (rows: readonly (readonly Cell[])[]): Cell[][] =>
    rows.map((row, index) => [`${index === at ? glyphs.cursor : ' '}${index + 1}`, ...row]);
  const half = Math.floor((width - 3) / 2);
  const own = { ...options, width: half };
  const named: readonly Column[] = [{ name: '', typeOid: textOid }, ...columns];
  const left: Line[] = [[span('wanted', { bold: true })], ...table(named, numbered(expected), own)];
  const right: Line[] = [[span('yours', { bold: true })], ...table(named, numbered(got), own)];
  const widest = (lines: readonly Line[]): number => Math.max(0, ...lines.map(lineWidth));
  if (widest(left) + widest(right) + 3 > width) return [...left, [], ...right];
  return hstack(
    [
      { lines: left, width: widest(left) },
      { lines: right, width: widest(right) },
    ],
    span('   '),
  );
};

const drawColumns = (
  { expected, got }: Evidence & { kind: 'columns' },
  { width }: VerdictOptions,
): Line[] => {
  const list = (label: string, names: readonly string[]): Line[] =>
    wrapLine(
      [
        span(padEnd(label, 8), { bold: true }),
        span(names.map((name) => sanitizeLine(name, ' ')).join(', ') || 'none'),
      ],
      width,
      { indent: 8 },
    );
  return [...list('wanted', expected), ...list('yours', got)];
};

const drawEvidence = (evidence: Evidence, options: VerdictOptions): Line[] => {
  const { width, glyphs, answer } = options;
  switch (evidence.kind) {
    case 'columns':
      return drawColumns(evidence, options);
    case 'rows':
      return drawRows(evidence, options);
    case 'order':
      return drawOrder(evidence, options);
    case 'error': {
      const { expected, error } = evidence;
      const row = (label: string, words: string): Line => [
        span(padEnd(label, 8), { bold: true }),
        span(words),
      ];
      const lines: Line[] = expected === null ? [] : [row('wanted', `SQLSTATE ${sanitizeLine(expected)}`)];
      if (!error) return [...lines, row('yours', 'no error')];
      // Its position counts from the start of a statement that is not known here.
      const { position: _, ...told } = error;
      return [...lines, ...drawServerError(told, answer, options)];
    }
    case 'plan': {
      const plan = planOf(evidence.plan);
      return plan ? drawPlan(plan, { width, glyphs, view: lessonView(plan), findings: 0 }) : [];
    }
    case 'locks':
      return drawLocks(evidence.locks, {
        sessions: [...new Set(evidence.locks.map((lock) => lock.session))],
        glyphs,
      });
    case 'timeline': {
      const { timeline, invariant } = evidence;
      const sessions = [...new Set(timeline.steps.map((step) => step.session))];
      const picture = drawTimeline(timeline, { sessions, width, glyphs, now: timeline.at });
      const said: Line[] = invariant
        ? wrapLine(
            [
              span('Then '),
              span(flattenSql(invariant.sql), { bold: true }),
              span(' said '),
              span(sanitizeLine(invariant.got ?? 'NULL'), { bold: true, color: 'red' }),
              span(', not t.'),
            ],
            width,
          )
        : [];
      return [...picture.header, ...picture.body, ...(said.length > 0 ? [[], ...said] : [])];
    }
    case 'place': {
      const position = [...answer.slice(0, evidence.from)].length + 1;
      return pointAt(answer, position, width);
    }
  }
};

const drawWarnings = (warnings: readonly StyleWarning[], width: number): Line[] =>
  warnings.flatMap((warning) => sentence('!', warning.sentence, { color: 'yellow' }, width));

const indented = (lines: readonly Line[]): Line[] => lines.map((line) => [span('  '), ...line]);

/** What is to be said of an answer: one sentence, the smallest picture that shows it, and notes on its style. */
export const drawVerdict = (verdict: Verdict, options: VerdictOptions): Line[] => {
  const { width, glyphs } = options;
  switch (verdict.outcome) {
    case 'cancelled':
      return sentence(glyphs.skipped, 'Cancelled: the answer was not judged.', { color: 'yellow' }, width);
    case 'passed': {
      const orders =
        verdict.orders > 0
          ? ` What must hold does so in all ${verdict.orders.toLocaleString('en-US')} orders of the statements.`
          : '';
      const warnings = drawWarnings(verdict.warnings, width);
      return [
        ...sentence(glyphs.done, `Right.${orders}`, { color: 'green', bold: true }, width),
        ...(warnings.length > 0 ? [[], ...warnings] : []),
      ];
    }
    case 'failed': {
      const evidence = verdict.evidence
        ? drawEvidence(verdict.evidence, { ...options, width: width - 2 })
        : [];
      const hidden =
        verdict.data === 'hidden'
          ? dim('Seen on other rows in the same tables: an answer must hold for them too.', width - 2)
          : [];
      const warnings = drawWarnings(verdict.warnings, width);
      return [
        ...sentence(glyphs.failed, verdict.sentence, { color: 'red', bold: true }, width),
        // Before the evidence, whose rows would be a riddle otherwise.
        ...(hidden.length > 0 ? [[], ...indented(hidden)] : []),
        ...(evidence.length > 0 ? [[], ...indented(evidence)] : []),
        ...(warnings.length > 0 ? [[], ...warnings] : []),
      ];
    }
  }
};
