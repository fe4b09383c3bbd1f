import type { ViewStep } from '../lesson/types.ts';
import { rowLockModes, tableLockModes } from '../locks/modes.ts';
import type { Glyphs } from '../text/glyphs.ts';
import { type Line, span } from '../text/line.ts';
import type { StepState } from '../timeline/state.ts';
import { drawLockMatrix } from './lock-matrix.ts';
import { drawResult, resultLines } from './result.ts';
import { drawTruthTables } from './truth-table.ts';

/** pg_type.oid of text */
const textOid = 25;

type ViewOptions = { readonly width: number; readonly glyphs: Glyphs };
type Drawer = (view: StepState['view'], options: ViewOptions) => Line[];

/** One picture for each view a lesson can ask for. */
const drawers: Readonly<Record<ViewStep['view'], Drawer>> = {
  'lock-matrix': (view, options) => drawLockMatrix(view, tableLockModes, options),
  'row-lock-matrix': (view, options) => drawLockMatrix(view, rowLockModes, options),
  'truth-table': (view, options) => drawTruthTables(view, options),
  locks: (view, { glyphs }) => {
    if (!view) return [[span('No locks are held by the sessions of this lesson.', { dim: true })]];
    const columns = view.columns.map((name) => ({ name, typeOid: textOid }));
    const { rows } = view;
    return resultLines(
      drawResult({ statement: 1, tag: '', columns, rows, rowCount: rows.length }, { glyphs }),
    );
  },
};

export const viewTitles: Readonly<Record<ViewStep['view'], string>> = {
  'lock-matrix': 'table locks, tried live',
  'row-lock-matrix': 'row locks, tried live',
  'truth-table': 'truth tables, asked live',
  locks: 'locks held and wanted',
};

/** The picture of a view step, as far as its rows have come in. */
export const drawView = (step: ViewStep, view: StepState['view'], options: ViewOptions): Line[] =>
  drawers[step.view](view, options);
