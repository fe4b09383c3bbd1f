import type { Glyphs } from '../text/glyphs.ts';
import type { Line } from '../text/line.ts';
import { displayWidth } from '../text/width.ts';
import { wrapText } from '../text/wrap.ts';
import type { Cell, Column } from '../timeline/events.ts';
import type { StepState } from '../timeline/state.ts';
import { drawResult, resultLines } from './result.ts';

/** pg_type.oid of int4 and text */
const [intOid, textOid] = [23, 25];

/** The row comes before the flags: of a narrow screen's columns it is the one to keep. */
const titles = ['lp', 'state', 'xmin', 'xmax', 'ctid', 'row', 'hot'];

/** `749 committed` */
const withFate = (xid: string | undefined, fate: Cell): Cell => (xid && fate ? `${xid} ${fate}` : fate);

/** Columns between two cells. */
const gap = 3;

/** What is left of `width` for the last column, the flags; one of their words always has room. */
const roomForFlags = (rows: readonly Cell[][], width: number): number =>
  titles.slice(0, -1).reduce((room, title, index) => {
    const widest = Math.max(displayWidth(title), ...rows.map((row) => displayWidth(row[index] ?? '')));
    return room - widest - gap;
  }, width);

/** Flags that do not fit beside the rest of their row go on below it. */
const withFlagsBelow = (rows: readonly Cell[][], width: number): Cell[][] => {
  const room = Math.max('updated'.length, roomForFlags(rows, width));
  return rows.flatMap((row): Cell[][] => {
    const [first = '', ...below] = wrapText(row.at(-1) ?? '', room);
    return [[...row.slice(0, -1), first], ...below.map((flags) => [...titles.slice(1).map(() => ''), flags])];
  });
};

/** A page as a table, a line pointer each; `view` has the columns of `view heap-page`. */
export const drawHeapPage = (
  view: StepState['view'],
  { glyphs, width }: { readonly glyphs: Glyphs; readonly width: number },
): Line[] => {
  const columns = titles.map((name): Column => ({ name, typeOid: name === 'lp' ? intOid : textOid }));
  const rows = (view?.rows ?? []).map(([lp, state, xmin, xmax, ctid, hot, row, evidence]): Cell[] => {
    const [xminId, xmaxId] = (evidence ?? '').split('/');
    const cells = [lp, state, withFate(xminId, xmin ?? null), withFate(xmaxId, xmax ?? null), ctid, row, hot];
    // An empty cell here means that there is none, which is not a NULL of the table.
    return cells.map((cell) => cell ?? '');
  });
  const lines = withFlagsBelow(rows, width);
  const picture = drawResult(
    { statement: 1, tag: '', columns, rows: lines, rowCount: lines.length },
    { glyphs },
  );
  return resultLines({ ...picture, footer: [] });
};
