import type { MeasureUnit } from '../lesson/types.ts';
import type { Glyphs } from '../text/glyphs.ts';
import { type Line, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { displayWidth, padEnd, padStart, truncate } from '../text/width.ts';
import type { StepState } from '../timeline/state.ts';
import { formatBytes, heatBar, planGlyphs, wholeCount } from './plan-numbers.ts';

const words: Readonly<Record<MeasureUnit, (value: number) => string>> = {
  pages: (value) => `${wholeCount(value)} ${value === 1 ? 'page' : 'pages'}`,
  wal: (value) => `${formatBytes(value)} of WAL`,
  bytes: formatBytes,
  count: wholeCount,
};

const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(displayWidth));

/**
 * A bar for each variant, as long as its share of the largest: `by index ▏3 pages  0.1 ms`. `view` has rows
 * (variant, value, how long it took).
 */
export const drawMeasure = (
  view: StepState['view'],
  unit: MeasureUnit,
  { width, glyphs }: { readonly width: number; readonly glyphs: Glyphs },
): Line[] => {
  const bars = (view?.rows ?? []).map(([name, value, took]) => ({
    name: sanitizeLine(name ?? ''),
    value: Number(value),
    words: words[unit](Number(value)),
    took: took ?? '',
  }));
  const nameWidth = Math.min(widest(bars.map(({ name }) => name)), Math.floor(width / 3));
  const wordsWidth = widest(bars.map((bar) => bar.words));
  const tookWidth = widest(bars.map(({ took }) => took));
  const barWidth = Math.max(8, Math.min(60, width - nameWidth - wordsWidth - tookWidth - 7));
  const largest = Math.max(1, ...bars.map(({ value }) => value));
  return bars.map(
    ({ name, value, words: text, took }): Line => [
      span(' '),
      span(padEnd(truncate(name, nameWidth, glyphs.ellipsis), nameWidth), { bold: true }),
      span(' '),
      span(padEnd(heatBar(value / largest, barWidth, planGlyphs(glyphs)), barWidth), { color: 'cyan' }),
      span(` ${padStart(text, wordsWidth)}  `),
      span(padStart(took, tookWidth), { dim: true }),
    ],
  );
};
