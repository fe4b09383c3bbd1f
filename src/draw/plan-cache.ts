import { diffPlans } from '../explain/diff.ts';
import { PlanError } from '../explain/error.ts';
import { readPlan } from '../explain/read.ts';
import type { Plan, PlanDiff } from '../explain/types.ts';

/** Plans on screen at once; a frame a second must not parse them again. */
const most = 16;
const plans = new Map<string, Plan | null>();

/** The plan that EXPLAIN printed; null when it is none that we understand (a server newer than we know). */
export const planOf = (text: string): Plan | null => {
  const known = plans.get(text);
  if (known !== undefined) return known;
  let plan: Plan | null = null;
  try {
    plan = readPlan(text);
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
  }
  const [oldest] = plans.keys();
  if (plans.size >= most && oldest !== undefined) plans.delete(oldest);
  plans.set(text, plan);
  return plan;
};

const diffs = new WeakMap<Plan, WeakMap<Plan, PlanDiff>>();

export const diffOf = (before: Plan, after: Plan): PlanDiff => {
  const known = diffs.get(before) ?? new WeakMap<Plan, PlanDiff>();
  diffs.set(before, known);
  const diff = known.get(after) ?? diffPlans(before, after);
  known.set(after, diff);
  return diff;
};
