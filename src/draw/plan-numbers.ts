import type { Glyphs } from '../text/glyphs.ts';
import type { Style } from '../text/line.ts';

/** Signs that only pictures of plans use, with their twins for terminals that are not UTF-8. */
export type PlanGlyphs = {
  /** More rows than the planner expected. */
  readonly under: string;
  /** Fewer rows. */
  readonly over: string;
  readonly never: string;
  readonly parallel: string;
  readonly disabled: string;
  readonly finding: string;
  readonly paid: string;
  readonly times: string;
  readonly minus: string;
  readonly arrow: string;
  readonly folded: string;
  readonly branch: string;
  readonly last: string;
  readonly subBranch: string;
  readonly subLast: string;
  readonly pipe: string;
  readonly bracket: string;
  /** A bar from empty to one column, in steps. */
  readonly eighths: readonly string[];
};

const unicode: PlanGlyphs = {
  under: '▲',
  over: '▼',
  never: '✗',
  parallel: '∥',
  disabled: '⚠',
  finding: '!',
  paid: '⇢',
  times: '×',
  minus: '−',
  arrow: '→',
  folded: '▸',
  branch: '├─',
  last: '└─',
  subBranch: '├╌',
  subLast: '└╌',
  pipe: '│ ',
  bracket: '║ ',
  eighths: ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'],
};

const ascii: PlanGlyphs = {
  under: '^',
  over: 'v',
  never: 'x',
  parallel: '=',
  disabled: '?',
  finding: '!',
  paid: '->',
  times: 'x',
  minus: '-',
  arrow: '->',
  folded: '>',
  branch: '|-',
  last: '`-',
  subBranch: '|.',
  subLast: '`.',
  pipe: '| ',
  bracket: '= ',
  eighths: ['', '', '', '', '#', '#', '#', '#', '#'],
};

export const planGlyphs = (glyphs: Glyphs): PlanGlyphs => (glyphs.ascii ? ascii : unicode);

const grouped = (value: number): string =>
  Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');

/** `0.13`, `67.80`, `1,234.5`, `12,345`: at most nine columns up to 28 hours. */
export const formatMs = (ms: number): string => {
  if (ms < 0.005) return ms > 0 ? ms.toFixed(3) : '0';
  if (ms < 1_000) return ms.toFixed(2);
  return ms < 10_000 ? `${grouped(Math.floor(ms))}.${Math.floor((ms % 1) * 10)}` : grouped(ms);
};

/** Milliseconds in words that are read alone: `0.13 ms`, `1.2 s`. */
export const msInWords = (ms: number): string => {
  if (ms < 1_000) return `${ms < 10 ? ms.toFixed(2) : ms.toFixed(1)} ms`;
  return ms < 60_000 ? `${(ms / 1_000).toFixed(2)} s` : `${(ms / 60_000).toFixed(1)} min`;
};

const scaled = (value: number, units: readonly string[], base: number): string => {
  let unit = 0;
  let rest = value;
  while (rest >= base - base / 2_000 && unit < units.length - 1) {
    rest /= base;
    unit += 1;
  }
  const digits = unit === 0 || rest >= 99.95 ? 0 : 1;
  return `${rest.toFixed(digits)}${units[unit] ?? ''}`;
};

/** At most six columns: `7`, `0.33`, `9,999`, `12.3k`, `1.8M`. */
export const formatCount = (value: number): string => {
  if (value < 10 && !Number.isInteger(value)) return value.toFixed(2);
  if (value < 9_999.5) return grouped(value);
  return value < 1e18 ? scaled(value, ['', 'k', 'M', 'G', 'T', 'P'], 1_000) : value.toExponential(0);
};

/** `640 B`, `8.0 kB`, `1.2 MB`. */
export const formatBytes = (bytes: number): string =>
  scaled(bytes, [' B', ' kB', ' MB', ' GB', ' TB', ' PB'], 1_024);

export const wholeCount = (value: number): string => (value < 1e15 ? grouped(value) : value.toExponential(2));

/** How much a misestimate says: the thresholds are 10, 100 and 1000 times. */
const factorStyle = (times: number): Style => {
  if (times > 1_000) return { color: 'red', bold: true };
  if (times > 100) return { color: 'yellow', bold: true };
  return times > 10 ? { color: 'yellow' } : { dim: true };
};

/** `▲37`: 37 times more rows than expected; `▼37`: 37 times fewer. Nothing below 2. */
export const formatFactor = (
  factor: number | null,
  signs: PlanGlyphs,
): { readonly text: string; readonly style: Style } => {
  const times = factor === null || factor <= 0 ? 1 : Math.max(factor, 1 / factor);
  if (factor === null || times < 2) return { text: '', style: {} };
  return {
    text: `${factor > 1 ? signs.under : signs.over}${formatFactorNumber(times)}`,
    style: factorStyle(times),
  };
};

const formatFactorNumber = (times: number): string =>
  times < 10 ? times.toFixed(1) : times < 10_000 ? String(Math.round(times)) : formatCount(times);

/** How hot a share of the whole is: the thresholds are 10, 40 and 90 %. */
export const shareStyle = (share: number): Style => {
  if (share > 0.9) return { color: 'red', bold: true };
  if (share > 0.4) return { color: 'yellow', bold: true };
  return share > 0.1 ? { bold: true } : {};
};

/** A bar of `share` × `width` columns. */
export const heatBar = (share: number, width: number, signs: PlanGlyphs): string => {
  const eighths = Math.round(Math.max(0, Math.min(1, share)) * width * 8);
  const full = signs.eighths[8] ?? '';
  return full.repeat(Math.floor(eighths / 8)) + (signs.eighths[eighths % 8] ?? '');
};
