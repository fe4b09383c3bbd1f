/**
 * How much CPU it takes to read a plan (parse, derive, find), and to lay its tree out, for 500, 5,000 and 20,000
 * nodes. The last column is per thousand nodes, and should not grow. Twice, for these are two questions:
 *
 * - warm: medians of code that has run before. It says what our arithmetic costs, and whether it is linear.
 * - cold: each plan is the first of a new process, which is what somebody who opens one plan gets. Half of it and more
 *   is V8 compiling (process.cpuUsage counts its threads too), so it does not grow with the plan as the work does.
 *
 * Nothing is collected between rounds: a forced collection makes V8 throw compiled code away that it would have kept.
 *
 *   npm run bench -- explain [rounds]     15 by default
 */
import { spawnSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { drawPlan } from '../src/draw/plan.ts';
import { readPlan } from '../src/explain/read.ts';
import { unicodeGlyphs } from '../src/text/glyphs.ts';
import { cpuSince, median } from './support/measure.ts';

const buffers = {
  'Shared Hit Blocks': 4,
  'Shared Read Blocks': 1,
  'Shared Dirtied Blocks': 0,
  'Shared Written Blocks': 0,
  'Local Hit Blocks': 0,
  'Local Read Blocks': 0,
  'Local Dirtied Blocks': 0,
  'Local Written Blocks': 0,
  'Temp Read Blocks': 0,
  'Temp Written Blocks': 0,
};

/** An Append over joins of partitions, as a partition-wise join gives it, printed as EXPLAIN prints it. */
const planOf = (count: number): string => {
  let made = 1;
  const node = (type: string, extra: object, plans: object[] = []): object => ({
    'Node Type': type,
    'Parallel Aware': false,
    'Async Capable': false,
    'Startup Cost': 0.0,
    'Total Cost': 10.5,
    'Plan Rows': 10,
    'Plan Width': 8,
    'Actual Startup Time': 0.011,
    'Actual Total Time': 0.02 * (1 + plans.length),
    'Actual Rows': 10,
    'Actual Loops': 1,
    Disabled: false,
    ...extra,
    ...buffers,
    ...(plans.length > 0 ? { Plans: plans } : {}),
  });
  const scan = (relationship: string): object =>
    node('Seq Scan', {
      'Parent Relationship': relationship,
      'Relation Name': `part_${made++}`,
      Alias: `p_${made}`,
      Filter: '(id > 5)',
      'Rows Removed by Filter': 3,
    });
  const members: object[] = [];
  while (made < count) {
    made += 2;
    const hash = node(
      'Hash',
      { 'Parent Relationship': 'Inner', 'Hash Buckets': 1024, 'Hash Batches': 1, 'Peak Memory Usage': 9 },
      [scan('Outer')],
    );
    members.push(
      node(
        'Hash Join',
        { 'Parent Relationship': 'Member', 'Join Type': 'Inner', 'Hash Cond': '(a.id = b.id)' },
        [scan('Outer'), hash],
      ),
    );
  }
  const root = node('Append', { 'Subplans Removed': 0 }, members);
  return JSON.stringify(
    [
      {
        Plan: { ...root, 'Actual Total Time': members.length * 0.08 },
        'Planning Time': 1,
        'Execution Time': members.length * 0.08 + 1,
      },
    ],
    null,
    2,
  );
};

type Cost = { readonly nodes: number; readonly mb: number; readonly read: number; readonly layout: number };

const once = (text: string): Cost => {
  const from = process.cpuUsage();
  const plan = readPlan(text);
  const read = cpuSince(from);
  drawPlan(plan, { width: 120, glyphs: unicodeGlyphs });
  return { nodes: plan.nodes.length, mb: text.length / 1e6, read, layout: cpuSince(from) - read };
};

const say = (name: string, costs: readonly Cost[]): void => {
  const [first] = costs;
  if (!first) return;
  const [read, layout] = [median(costs.map((one) => one.read)), median(costs.map((one) => one.layout))];
  const column = (value: number): string => value.toFixed(1).padStart(6);
  process.stdout.write(
    `${name} ${String(first.nodes).padStart(6)} nodes ${first.mb.toFixed(1).padStart(5)} MB   read ${column(read)} ms   layout ${column(layout)} ms   both ${column(read + layout)} ms   ${(((read + layout) * 1000) / first.nodes).toFixed(1)} per 1,000\n`,
  );
};

const [mode, count] = process.argv.slice(2);
if (mode === 'one') {
  process.stdout.write(JSON.stringify(once(planOf(Number(count)))));
} else {
  const rounds = Number(mode ?? 15);
  const sizes = [500, 5_000, 20_000];
  process.stdout.write(`load ${loadavg()[0]?.toFixed(1)}\n`);
  const warming = planOf(5_000);
  for (let round = 0; round < 6; round++) once(warming);
  for (const size of sizes) {
    const text = planOf(size);
    say(
      'warm',
      Array.from({ length: rounds }, () => once(text)),
    );
  }
  for (const size of sizes) {
    const program = process.argv[1] ?? '';
    const run = (): Cost =>
      JSON.parse(spawnSync(process.execPath, [program, 'one', String(size)], { encoding: 'utf8' }).stdout);
    say('cold', Array.from({ length: 5 }, run));
  }
}
