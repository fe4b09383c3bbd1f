import * as z from 'zod/mini';
import { $ZodError } from 'zod/v4/core';

/** One node of an executed plan. Numbers are as EXPLAIN (FORMAT JSON) prints them; absent ones are null. */
export type PlanNode = {
  /** `Seq Scan`, `Hash Join`… */
  readonly type: string;
  readonly relation: string | null;
  readonly alias: string | null;
  readonly index: string | null;
  /** How the parent uses it: `InitPlan 1`, `CTE x`… */
  readonly subplan: string | null;
  /** Estimated rows per loop. */
  readonly planRows: number | null;
  /** Actual rows per loop (a fraction from 18 on). */
  readonly actualRows: number | null;
  /** 0: never executed. */
  readonly loops: number | null;
  /** Milliseconds until the last row, per loop, children included. */
  readonly totalMs: number | null;
  /** Shared buffers hit and read, children included, all loops. */
  readonly pages: number | null;
  /** Conditions and counts worth a line below the node: `Filter: (id > 5)`. */
  readonly details: readonly string[];
  readonly children: readonly PlanNode[];
};

export type Plan = {
  readonly root: PlanNode;
  readonly planningMs: number | null;
  readonly executionMs: number | null;
};

/** The text is not a plan; the message says why. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
}

const detailKeys = [
  'Join Type',
  'Index Cond',
  'Recheck Cond',
  'Hash Cond',
  'Merge Cond',
  'Join Filter',
  'Filter',
  'Rows Removed by Filter',
  'Rows Removed by Index Recheck',
  'Heap Fetches',
  'Index Searches',
  'Sort Key',
  'Sort Method',
  'Group Key',
  'Workers Launched',
  'Subplans Removed',
] as const;

const nodeSchema = z.looseObject({
  'Node Type': z.string(),
  'Relation Name': z.optional(z.string()),
  Alias: z.optional(z.string()),
  'Index Name': z.optional(z.string()),
  'Subplan Name': z.optional(z.string()),
  'Plan Rows': z.optional(z.number()),
  'Actual Rows': z.optional(z.number()),
  'Actual Loops': z.optional(z.number()),
  'Actual Total Time': z.optional(z.number()),
  'Shared Hit Blocks': z.optional(z.number()),
  'Shared Read Blocks': z.optional(z.number()),
  Plans: z.optional(z.array(z.unknown())),
});

const outputSchema = z
  .array(
    z.looseObject({
      Plan: z.unknown(),
      'Planning Time': z.optional(z.number()),
      'Execution Time': z.optional(z.number()),
    }),
  )
  .check(z.minLength(1));

const detail = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : String(value));

const node = (value: unknown): PlanNode => {
  const raw = nodeSchema.parse(value);
  const hit = raw['Shared Hit Blocks'];
  const read = raw['Shared Read Blocks'];
  return {
    type: raw['Node Type'],
    relation: raw['Relation Name'] ?? null,
    alias: raw.Alias ?? null,
    index: raw['Index Name'] ?? null,
    subplan: raw['Subplan Name'] ?? null,
    planRows: raw['Plan Rows'] ?? null,
    actualRows: raw['Actual Rows'] ?? null,
    loops: raw['Actual Loops'] ?? null,
    totalMs: raw['Actual Total Time'] ?? null,
    pages: hit === undefined && read === undefined ? null : (hit ?? 0) + (read ?? 0),
    details: detailKeys.flatMap((key) => (raw[key] === undefined ? [] : [`${key}: ${detail(raw[key])}`])),
    children: (raw.Plans ?? []).map(node),
  };
};

/** Reads the output of EXPLAIN (FORMAT JSON). @throws {PlanError} */
export const parsePlan = (text: string): Plan => {
  try {
    const [first] = outputSchema.parse(JSON.parse(text));
    return {
      root: node(first?.Plan),
      planningMs: first?.['Planning Time'] ?? null,
      executionMs: first?.['Execution Time'] ?? null,
    };
  } catch (error) {
    if (error instanceof SyntaxError) throw new PlanError(`not JSON: ${error.message}`);
    if (error instanceof $ZodError) {
      const [issue] = error.issues;
      throw new PlanError(`not a plan: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
    }
    throw error;
  }
};
