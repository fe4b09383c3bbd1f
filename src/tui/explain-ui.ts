import type { Side } from '../draw/plan-diff.ts';
import { firstView, type MetricView } from '../draw/plan-metric.ts';
import { type Folds, noFolds } from '../draw/plan-rows.ts';
import type { Plan } from '../explain/types.ts';

/** A plan to look at, and what to call it: `plan.json`, `plan 2`, `by index`. */
export type PlanItem = { readonly name: string; readonly plan: Plan };

/** Which of the pictures of a plan is shown. `choose`: the list of plans. */
export type PlanPicture = 'tree' | 'text' | 'json' | 'diff' | 'choose';

export type Size = { readonly width: number; readonly height: number };

/** What the screen begins with. `picture`: by default the tree, or the list when there are several plans. */
export type ExplainStart = {
  readonly items: readonly PlanItem[];
  readonly picture?: PlanPicture;
  /** Calls with the plans of a file whenever it has changed, or with what is wrong with it. @returns a stop */
  readonly watch?: (changed: (found: readonly PlanItem[] | Error) => void) => () => void;
};

/** What the plan screen remembers of where one looks. */
export type ExplainUi = {
  readonly items: readonly PlanItem[];
  /** Index of the plan that is shown; in a difference, of the one after. */
  readonly item: number;
  /** Index of the plan it is compared with. */
  readonly base: number;
  readonly picture: PlanPicture;
  readonly side: Side;
  readonly view: MetricView;
  readonly folds: Folds;
  /** Row under the cursor, and the first row in sight; of text and JSON only the latter counts. */
  readonly cursor: number;
  readonly top: number;
  readonly focus: 'tree' | 'detail';
  readonly detailTop: number;
  readonly query: string;
  readonly searching: boolean;
  /** First line of the list of keys; null: it is not open. */
  readonly help: number | null;
  readonly notice: string | null;
  /** Ctrl+C was pressed once. */
  readonly leaving: boolean;
};

const nothing: MetricView = { metric: 'time', inclusive: false, clock: 'wall' };

/** Looking at another plan starts from its top. */
export const lookAt = (items: readonly PlanItem[], item: number): Partial<ExplainUi> => {
  const plan = items[item]?.plan;
  return {
    items,
    item,
    base: item > 0 ? item - 1 : Math.min(1, items.length - 1),
    picture: 'tree',
    view: plan ? firstView(plan) : nothing,
    folds: noFolds,
    cursor: 0,
    top: 0,
    detailTop: 0,
    focus: 'tree',
  };
};

export const explainUi = (items: readonly PlanItem[], picture: PlanPicture | null = null): ExplainUi => ({
  items: [],
  item: 0,
  base: 0,
  picture: 'tree',
  side: 'after',
  view: nothing,
  folds: noFolds,
  cursor: 0,
  top: 0,
  focus: 'tree',
  detailTop: 0,
  query: '',
  searching: false,
  help: null,
  notice: null,
  leaving: false,
  ...lookAt(items, picture === 'diff' ? items.length - 1 : 0),
  ...(picture === null ? (items.length > 1 ? { picture: 'choose' } : {}) : { picture }),
});
