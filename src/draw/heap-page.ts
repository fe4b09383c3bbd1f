import type { Glyphs } from '../text/glyphs.ts';
import type { Line } from '../text/line.ts';
import type { Cell, Column } from '../timeline/events.ts';
import type { StepState } from '../timeline/state.ts';
import { drawResult, resultLines } from './result.ts';

/** pg_type.oid of int4 and text */
const [intOid, textOid] = [23, 25];

/** The row comes before the flags: of a narrow screen's columns it is the one to keep. */
const titles = ['lp', 'state', 'xmin', 'xmax', 'ctid', 'row', 'hot'];

/** `749 committed` */
const withFate = (xid: string | undefined, fate: Cell): Cell => (xid && fate ? `${xid} ${fate}` : fate);

/** A page as a table, a line pointer each; `view` has the columns of `view heap-page`. */
export const drawHeapPage = (view: StepState['view'], { glyphs }: { readonly glyphs: Glyphs }): Line[] => {
  const columns = titles.map((name): Column => ({ name, typeOid: name === 'lp' ? intOid : textOid }));
  const rows = (view?.rows ?? []).map(([lp, state, xmin, xmax, ctid, hot, row, evidence]): Cell[] => {
    const [xminId, xmaxId] = (evidence ?? '').split('/');
    const cells = [lp, state, withFate(xminId, xmin ?? null), withFate(xmaxId, xmax ?? null), ctid, row, hot];
    // An empty cell here means that there is none, which is not a NULL of the table.
    return cells.map((cell) => cell ?? '');
  });
  const picture = drawResult({ statement: 1, tag: '', columns, rows, rowCount: rows.length }, { glyphs });
  return resultLines({ ...picture, footer: [] });
};
