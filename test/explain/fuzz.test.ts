import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeNode } from '../../src/explain/describe.ts';
import { diffPlans } from '../../src/explain/diff.ts';
import { PlanError } from '../../src/explain/error.ts';
import { planToJson } from '../../src/explain/json.ts';
import { readPlans } from '../../src/explain/read.ts';
import type { Plan } from '../../src/explain/types.ts';
import { mutate, random } from '../support/mutate.ts';
import { capturedPlans } from '../support/plans.ts';

const rounds = Number(process.env.PG_TUTOR_FUZZ ?? 5000);
const seed = Number(process.env.PG_TUTOR_FUZZ_SEED ?? 1);

const finite = (value: unknown, path: string): void => {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${path} is ${value}`);
  if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) finite(inner, `${path}.${key}`);
};

/** What holds for every plan that is read, however damaged. */
const check = (plan: Plan): void => {
  expect(plan.nodes.length).toBeGreaterThan(0);
  for (const [index, node] of plan.nodes.entries()) {
    if (node.id !== index + 1 || (node.selfMs ?? 0) < 0) throw new Error(`node ${node.id}: ${node.selfMs}`);
    if (node.parent !== null && node.parent >= node.id)
      throw new Error(`node ${node.id} is above its parent`);
    describeNode(node, plan);
  }
  finite(planToJson(plan), 'plan');
  JSON.stringify(planToJson(plan));
};

const readOrRefuse = (text: string): Plan[] => {
  try {
    return readPlans(text);
  } catch (error) {
    if (error instanceof PlanError && error.message !== '' && error.remedy !== '') return [];
    throw error;
  }
};

/** A chain so many nodes deep. */
const deepJson = (depth: number): string => {
  const head = '{"Node Type":"Limit","Actual Rows":1,"Actual Loops":1,"Actual Total Time":1.0,"Plans":[';
  return `[{"Plan":${head.repeat(depth - 1)}{"Node Type":"Result","Actual Loops":1}${']}'.repeat(depth - 1)}}]`;
};

const deepText = (depth: number): string =>
  Array.from({ length: depth }, (_, at) =>
    at === 0
      ? 'Limit  (cost=0.00..1.00 rows=1 width=4)'
      : `${' '.repeat(6 * at - 4)}->  Limit  (cost=0.00..1.00 rows=1 width=4)`,
  ).join('\n');

describe('damaged plans', () => {
  it(`give a tree or say what is wrong (${rounds} of them, seed ${seed})`, { timeout: 120_000 }, () => {
    const sources = capturedPlans().map(({ file }) => readFileSync(file, 'utf8'));
    const next = random(seed);
    let read = 0;
    let refused = 0;
    let last: Plan | null = null;
    for (let round = 0; round < rounds; round++) {
      let text = sources[Math.floor(next() * sources.length)] ?? '';
      for (let times = 1 + Math.floor(next() * 3); times > 0; times--) text = mutate(text, next);
      try {
        const plans = readOrRefuse(text);
        for (const plan of plans) {
          check(plan);
          if (last) diffPlans(last, plan);
          last = plan;
        }
        if (plans.length > 0) read++;
        else refused++;
      } catch (error) {
        throw new Error(`round ${round} of seed ${seed}:\n${text}`, { cause: error });
      }
    }
    expect(read).toBeGreaterThan(rounds / 5);
    expect(refused).toBeGreaterThan(rounds / 50);
  });

  it('may nest 5,000 deep', () => {
    for (const text of [deepJson(5000), deepText(5000)]) {
      const [plan] = readPlans(text);
      expect(plan?.nodes).toHaveLength(5000);
      expect(plan?.nodes.at(-1)?.depth).toBe(4999);
      if (plan) diffPlans(plan, plan);
    }
    expect(() => readPlans('['.repeat(200_000))).toThrow(PlanError);
    expect(() => readPlans(`${'['.repeat(5000)}${']'.repeat(5000)}`)).toThrow(PlanError);
    expect(() => readPlans(deepJson(5000).slice(0, -20))).toThrow(/1:\d+: not valid JSON/);
  });

  it('may be payers in a ring', () => {
    const scan = (cte: string) => ({
      'Node Type': 'CTE Scan',
      'CTE Name': cte,
      'Actual Loops': 1,
      'Actual Total Time': 9,
    });
    const cte = (name: string, of: string) => ({
      ...scan(of),
      'Parent Relationship': 'InitPlan',
      'Subplan Name': `CTE ${name}`,
    });
    const [plan] = readPlans(
      JSON.stringify({
        Plan: {
          'Node Type': 'Result',
          'Actual Loops': 1,
          'Actual Total Time': 5,
          Plans: [cte('a', 'b'), cte('b', 'a')],
        },
      }),
    );
    expect(plan?.nodes).toHaveLength(3);
  });
});
