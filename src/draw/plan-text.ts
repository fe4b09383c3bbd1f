import { isObject } from '../explain/raw.ts';
import type { Plan, PlanNode } from '../explain/types.ts';
import { strings } from '../explain/values.ts';
import { sanitize, sanitizeLine } from '../text/sanitize.ts';

/** Said in the first line of a node, or drawn as structure. */
const inHead: ReadonlySet<string> = new Set([
  ...[
    'Node Type',
    'Plans',
    'Parent Relationship',
    'Subplan Name',
    'Parallel Aware',
    'Async Capable',
    'Join Type',
  ],
  ...[
    'Strategy',
    'Partial Mode',
    'Operation',
    'Command',
    'Scan Direction',
    'Index Name',
    'Relation Name',
    'Schema',
  ],
  ...[
    'Alias',
    'CTE Name',
    'Function Name',
    'Startup Cost',
    'Total Cost',
    'Plan Rows',
    'Plan Width',
    'Inner Unique',
  ],
  ...[
    'Actual Startup Time',
    'Actual Total Time',
    'Actual Rows',
    'Actual Loops',
    'Workers',
    'Custom Plan Provider',
  ],
]);

const number = (value: unknown, digits: number): string =>
  typeof value === 'number' ? value.toFixed(digits) : String(value);

/** ` on s.t a` and the like, as explain.c writes it. */
const target = (node: PlanNode): string => {
  const name = node.relation ?? node.functionName ?? node.cte;
  const using =
    node.index === null ? '' : node.relation === null ? ` on ${node.index}` : ` using ${node.index}`;
  if (name === null)
    return node.alias === null || node.relation !== null ? using : `${using} on ${node.alias}`;
  const full = node.schema === null ? name : `${node.schema}.${name}`;
  return `${using} on ${full}${node.alias !== null && node.alias !== name ? ` ${node.alias}` : ''}`;
};

const head = ({ raw, label, ...node }: PlanNode): string => {
  const cost =
    raw['Total Cost'] === undefined
      ? ''
      : `  (cost=${number(raw['Startup Cost'], 2)}..${number(raw['Total Cost'], 2)} rows=${raw['Plan Rows']} width=${raw['Plan Width']})`;
  const rows = raw['Actual Rows'];
  const time =
    raw['Actual Total Time'] === undefined
      ? ''
      : `time=${number(raw['Actual Startup Time'], 3)}..${number(raw['Actual Total Time'], 3)} `;
  const actual = node.neverExecuted
    ? ' (never executed)'
    : rows === undefined
      ? ''
      : ` (actual ${time}rows=${rows} loops=${raw['Actual Loops']})`;
  return `${label}${target({ raw, label, ...node })}${cost}${actual}`;
};

const words = (value: unknown): string => {
  if (Array.isArray(value))
    return value.map((one) => (typeof one === 'object' ? JSON.stringify(one) : String(one))).join(', ');
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
};

/** `shared hit=14 read=2, temp written=3`: those that are not 0, as show_buffer_usage of explain.c writes them. */
const counters = (groups: Readonly<Record<string, Readonly<Record<string, number | null>>>>): string =>
  Object.entries(groups)
    .map(([group, counts]) => {
      const some = Object.entries(counts).filter(([, count]) => (count ?? 0) > 0);
      return some.length === 0 ? '' : [group, ...some.map(([name, count]) => `${name}=${count}`)].join(' ');
    })
    .filter((text) => text !== '')
    .join(', ');

/** `32  Sort Methods: quicksort  Average Memory: 27kB  Peak Memory: 27kB`, of an Incremental Sort. */
const sortGroups = (value: unknown): string => {
  if (!isObject(value)) return '';
  const methods = strings(value['Sort Methods Used']) ?? [];
  const spaces = ['Memory', 'Disk'].flatMap((kind) => {
    const space = value[`Sort Space ${kind}`];
    if (!isObject(space)) return [];
    const [average, peak] = [space['Average Sort Space Used'], space['Peak Sort Space Used']];
    return [`Average ${kind}: ${words(average)}kB  Peak ${kind}: ${words(peak)}kB`];
  });
  const method = `Sort Method${methods.length === 1 ? '' : 's'}: ${methods.join(', ')}`;
  return [words(value['Group Count']), method, ...spaces].join('  ');
};

/** Lines of the text format into which several properties go; the properties that are in them are `inOneLine`. */
const together = (node: PlanNode): string[] => {
  const { raw, buffers, hash, heapBlocks, memoize, wal } = node;
  const lines: [name: string, text: string][] = [];
  if (raw['Sort Method'] !== undefined && raw['Sort Space Type'] !== undefined)
    lines.push([
      'Sort Method',
      `${words(raw['Sort Method'])}  ${words(raw['Sort Space Type'])}: ${words(raw['Sort Space Used'])}kB`,
    ]);
  for (const name of ['Full-sort Groups', 'Pre-sorted Groups']) lines.push([name, sortGroups(raw[name])]);
  if (node.type === 'Hash' && hash)
    lines.push(['Buckets', `${hash.buckets}  Batches: ${hash.batches}  Memory Usage: ${hash.memoryKb}kB`]);
  if (memoize) {
    const { hits, misses, evictions, overflows } = memoize;
    const counts = `${hits}  Misses: ${misses}  Evictions: ${evictions}  Overflows: ${overflows}`;
    lines.push(['Hits', `${counts}  Memory Usage: ${node.memoryKb ?? 0}kB`]);
  }
  if (raw['HashAgg Batches'] !== undefined) {
    const disk = node.diskKb === null ? '' : `  Disk Usage: ${node.diskKb}kB`;
    lines.push(['Batches', `${words(raw['HashAgg Batches'])}  Memory Usage: ${node.memoryKb ?? 0}kB${disk}`]);
  }
  if (raw['Maximum Storage'] !== undefined)
    lines.push(['Storage', `${words(raw.Storage)}  Maximum Storage: ${words(raw['Maximum Storage'])}kB`]);
  if (heapBlocks) lines.push(['Heap Blocks', counters({ '': heapBlocks }).trim()]);
  if (buffers) {
    const all = buffers.total;
    const { sharedHit, sharedRead, sharedDirtied, sharedWritten } = all;
    const { localHit, localRead, localDirtied, localWritten, tempRead, tempWritten } = all;
    lines.push([
      'Buffers',
      counters({
        shared: { hit: sharedHit, read: sharedRead, dirtied: sharedDirtied, written: sharedWritten },
        local: { hit: localHit, read: localRead, dirtied: localDirtied, written: localWritten },
        temp: { read: tempRead, written: tempWritten },
      }),
    ]);
    lines.push([
      'I/O Timings',
      counters({
        shared: { read: all.sharedReadMs, write: all.sharedWriteMs },
        local: { read: all.localReadMs, write: all.localWriteMs },
        temp: { read: all.tempReadMs, write: all.tempWriteMs },
      }),
    ]);
  }
  if (wal) {
    const { records, fpi, bytes, buffersFull } = wal.total;
    lines.push(['WAL', counters({ '': { records, fpi, bytes, 'buffers full': buffersFull } }).trim()]);
  }
  return lines.flatMap(([name, text]) => (text === '' ? [] : [`${name}: ${text}`]));
};

const inOneLine =
  /^(?:(?:Shared|Local|Temp) .* (?:Blocks|Time)|I\/O (?:Read|Write) Time|WAL .*|Sort (?:Method|Space Used|Space Type)|(?:Full|Pre)-sort(?:ed)? Groups|(?:Original )?Hash (?:Buckets|Batches)|Cache (?:Hits|Misses|Evictions|Overflows)|HashAgg Batches|Peak Memory Usage|Disk Usage|(?:Exact|Lossy) Heap Blocks|(?:Maximum )?Storage)$/;

/** Counters that are 0 say nothing, and the text format leaves them out. */
const says = (name: string, value: unknown): boolean =>
  !inHead.has(name) && !inOneLine.test(name) && value !== false && !(value === 0 && /Removed by/.test(name));

/** The plan in the words and layout of EXPLAIN's text format, whatever it was read from. */
export const planText = (plan: Plan): string[] => {
  const lines: string[] = [];
  for (const node of plan.nodes) {
    const indent = node.depth === 0 ? '' : ' '.repeat(6 * node.depth - 4);
    if (node.subplanName !== null) lines.push(`${indent}${sanitizeLine(node.subplanName)}`);
    lines.push(`${indent}${node.depth === 0 ? '' : '->  '}${sanitizeLine(head(node))}`);
    const below = ' '.repeat(6 * node.depth + 2);
    for (const [name, value] of Object.entries(node.raw))
      if (says(name, value)) lines.push(`${below}${sanitizeLine(`${name}: ${words(value)}`)}`);
    lines.push(...together(node).map((line) => below + sanitizeLine(line)));
  }
  if (plan.planningMs !== null) lines.push(`Planning Time: ${plan.planningMs.toFixed(3)} ms`);
  for (const { name, ms, calls } of plan.triggers)
    lines.push(`Trigger ${sanitizeLine(name)}: ${ms === null ? '' : `time=${ms.toFixed(3)} `}calls=${calls}`);
  if (plan.executionMs !== null) lines.push(`Execution Time: ${plan.executionMs.toFixed(3)} ms`);
  return lines;
};

type Raw = Record<string, unknown> & { Plans?: Raw[] };

/** The plan as EXPLAIN (FORMAT JSON) nests it, whatever it was read from. */
export const planJson = (plan: Plan): string[] => {
  const raws: Raw[] = [];
  for (const node of plan.nodes) {
    const { Plans: _, ...rest } = node.raw;
    const raw: Raw = { ...rest };
    raws.push(raw);
    const parent = node.parent === null ? undefined : raws[node.parent - 1];
    if (parent) {
      parent.Plans ??= [];
      parent.Plans.push(raw);
    }
  }
  const whole = {
    Plan: raws[0],
    ...(plan.planningMs !== null && { 'Planning Time': plan.planningMs }),
    ...(plan.executionMs !== null && { 'Execution Time': plan.executionMs }),
  };
  try {
    return sanitize(JSON.stringify([whole], null, 2)).split('\n');
  } catch (error) {
    // JSON.stringify walks by recursion.
    if (!(error instanceof RangeError)) throw error;
    return ['This plan is nested too deeply to be written as JSON; the text has all of it.'];
  }
};
