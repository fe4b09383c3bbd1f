import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readPlans } from '../../src/explain/read.ts';
import type { PlanItem } from '../../src/tui/explain-ui.ts';
import { catalogOf, type Opened, openTui } from '../support/tui.ts';

const folder = path.resolve(import.meta.dirname, '../fixtures/plans/18');
const source = (name: string): string => readFileSync(path.join(folder, name), 'utf8');
const items = (...names: string[]): PlanItem[] =>
  names.flatMap((name) => readPlans(source(`${name}.json`)).map((plan) => ({ name, plan })));

const sizes = [
  { columns: 80, rows: 24 },
  { columns: 120, rows: 36 },
  { columns: 160, rows: 45 },
];

/** Ten shapes: a flat one, InitPlans, CTEs, workers, pruning, sorts, hashes, Memoize, changes, and one not run. */
const shapes: readonly [name: string, tree: RegExp][] = [
  ['skip-scan', /Index (Only )?Scan/],
  ['initplan-filter', /╌InitPlan 1 .*⇢ paid by #\d/],
  ['cte-twice', /CTE Scan/],
  ['parallel-leader', /║ leader {2}\d/],
  ['prune-exec', / never +✗/],
  ['sort-disk', /Sort .*disk [\d,.k]+ kB/],
  ['grouping-sets', /Aggregate/],
  ['cte-recursive', /Recursive Union/],
  ['merge', /Merge /],
  ['not-run', /expected/],
];

let opened: Opened | null = null;
const open = (explain: readonly PlanItem[], size: (typeof sizes)[number], picture?: 'diff'): Opened => {
  const start = { items: explain, ...(picture ? { picture } : {}) };
  opened = openTui(catalogOf([]), { size, start: { screen: 'explain', explain: start } });
  return opened;
};
/** Keys are read once Ink has taken the place of the first frame. */
const ready = async ({ screen }: Opened): Promise<void> => {
  await screen.until('q leave');
  await screen.until(() => screen.rawMode);
};
afterEach(async () => {
  await opened?.quit();
  opened = null;
});

describe.each(sizes)('a plan at $columns x $rows', (size) => {
  it.each(shapes)('%s', async (name, tree) => {
    const { screen } = open(items(name), size);
    const text = await screen.until('q leave');
    expect(text).toMatch(tree);
    const lines = screen.lines();
    expect(lines).toHaveLength(size.rows);
    expect(lines.every((line) => [...line].length <= size.columns)).toBe(true);
    // The node under the cursor is explained, beside the tree or below it.
    expect(text).toContain('#1 ');
    expect(lines[2]).toMatch(/^▸ +1 /);
    if (size.columns >= 110) expect(lines[1]).toMatch(/node .*│ #1 /);
    else expect(text).toMatch(/─ node.*─\n #1 /);
  });
});

describe('keys', () => {
  const small = { columns: 80, rows: 24 };

  it('go to the hottest node, open and fold, and explain the node under the cursor', async () => {
    const here = open(items('initplan-filter'), small);
    const { screen } = here;
    await ready(here);
    const hot = /hot #(\d+)/.exec(screen.text())?.[1];
    screen.type('1');
    await screen.until(new RegExp(`▸ +${hot} `));
    screen.type('g');
    await screen.until(/▸ +1 /);
    screen.type('h');
    await screen.until(/▸\d+ more/);
    screen.type('l');
    await screen.until((text) => !text.includes(' more'));
    screen.type('jj');
    await screen.until(/#3 /);
  });

  it('change what is counted, and say what the plan does not have', async () => {
    const here = open(items('parallel-leader'), small);
    const { screen } = here;
    await ready(here);
    screen.type('b');
    await screen.until(/# +pages/);
    screen.type('c');
    await screen.until(/# +own cost/);
    screen.type('i');
    await screen.until(/# +cost/);
    screen.type('p');
    await screen.until(/# +all CPU/);
    screen.type('w');
    await screen.until(/no WAL, or was not asked/);
  });

  it('show the plan as text and as JSON, search, and list the keys', async () => {
    const here = open(items('initplan-filter'), { columns: 120, rows: 36 });
    const { screen } = here;
    await ready(here);
    screen.type('v');
    await screen.until(/-> .*\(cost=.*\(actual time=/);
    screen.type('v');
    await screen.until('"Node Type":');
    screen.type('v');
    await screen.until(/self ms/);
    screen.type('/initplan');
    await screen.until(/Search: initplan/);
    screen.type('\r');
    await screen.until(/▸ +\d+ .*InitPlan/);
    screen.type('/nowhere');
    await screen.until(/Nothing here matches/);
    screen.type('\x1b');
    await screen.until(/q leave/);
    screen.type('g');
    await screen.until(/▸ +1 /);
    screen.type('/');
    await screen.until(/Search:/);
    screen.type('\x1b[200~initplan\n\x1b[201~');
    await screen.until(/▸ +\d+ .*InitPlan/);
    screen.type('\r?');
    await screen.until(/what is counted: time, buffers/);
  });

  it('copy through the terminal', async () => {
    const here = open(items('skip-scan'), small);
    const { screen } = here;
    await ready(here);
    screen.type('y');
    await screen.until(/Copied \d+ bytes/);
    const sent = /\x1b\]52;c;([A-Za-z0-9+/=]+)\x07/.exec(screen.raw)?.[1] ?? '';
    expect(Buffer.from(sent, 'base64').toString()).toMatch(/self ms[\s\S]*Index/);
  });

  it('leave with q', async () => {
    const here = open(items('skip-scan'), small);
    await ready(here);
    here.screen.type('q');
    expect(await here.exit).toBe(0);
  });
});

describe('several plans', () => {
  it('are listed first, and each can be compared with the one before it', async () => {
    const here = open(items('sort-disk', 'incremental-sort'), { columns: 160, rows: 45 });
    const { screen } = here;
    await ready(here);
    expect(screen.text()).toMatch(/2 plans\n─+\n ▸ sort-disk/);
    screen.type('j');
    await screen.until(/▸ incremental-sort/);
    screen.type('\r');
    await screen.until(/Incremental Sort/);
    screen.type('d');
    await screen.until(/sort-disk \/ incremental-sort/);
    expect(screen.text()).toMatch(/pages +self ms before .*pages +self ms after/);
  });

  it('are shown one at a time on a narrow screen, Tab goes to the other', async () => {
    const here = open(items('sort-disk', 'incremental-sort'), { columns: 80, rows: 24 }, 'diff');
    const { screen } = here;
    await screen.until(/after: incremental-sort/);
    await screen.until(() => screen.rawMode);
    screen.type('\t');
    await screen.until(/before: sort-disk/);
    screen.type('d');
    await screen.until(/self ms .*% heat/);
  });
});

describe('a screen without a plan', () => {
  it('takes a paste, and says what is wrong with one', async () => {
    const { screen } = open([], { columns: 80, rows: 24 });
    await screen.until('Paste the output of EXPLAIN here.');
    await screen.until(() => screen.rawMode);
    screen.type('\x1b[200~select 1\x1b[201~');
    await screen.until('no plan found');
    expect(screen.lines()[0]).toBe(' Explain a plan');
    screen.type(`\x1b[200~${source('cte-recursive.txt')}\x1b[201~`);
    await screen.until(/Recursive Union/);
  });

  it('says that it reads a long paste before it does', async () => {
    const { screen } = open([], { columns: 80, rows: 24 });
    await screen.until('Paste the output of EXPLAIN here.');
    await screen.until(() => screen.rawMode);
    screen.type(`\x1b[200~${'Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)\n'.repeat(25_000)}\x1b[201~`);
    await screen.until('Reading 1 MB …');
    await screen.until(/1000 plans/);
  });
});
