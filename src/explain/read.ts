import { derivePlan } from './derive.ts';
import { PlanError } from './error.ts';
import { withFindings } from './findings.ts';
import { pastedPlans } from './paste-plans.ts';
import type { Plan } from './types.ts';

/**
 * Every plan of a text: the output of EXPLAIN as JSON or text, from PostgreSQL 9.6 on, in the shapes people paste it
 * (psql's frames, server logs, several plans, wrapped lines). @throws {PlanError} saying what is wrong, and where.
 */
export const readPlans = (text: string): Plan[] =>
  pastedPlans(text).map((raw) => withFindings(derivePlan(raw)));

/** The first plan of a text. @throws {PlanError} */
export const readPlan = (text: string): Plan => {
  const [raw] = pastedPlans(text);
  if (!raw) throw new PlanError('no plan found', null, 'Paste the output of EXPLAIN.');
  return withFindings(derivePlan(raw));
};
