/**
 * How much CPU it takes to read a plan, to derive its numbers and to lay it out, for 500, 5,000 and 20,000 nodes.
 * Medians of warm code, before them the very first plan; the last column is per thousand nodes, and should not grow.
 *
 *   npm run bench -- explain [rounds]     9 by default
 */
import { loadavg } from 'node:os';
import { drawPlan } from '../src/draw/plan.ts';
import { readPlan } from '../src/explain/read.ts';
import { unicodeGlyphs } from '../src/text/glyphs.ts';
import { collectGarbage, cpuSince, median } from './support/measure.ts';

const rounds = Number(process.argv[2] ?? 9);

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

const cpu = (work: () => void): number => {
  // What is left of making the plan, and of the round before, is not the reader's.
  collectGarbage();
  const from = process.cpuUsage();
  work();
  return cpuSince(from);
};

const options = { width: 120, glyphs: unicodeGlyphs };
const cold = planOf(5000);
process.stdout.write(
  `the first plan, 5,001 nodes: ${cpu(() => drawPlan(readPlan(cold), options)).toFixed(1)} ms   (load ${loadavg()[0]?.toFixed(1)})\n`,
);
// Node compiles what is used often, and that is CPU too.
for (let round = 0; round < 5; round++) drawPlan(readPlan(cold), options);
for (const count of [500, 5000, 20_000]) {
  const text = planOf(count);
  let nodes = 0;
  const reading: number[] = [];
  const drawing: number[] = [];
  for (let round = 0; round < rounds; round++) {
    let plan = null as ReturnType<typeof readPlan> | null;
    reading.push(
      cpu(() => {
        plan = readPlan(text);
      }),
    );
    const read = plan;
    if (read) {
      nodes = read.nodes.length;
      drawing.push(cpu(() => drawPlan(read, options)));
    }
  }
  const [read, drawn] = [median(reading), median(drawing)];
  process.stdout.write(
    `${String(nodes).padStart(6)} nodes  ${(text.length / 1e6).toFixed(1).padStart(5)} MB  read ${read.toFixed(1).padStart(6)} ms  layout ${drawn.toFixed(1).padStart(6)} ms  ${(((read + drawn) * 1000) / nodes).toFixed(2)} ms per 1,000\n`,
  );
}
