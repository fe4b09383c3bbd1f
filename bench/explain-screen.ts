/**
 * The screen of a large plan: from the text in memory to the first frame, in a process that has read no plan before,
 * as whoever opens one has it; then a key that moves the cursor, through to the bytes that the terminal gets, in CPU
 * time. 120 x 36.
 */
import { spawnSync } from 'node:child_process';
import { Writable } from 'node:stream';
import { readPlans } from '../src/explain/read.ts';
import { unicodeGlyphs } from '../src/text/glyphs.ts';
import { createExplainScreen } from '../src/tui/explain-screen.ts';
import { catalogOf, openTui } from '../test/support/tui.ts';
import { cpuSince, median } from './support/measure.ts';

type Raw = { [key: string]: unknown; Plans?: Raw[] };

/** A plan of that many nodes: nested joins, each of a scan, under an Append of many. */
const makePlan = (count: number): string => {
  let made = 0;
  const node = (type: string, more: Raw): Raw => {
    made += 1;
    const rows = 1 + ((made * 7919) % 5000);
    return {
      'Node Type': type,
      'Parallel Aware': false,
      'Startup Cost': 0.1,
      'Total Cost': 100 + made,
      'Plan Rows': rows,
      'Plan Width': 8,
      'Actual Startup Time': 0.01,
      'Actual Total Time': 2 + (made % 50) / 10,
      'Actual Rows': rows,
      'Actual Loops': 1,
      'Shared Hit Blocks': 10 + (made % 90),
      'Shared Read Blocks': made % 7,
      ...more,
    };
  };
  const scan = (role: string): Raw =>
    node(made % 3 === 0 ? 'Index Scan' : 'Seq Scan', {
      'Parent Relationship': role,
      'Relation Name': `orders_${made}`,
      Alias: `o${made}`,
      ...(made % 3 === 0 ? { 'Index Name': `orders_${made}_pkey`, 'Index Cond': `(id = ${made})` } : {}),
      Filter: `(amount > ${made})`,
      'Rows Removed by Filter': 100,
    });
  const join = (depth: number): Raw =>
    node('Hash Join', {
      'Parent Relationship': 'Member',
      'Join Type': 'Inner',
      'Hash Cond': '(a.id = b.id)',
      Plans: [
        depth > 0 ? { ...join(depth - 1), 'Parent Relationship': 'Outer' } : scan('Outer'),
        scan('Inner'),
      ],
    });
  const members: Raw[] = [];
  while (made < count - 1) members.push(join(made % 9));
  const plan = node('Append', { 'Actual Total Time': 10_000, Plans: members });
  return JSON.stringify([{ Plan: plan, 'Planning Time': 3, 'Execution Time': 10_010 }]);
};

const say = (name: string, ms: number): void => {
  process.stdout.write(`${name.padEnd(50)} ${ms.toFixed(1).padStart(8)} ms\n`);
};

const size = { width: 120, height: 36 };
const nothing = (): void => {};

const open = (text: string): ReturnType<typeof createExplainScreen> => {
  const items = readPlans(text).map((plan) => ({ name: 'bench', plan }));
  return createExplainScreen({
    items,
    glyphs: unicodeGlyphs,
    changed: nothing,
    send: nothing,
    leave: nothing,
    quit: nothing,
    suspend: nothing,
    redraw: nothing,
  });
};

const [mode, nodes] = process.argv.slice(2);
if (mode === 'first') {
  const text = makePlan(Number(nodes));
  const [cpu, clock] = [process.cpuUsage(), performance.now()];
  open(text).frame(size);
  process.stdout.write(JSON.stringify([cpuSince(cpu), performance.now() - clock]));
  process.exit(0);
}

for (const count of [500, 5_000, 20_000]) {
  const program = process.argv[1] ?? '';
  const run = (): [number, number] =>
    JSON.parse(spawnSync(process.execPath, [program, 'first', String(count)], { encoding: 'utf8' }).stdout);
  const firsts = Array.from({ length: 5 }, run);
  say(`${count} nodes: read and draw the first frame, CPU`, median(firsts.map(([cpu]) => cpu)));
  say(`${count} nodes: read and draw the first frame, clock`, median(firsts.map(([, clock]) => clock)));
  const screen = open(makePlan(count));
  screen.frame(size);
  // Look-alikes are folded at first; unfolded every row is there.
  screen.press('e', size);
  screen.frame(size);
  const keys: number[] = [];
  for (let key = 0; key < 300; key++) {
    const from = process.cpuUsage();
    screen.press(key % 10 === 9 ? 'pgdn' : 'down', size);
    screen.frame(size);
    keys.push(cpuSince(from));
  }
  say(`${count} nodes: a key, our part (median of 300)`, median(keys));
}

const items = readPlans(makePlan(5_000)).map((plan) => ({ name: 'bench', plan }));
let written: () => void = nothing;
const stdout = new Writable({
  decodeStrings: false,
  write: (_chunk, _encoding, done) => {
    done();
    written();
  },
});
const { screen, quit } = openTui(catalogOf([]), {
  start: { screen: 'explain', explain: { items } },
  stdout: Object.assign(stdout, {
    isTTY: true,
    columns: size.width,
    rows: size.height,
  }) as unknown as NodeJS.WriteStream,
});
const pressed = async (key: string): Promise<number> => {
  const drawn = new Promise<void>((resolve) => {
    written = resolve;
  });
  const from = process.cpuUsage();
  screen.type(key);
  await drawn;
  return cpuSince(from);
};
while (!screen.rawMode) await new Promise((resolve) => setImmediate(resolve));
await pressed('e');
const keys: number[] = [];
for (let key = 0; key < 300; key++) {
  keys.push(await pressed('j'));
  // The frame is done; keys come at a human pace.
  await new Promise((resolve) => setTimeout(resolve, 20));
}
// What is printed while the screen is taken would be held back.
await quit();
say('5000 nodes: a key, to the bytes for the terminal', median(keys));
process.exit(0);
