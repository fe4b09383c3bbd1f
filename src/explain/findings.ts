import type { Plan } from './types.ts';
export const withFindings = (plan: Plan): Plan => plan;
