/** Characters of a text that others take the place of; offsets in UTF-16 units. */
export type Edit = { readonly start: number; readonly end: number; readonly text: string };

/** Lines around a change, as diff(1) and git print them. */
const around = 3;

/** Lines `from` to before `to` (from 0) that others take the place of. */
type Change = { readonly from: number; readonly to: number; readonly lines: readonly string[] };

/** Lines with their ends, so that a last line without one can be told. */
const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

/** Edits that touch the same line become one change. They may not overlap. */
const changesOf = (text: string, edits: readonly Edit[]): Change[] => {
  const starts = [0];
  for (const line of linesOf(text)) starts.push((starts.at(-1) ?? 0) + line.length);
  const lineAt = (offset: number): number => starts.findLastIndex((start) => start <= offset);
  const groups: { from: number; to: number; edits: Edit[] }[] = [];
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    const from = lineAt(edit.start);
    const to = lineAt(Math.max(edit.start, edit.end - 1)) + 1;
    const last = groups.at(-1);
    if (last && from < last.to) {
      last.to = Math.max(last.to, to);
      last.edits.push(edit);
    } else groups.push({ from, to, edits: [edit] });
  }
  return groups.map(({ from, to, edits: inside }) => {
    const start = starts[from] ?? 0;
    const old = text.slice(start, starts[to] ?? text.length);
    const fresh = inside.reduceRight(
      (done, edit) => done.slice(0, edit.start - start) + edit.text + done.slice(edit.end - start),
      old,
    );
    return { from, to, lines: linesOf(fresh) };
  });
};

/** The text after the edits. */
export const applyEdits = (text: string, edits: readonly Edit[]): string =>
  [...edits]
    .sort((a, b) => b.start - a.start)
    .reduce((done, { start, end, text: fresh }) => done.slice(0, start) + fresh + done.slice(end), text);

const marked = (sign: string, lines: readonly string[]): string =>
  lines
    .map((line) => `${sign}${line}${line.endsWith('\n') ? '' : '\n\\ No newline at end of file\n'}`)
    .join('');

/** `3,4` and, of a single line, `3`; of no lines, the line before (POSIX diff -u). */
const range = (from: number, count: number): string =>
  `${count === 0 ? from : from + 1}${count === 1 ? '' : `,${count}`}`;

/**
 * The edits as `diff -u` would print them, for `git apply` and `patch -p1`; empty without edits.
 * @param name the file, relative to where the patch is applied, with `/`
 */
export const unifiedDiff = (name: string, text: string, edits: readonly Edit[]): string => {
  const lines = linesOf(text);
  const hunks: Change[][] = [];
  for (const change of changesOf(text, edits)) {
    const near = hunks.at(-1)?.at(-1);
    if (near && change.from - near.to <= 2 * around) hunks.at(-1)?.push(change);
    else hunks.push([change]);
  }
  let grown = 0;
  const printed = hunks.map((changes) => {
    const from = Math.max(0, (changes[0]?.from ?? 0) - around);
    const to = Math.min(lines.length, (changes.at(-1)?.to ?? 0) + around);
    let body = '';
    let at = from;
    let more = 0;
    for (const change of changes) {
      body += marked(' ', lines.slice(at, change.from));
      body += marked('-', lines.slice(change.from, change.to)) + marked('+', change.lines);
      at = change.to;
      more += change.lines.length - (change.to - change.from);
    }
    body += marked(' ', lines.slice(at, to));
    const head = `@@ -${range(from, to - from)} +${range(from + grown, to - from + more)} @@\n`;
    grown += more;
    return head + body;
  });
  return printed.length === 0 ? '' : `--- a/${name}\n+++ b/${name}\n${printed.join('')}`;
};
