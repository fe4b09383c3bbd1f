import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readPlan } from '../../src/explain/read.ts';
import type { Plan, PlanNode } from '../../src/explain/types.ts';
import { title } from '../../src/explain/words.ts';

const fixtures = path.join(import.meta.dirname, '..', 'fixtures', 'plans');

export type Captured = { readonly major: number; readonly name: string; readonly file: string };

export const capturedPlans = (): Captured[] =>
  readdirSync(fixtures).flatMap((major) =>
    readdirSync(path.join(fixtures, major)).map((file) => ({
      major: Number(major),
      name: file.replace(/\.\w+$/, ''),
      file: path.join(fixtures, major, file),
    })),
  );

export const readFixture = (major: number, file: string): string =>
  readFileSync(path.join(fixtures, String(major), file), 'utf8');

export const readCaptured = (file: string): Plan => readPlan(readFileSync(file, 'utf8'));

export const conformance = path.join(import.meta.dirname, '../../../shared/conformance/plans/pg18');
export const hasConformance = existsSync(conformance);

/** How far the numbers are from adding up to the execution time, and how far they may be. */
export const sumError = (plan: Plan): { readonly error: number; readonly allowed: number } => {
  const self = plan.nodes.reduce((sum, node) => sum + (node.selfMs ?? 0), 0);
  const { triggersMs, serializationMs, outsideMs } = plan.buckets;
  const total = plan.executionMs ?? 0;
  const sum = self + (triggersMs ?? 0) + (serializationMs ?? 0) + (outsideMs ?? 0);
  return { error: Math.abs(sum - total), allowed: 0.01 + 1e-4 * total };
};

export const nameOf = (node: PlanNode): string =>
  node.subplanName ? `${node.subplanName} ${title(node)}` : title(node);

/** A plan as nested lines of what both formats print of a node. */
export const outline = (plan: Plan): string[] =>
  plan.nodes.map((node) =>
    [
      '  '.repeat(node.depth) + nameOf(node),
      node.alias,
      node.role === null ? '' : node.role,
      node.joinType,
      node.planRows,
      node.neverExecuted ? 'never' : node.loops === null ? 'not run' : 'ran',
      ...node.conditions.map((one) => `${one.name}: ${one.text}`),
      node.workersPlanned,
      node.subplansRemoved,
      node.output?.length,
    ].join(' | '),
  );
