import type { TableLockMode } from '../locks/modes.ts';
import type { Glyphs } from '../text/glyphs.ts';
import { type Line, type Span, type Style, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { displayWidth, padEnd } from '../text/width.ts';
import { wrapText } from '../text/wrap.ts';
import type { StepState } from '../timeline/state.ts';

type View = NonNullable<StepState['view']>;

type Mode = Pick<TableLockMode, 'sql' | 'short' | 'takenBy'>;

/** `AccessShareLock`, `access share` and `ACCESS SHARE` are one mode. */
const normalize = (mode: string): string =>
  mode
    .toUpperCase()
    .replace(/LOCK$/, '')
    .replace(/[^A-Z]/g, '');

type Pair = {
  readonly held: Mode;
  readonly requested: Mode;
  readonly waits: boolean;
  readonly evidence: string;
};

const pairsOf = (view: View | null, modes: readonly Mode[]): Pair[] => {
  if (!view) return [];
  const at = (name: string): number => view.columns.indexOf(name);
  const mode = (text: string | null | undefined): Mode | undefined =>
    modes.find((candidate) => normalize(candidate.sql) === normalize(text ?? ''));
  return view.rows.flatMap((row): Pair[] => {
    const held = mode(row[at('held')]);
    const requested = mode(row[at('requested')]);
    if (!held || !requested) return [];
    const waits = row[at('outcome')] === 'waits';
    return [{ held, requested, waits, evidence: sanitizeLine(row[at('evidence')] ?? '') }];
  });
};

/**
 * The conflict matrix as far as its pairs have been tried. `view` has rows (held, requested, outcome, evidence),
 * `outcome` being `granted` or `waits`; a cell stays empty until its pair was tried.
 */
export const drawLockMatrix = (
  view: View | null,
  modes: readonly Mode[],
  { width, glyphs }: { readonly width: number; readonly glyphs: Glyphs },
): Line[] => {
  const pairs = pairsOf(view, modes);
  const last = pairs[pairs.length - 1];
  const total = modes.length * modes.length;
  const nameWidth = Math.max(...modes.map((mode) => mode.sql.length));
  const room = width - 8;
  const long = nameWidth + modes.length * 4 <= room;
  const labelWidth = long ? nameWidth : 4;
  const cellWidth = Math.max(3, Math.min(5, Math.floor((room - labelWidth) / modes.length)));

  const cell = (held: Mode, requested: Mode): Span => {
    const pair = pairs.findLast((tried) => tried.held === held && tried.requested === requested);
    const here = pair !== undefined && pair === last && pairs.length < total;
    const sign = pair === undefined ? ' ' : pair.waits ? glyphs.waiting : glyphs.none;
    const style: Style = {
      ...(pair?.waits ? { color: 'yellow' as const } : {}),
      ...(here ? { inverse: true } : {}),
    };
    return span(sign, style);
  };
  const center = (part: Span): Line => {
    const gap = Math.max(0, cellWidth - displayWidth(part.text));
    return [part, span(' '.repeat(gap))];
  };

  const axes = long ? `held ${glyphs.arrowDown}  asked ${glyphs.arrowRight}` : '';
  const lines: Line[] = [
    [
      span(padEnd(` ${axes}`, labelWidth + 2), { dim: true }),
      span('  '),
      ...modes.flatMap((mode) => center(span(mode.short, { bold: true }))),
    ],
  ];
  for (const held of modes) {
    lines.push([
      span(' '),
      span(
        padEnd(long ? held.sql : held.short, labelWidth + 1),
        last?.held === held && pairs.length < total ? { bold: true } : undefined,
      ),
      span('  '),
      ...modes.flatMap((requested) => center(cell(held, requested))),
    ]);
  }
  lines.push([]);
  lines.push([
    span(` ${glyphs.none}`),
    span(' granted at once   ', { dim: true }),
    span(glyphs.waiting, { color: 'yellow' }),
    span(' waits   ', { dim: true }),
    span(`${pairs.length} of ${total} pairs tried`, pairs.length < total ? {} : { dim: true }),
  ]);
  if (last) {
    const what = `${last.requested.sql} against ${last.held.sql}: ${last.waits ? 'waits' : 'granted'}.`;
    const example = `For example ${last.requested.takenBy} while another session has done ${last.held.takenBy}.`;
    const text =
      last.waits && last.evidence ? `${what} Seen: ${last.evidence}. ${example}` : `${what} ${example}`;
    lines.push(
      ...wrapText(text, Math.max(10, width - 4)).map(
        (line, index): Line => [
          span(index === 0 ? ` ${glyphs.cursor} ` : '   ', { dim: true }),
          span(line, { dim: true }),
        ],
      ),
    );
  }
  return lines;
};
