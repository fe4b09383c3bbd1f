import { drawPlan } from '../draw/plan.ts';
import { drawPlanDiff } from '../draw/plan-diff.ts';
import { diffPlans } from '../explain/diff.ts';
import { planToJson } from '../explain/json.ts';
import type { Plan, PlanDiff } from '../explain/types.ts';
import type { Glyphs } from '../text/glyphs.ts';
import { type Line, plainLine } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { fence } from './fence.ts';

export const planFormats = ['text', 'markdown', 'json'] as const;
export type PlanFormat = (typeof planFormats)[number];
export const isPlanFormat = (value: string): value is PlanFormat =>
  planFormats.some((format) => format === value);

export type NamedPlan = { readonly name: string; readonly plan: Plan };
export type PlanTextOptions = {
  readonly width: number;
  readonly glyphs: Glyphs;
  /** Bars beside the numbers. */
  readonly heat: boolean;
};

const titled = (plans: readonly NamedPlan[], draw: (plan: Plan) => Line[]): Line[] =>
  plans.flatMap(({ name, plan }, index): Line[] => [
    ...(index > 0 ? [[]] : []),
    ...(plans.length > 1 ? [plainLine(sanitizeLine(name), { bold: true })] : []),
    ...draw(plan),
  ]);

/** Plans one after another, each as its tree and what was found in it. */
export const plansAsLines = (plans: readonly NamedPlan[], options: PlanTextOptions): Line[] =>
  titled(plans, (plan) => drawPlan(plan, options));

/** What changed from one plan to the other. */
export const diffAsLines = (before: Plan, after: Plan, options: PlanTextOptions): Line[] =>
  drawPlanDiff(diffPlans(before, after), options);

/** The lines as a document: a fence of text under each heading. */
export const plansAsMarkdown = (plans: readonly NamedPlan[], options: PlanTextOptions): string =>
  plans
    .map(({ name, plan }) => {
      const heading = plans.length > 1 ? `## ${sanitizeLine(name)}\n\n` : '';
      return `${heading}${fence('text', drawPlan(plan, options))}\n`;
    })
    .join('\n');

export const diffAsMarkdown = (before: Plan, after: Plan, options: PlanTextOptions): string => {
  const diff = diffPlans(before, after);
  return `**${sanitizeLine(diff.verdict, ' ')}**\n\n${fence('text', drawPlanDiff(diff, options))}\n`;
};

/** docs/explain-json.md */
const diffToJson = (diff: PlanDiff): unknown => ({
  verdict: diff.verdict,
  pages: diff.pages,
  ms: diff.ms,
  rows: diff.rows,
  before: planToJson(diff.before),
  after: planToJson(diff.after),
});

/** One object; a list of them when there are several plans. */
export const plansAsJson = (plans: readonly NamedPlan[]): unknown =>
  plans.length === 1
    ? plans.map(({ plan }) => planToJson(plan))[0]
    : plans.map(({ plan }) => planToJson(plan));

export const diffAsJson = (before: Plan, after: Plan): unknown => diffToJson(diffPlans(before, after));
