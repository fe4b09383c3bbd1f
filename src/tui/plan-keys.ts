import { comparedSteps } from '../draw/compare.ts';
import { planOf } from '../draw/plan-cache.ts';
import type { Comparison } from '../lesson/types.ts';
import { type PlayerState, visibleBlocks } from '../player/state.ts';
import type { Context } from './context.ts';
import type { ExplainStart, PlanItem } from './explain-ui.ts';
import type { Binding } from './keymap.ts';
import { shownStep } from './screens/result-pane.ts';

const item = (name: string, text: string | null): PlanItem[] => {
  const plan = text === null ? null : planOf(text);
  return plan ? [{ name, plan }] : [];
};

/** The last comparison of plans on the page, once both steps have run. */
const compared = (state: PlayerState): ExplainStart | null => {
  const blocks = visibleBlocks(state).filter(
    (block): block is Comparison => block.kind === 'compare' && block.of === 'plans',
  );
  const block = blocks.at(-1);
  const steps = block && comparedSteps(block, state.timeline.steps);
  if (!block || !steps) return null;
  const items = [...item(block.left.label, steps.left.plan), ...item(block.right.label, steps.right.plan)];
  return items.length === 2 ? { items, picture: 'diff' } : null;
};

/** What there is to look at closely: two plans that the page compares, else the plan in the result pane. */
const plansHere = ({ state }: Context): ExplainStart | null => {
  if (!state) return null;
  const both = compared(state);
  if (both) return both;
  const step = shownStep(state);
  const items = step ? item(step.step, step.plan) : [];
  return items.length > 0 ? { items } : null;
};

const hasPlan = ({ state }: Context): boolean =>
  state !== null && (shownStep(state)?.plan != null || compared(state) !== null);

/** Lessons: a plan over the whole screen. */
export const planKeys: readonly Binding<Context>[] = [
  {
    id: 'plan',
    keys: ['p'],
    help: 'the plan over the whole screen: every node explained',
    hint: () => 'plan',
    when: hasPlan,
    run: (context) => {
      const start = plansHere(context);
      if (start) context.actions.openExplain(start);
    },
  },
];
