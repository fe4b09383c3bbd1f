import type { Glyphs } from '../text/glyphs.ts';
import { type Line, type Span, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { displayWidth, fitLine, lineWidth, padEnd } from '../text/width.ts';
import type { StepState } from '../timeline/state.ts';

type View = NonNullable<StepState['view']>;
type Value = string | null;
type Entry = { readonly operator: string; readonly a: Value; readonly b: Value; readonly result: Value };

const entriesOf = (view: View): Entry[] => {
  const at = (row: readonly Value[], name: string): Value => row[view.columns.indexOf(name)] ?? null;
  return view.rows.map((row) => ({
    operator: at(row, 'operator') ?? '',
    a: at(row, 'a'),
    b: at(row, 'b'),
    result: at(row, 'result'),
  }));
};

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

/**
 * One small table per operator, as far as the server has answered. `view` has rows (operator, a, b, result) with
 * values `t`, `f` and null; b is empty for an operator of one operand. Tables stand side by side as `width` allows.
 */
export const drawTruthTables = (
  view: View | null,
  { width, glyphs }: { readonly width: number; readonly glyphs: Glyphs },
): Line[] => {
  if (!view) return [];
  const entries = entriesOf(view);
  const value = (text: Value): Span =>
    text === null
      ? span(glyphs.null, { dim: true })
      : span(sanitizeLine(text), text === 't' ? { bold: true } : undefined);
  const operands: Value[] = distinct(['t', 'f', null, ...entries.flatMap((entry) => [entry.a])]);
  const shown = operands.filter((operand) => entries.some((entry) => entry.a === operand));
  const cellWidth = Math.max(3, ...shown.map((operand) => displayWidth(value(operand).text) + 2));
  const cell = (part: Span | null): Line => fitLine(part ? [part] : [], cellWidth);

  const one = (operator: string): Line[] => {
    const own = entries.filter((entry) => entry.operator === operator);
    const name = sanitizeLine(operator);
    const single = own.some((entry) => entry.b === '');
    const label = single ? (/^not$/i.test(operator) ? `${name} a` : `a ${name}`) : `a ${name} b`;
    const labelWidth = Math.max(displayWidth(label), 3);
    const find = (a: Value, b: Value): Span | null => {
      const entry = own.find((candidate) => candidate.a === a && (single || candidate.b === b));
      return entry ? value(entry.result) : null;
    };
    const columns: Value[] = single ? [null] : shown;
    const head: Line = [
      span(padEnd(label, labelWidth), { bold: true }),
      span(` ${glyphs.vLine} `, { dim: true }),
      ...(single ? cell(null) : columns.flatMap((b) => cell({ ...value(b), style: { dim: true } }))),
    ];
    const rule: Line = [
      span(
        glyphs.hLine.repeat(labelWidth + 1) +
          glyphs.cross +
          glyphs.hLine.repeat(1 + cellWidth * columns.length),
        {
          dim: true,
        },
      ),
    ];
    const rows = shown.map((a): Line => {
      const operand = value(a).text;
      return [
        span(
          padEnd(`${' '.repeat(Math.floor((labelWidth - displayWidth(operand)) / 2))}${operand}`, labelWidth),
          { dim: true },
        ),
        span(` ${glyphs.vLine} `, { dim: true }),
        ...columns.flatMap((b) => cell(find(a, b))),
      ];
    });
    return [head, rule, ...rows];
  };

  const tables = distinct(entries.map((entry) => entry.operator)).map(one);
  const lines: Line[] = [];
  let row: Line[][] = [];
  const flush = (): void => {
    if (row.length === 0) return;
    if (lines.length > 0) lines.push([]);
    const height = Math.max(...row.map((table) => table.length));
    for (let index = 0; index < height; index += 1) {
      lines.push([
        span(' '),
        ...row.flatMap((table) => [...fitLine(table[index] ?? [], lineWidth(table[0] ?? [])), span('   ')]),
      ]);
    }
    row = [];
  };
  for (const table of tables) {
    const used = [...row, table].reduce((sum, part) => sum + lineWidth(part[0] ?? []) + 3, 1);
    if (row.length > 0 && used - 3 > width) flush();
    row.push(table);
  }
  flush();
  return lines;
};
