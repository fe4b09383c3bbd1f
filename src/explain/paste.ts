/**
 * A paste as lines without what surrounds a plan: psql's frames and continuation marks, pgAdmin's quotes, the
 * prefixes of a server log. Each line remembers where it came from, for errors.
 */
export type Paste = {
  readonly lines: readonly string[];
  /** Line number in the paste, from 1. */
  readonly numbers: readonly number[];
  /** How many characters were cut off in front. */
  readonly cut: readonly number[];
  /** `duration: 12.3 ms  plan:` of auto_explain, by the index of the line after it. */
  readonly durations: ReadonlyMap<number, number>;
};

/** The head of a message in a server log, whatever log_line_prefix is: severity, two spaces. */
const severity =
  /(?:^|\s|\])(?:DEBUG\d?|LOG|INFO|NOTICE|WARNING|ERROR|FATAL|PANIC|STATEMENT|DETAIL|HINT|CONTEXT|LOCATION):\s{1,2}/;
const planHead = /duration: (\d+(?:\.\d+)?) ms\s+plan:\s*/;
/** syslog repeats its prefix on each line: `Jan  1 10:00:00 host postgres[123]: [4-2] #011...` */
const syslog = /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ [^:[]*\[\d+\]: \[\d+-\d+\] /;

const framed = /^[ \t]*[|│║][ ]?(.*?)[ ]*[|│║][ \t]*$/;
const rule = /^[ \t]*[-+=|─━═┌┐└┘├┤┬┴┼╔╗╚╝╠╣╭╮╰╯│║]{3,}[ \t]*$/;
const heading = /^[ \t|│║]*QUERY PLAN[ \t|│║]*$/i;
const rowCount = /^[ \t]*\(\d+ (?:rows?|строк\S*|lignes?|filas?|Zeilen?)\)[ \t]*$/;
/** psql's mark at the end of a line that goes on. No expression: deep plans begin with thousands of spaces. */
const isMarked = (line: string): boolean => {
  const end = line.trimEnd();
  return end.endsWith('+') || end.endsWith('↵');
};
const unmarked = (line: string): string => (isMarked(line) ? line.trimEnd().slice(0, -1).trimEnd() : line);
/** A mail's mark of what is quoted. */
const mailed = /^ ?>+(?: |$)/;
/** psql's expanded display: a heading for each row, the column's name before each line. */
const record = /^[-─┌├╭]\[ \w+ \d+ \]/;
const field = /^(?:QUERY PLAN| {10}) [|│] ?/;
const quoted = /^\s*"(.*)"[\s,;]*$/;

const share = (lines: readonly string[], is: (line: string) => boolean): number => {
  let filled = 0;
  let hits = 0;
  // So many lines tell what a long paste is, too.
  const step = Math.max(1, Math.floor(lines.length / 5000));
  for (let index = 0; index < lines.length; index += step) {
    const line = lines[index] ?? '';
    if (line.trim() === '') continue;
    filled++;
    if (is(line)) hits++;
  }
  return filled === 0 ? 0 : hits / filled;
};

/** Takes the surroundings off. Linear in the length of the text. */
export const cleanPaste = (text: string): Paste => {
  const source = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r|\u2028/);
  const isFramed = share(source, (line) => framed.test(line)) > 0.5;
  const isContinued = share(source, (line) => isMarked(line.trimEnd().replace(/[|│║]$/, ''))) > 0.3;
  const isQuoted = share(source, (line) => quoted.test(line)) > 0.8;
  const isMailed = share(source, (line) => mailed.test(line)) > 0.8;
  const isExpanded = source.some((line) => record.test(line));
  const isLog = source.some((line) => planHead.test(line));

  const lines: string[] = [];
  const numbers: number[] = [];
  const cut: number[] = [];
  const durations = new Map<number, number>();
  let inMessage = false;

  const add = (line: string, number: number, removed: number): void => {
    lines.push(line);
    numbers.push(number);
    cut.push(removed);
  };

  for (const [index, original] of source.entries()) {
    let line = original;
    const from = (): number => Math.max(0, original.length - line.length);
    if (isLog) {
      line = line.replace(syslog, '').replaceAll('#011', '\t');
      const head = planHead.exec(line);
      if (head) {
        inMessage = true;
        durations.set(lines.length, Number(head[1]));
        const rest = line.slice(head.index + head[0].length);
        // An empty line keeps two plans apart.
        if (rest.trim() === '') add('', index + 1, 0);
        else add(rest, index + 1, original.length - rest.length);
        continue;
      }
      if (severity.test(line) && !/^\t/.test(line)) {
        inMessage = false;
        add('', index + 1, 0);
        continue;
      }
      if (!inMessage) continue;
      if (line.startsWith('\t')) line = line.slice(1);
    }
    if (isMailed) line = line.replace(mailed, '');
    if (isExpanded) line = record.test(line) ? '' : line.replace(field, '');
    if (isQuoted) {
      const inner = quoted.exec(line);
      if (inner?.[1] !== undefined) line = inner[1].replaceAll('""', '"');
    }
    if (isFramed) {
      const inner = framed.exec(line);
      if (inner?.[1] !== undefined) line = inner[1];
    }
    if (isContinued) line = unmarked(line);
    if (heading.test(line) || rule.test(line) || rowCount.test(line)) line = '';
    // \pset format wrapped: a dot at the end, and one in the margin of what follows.
    const last = lines.length - 1;
    const previous = lines[last];
    if (previous !== undefined && /[.…]\s*$/.test(previous) && /^[.…](?![.\d])/.test(line)) {
      lines[last] = previous.replace(/[.…]\s*$/, '') + line.slice(1);
      continue;
    }
    add(
      line.replace(/\u00a0/g, ' '),
      index + 1,
      isQuoted || isFramed || isLog || isMailed || isExpanded ? from() : 0,
    );
  }
  return { lines, numbers, cut, durations };
};
