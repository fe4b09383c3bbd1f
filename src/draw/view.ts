import type { ViewStep } from '../lesson/types.ts';
import { rowLockModes, tableLockModes } from '../locks/modes.ts';
import type { Glyphs } from '../text/glyphs.ts';
import { type Line, span } from '../text/line.ts';
import type { StepState } from '../timeline/state.ts';
import { drawHeapPage } from './heap-page.ts';
import { drawLockMatrix } from './lock-matrix.ts';
import { drawMeasure } from './measure.ts';
import { drawResult, resultLines } from './result.ts';
import { drawTruthTables } from './truth-table.ts';

/** pg_type.oid of text */
const textOid = 25;

type ViewOptions = { readonly width: number; readonly glyphs: Glyphs };
const drawLocks = (view: StepState['view'], { glyphs }: ViewOptions): Line[] => {
  if (!view) return [[span('No locks are held by the sessions of this lesson.', { dim: true })]];
  const columns = view.columns.map((name) => ({ name, typeOid: textOid }));
  const { rows } = view;
  return resultLines(drawResult({ statement: 1, tag: '', columns, rows, rowCount: rows.length }, { glyphs }));
};

/** What stands above the picture. */
export const viewTitle = (step: ViewStep): string => {
  switch (step.view) {
    case 'lock-matrix':
      return 'table locks, tried live';
    case 'row-lock-matrix':
      return 'row locks, tried live';
    case 'truth-table':
      return 'truth tables, asked live';
    case 'locks':
      return 'locks held and wanted';
    case 'heap-page':
      return `page ${step.page} of ${step.relation}, as it is stored`;
    case 'measure':
      return 'measured live';
  }
};

/** The picture of a view step, as far as its rows have come in. */
export const drawView = (step: ViewStep, view: StepState['view'], options: ViewOptions): Line[] => {
  switch (step.view) {
    case 'lock-matrix':
      return drawLockMatrix(view, tableLockModes, options);
    case 'row-lock-matrix':
      return drawLockMatrix(view, rowLockModes, options);
    case 'truth-table':
      return drawTruthTables(view, options);
    case 'locks':
      return drawLocks(view, options);
    case 'heap-page':
      return drawHeapPage(view, options);
    case 'measure':
      return drawMeasure(view, step.unit, options);
  }
};
