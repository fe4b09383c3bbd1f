/** Every sign the pictures use, with a twin for terminals that are not UTF-8. Names say what the sign means. */
export type Glyphs = {
  readonly ascii: boolean;
  readonly done: string;
  readonly failed: string;
  readonly skipped: string;
  readonly lost: string;
  readonly waiting: string;
  readonly null: string;
  readonly ellipsis: string;
  readonly cursor: string;
  readonly bullet: string;
  readonly hLine: string;
  readonly vLine: string;
  readonly cross: string;
  readonly holds: string;
  readonly arrowLeft: string;
  readonly arrowRight: string;
  readonly arrowUp: string;
  readonly arrowDown: string;
  readonly enter: string;
  readonly dot: string;
  readonly pageDone: string;
  readonly pageHere: string;
  readonly pageAhead: string;
  readonly lessonDone: string;
  readonly lessonOpen: string;
  readonly lessonNew: string;
  readonly review: string;
  readonly barFull: string;
  readonly barEmpty: string;
  readonly middleDot: string;
  readonly treeBranch: string;
  readonly treeLast: string;
  readonly treePipe: string;
  readonly quoteBar: string;
  readonly none: string;
  /** A line break inside a value. */
  readonly newline: string;
};

export const unicodeGlyphs: Glyphs = {
  ascii: false,
  done: '✓',
  failed: '✗',
  skipped: '–',
  lost: '☠',
  waiting: '░',
  null: '∅',
  ellipsis: '…',
  cursor: '▸',
  bullet: '•',
  hLine: '─',
  vLine: '│',
  cross: '┼',
  holds: '│',
  arrowLeft: '←',
  arrowRight: '→',
  arrowUp: '↑',
  arrowDown: '↓',
  enter: '⏎',
  dot: '·',
  pageDone: '●',
  pageHere: '◉',
  pageAhead: '○',
  lessonDone: '✓',
  lessonOpen: '◐',
  lessonNew: '○',
  review: '↻',
  barFull: '▰',
  barEmpty: '▱',
  middleDot: '·',
  treeBranch: '├─',
  treeLast: '└─',
  treePipe: '│ ',
  quoteBar: '▌',
  none: '·',
  newline: '↵',
};

export const asciiGlyphs: Glyphs = {
  ascii: true,
  done: '+',
  failed: 'x',
  skipped: '-',
  lost: 'X',
  waiting: '#',
  null: 'NULL',
  ellipsis: '~',
  cursor: '>',
  bullet: '*',
  hLine: '-',
  vLine: '|',
  cross: '+',
  holds: '|',
  arrowLeft: '<-',
  arrowRight: '->',
  arrowUp: '^',
  arrowDown: 'v',
  enter: 'Enter',
  dot: '.',
  pageDone: '*',
  pageHere: '@',
  pageAhead: 'o',
  lessonDone: '+',
  lessonOpen: '~',
  lessonNew: 'o',
  review: '@',
  barFull: '#',
  barEmpty: '.',
  middleDot: '-',
  treeBranch: '|-',
  treeLast: '`-',
  treePipe: '| ',
  quoteBar: '|',
  none: '.',
  newline: '+',
};

/** UTF-8 signs when the locale says UTF-8 (first of LC_ALL, LC_CTYPE, LANG that is set, as setlocale(3) does). */
export const glyphsFor = (env: Readonly<Record<string, string | undefined>>): Glyphs => {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  const utf8 = /utf-?8/i.test(locale) || (locale === '' && process.platform !== 'linux');
  return utf8 && env.TERM !== 'linux' ? unicodeGlyphs : asciiGlyphs;
};
