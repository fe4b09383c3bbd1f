import type { RawObject } from './raw.ts';

/** One line below a node of a text plan, stored under the names the JSON format has (show_* of explain.c). */
const number = '(-?\\d+(?:\\.\\d+)?)';
const counts =
  /^(?:Rows Removed by .*|Heap Fetches|Index Searches|Workers Planned|Workers Launched|Subplans Removed|Conflicting Tuples|Tuples (?:Inserted|Updated|Deleted|Skipped)|Query Identifier)$/;
const lists = /^(?:Output|Sort Key|Presorted Key|Group Key|Hash Key|Conflict Arbiter Indexes|TID Cond)$/;
/** These hold pairs with two spaces between: `Sort Method: quicksort  Memory: 25kB`. */
const pairs: readonly (readonly [RegExp, string, 'number' | 'text'])[] = [
  [new RegExp(`\\bBuckets: ${number}`), 'Hash Buckets', 'number'],
  [new RegExp(`\\bBuckets: \\d+ \\(originally ${number}\\)`), 'Original Hash Buckets', 'number'],
  [new RegExp(`\\bBatches: \\d+ \\(originally ${number}\\)`), 'Original Hash Batches', 'number'],
  [new RegExp(`\\bMemory Usage: ${number}kB`), 'Peak Memory Usage', 'number'],
  [new RegExp(`\\bDisk Usage: ${number}kB`), 'Disk Usage', 'number'],
  [new RegExp(`\\bPlanned Partitions: ${number}`), 'Planned Partitions', 'number'],
  [new RegExp(`\\bHits: ${number}`), 'Cache Hits', 'number'],
  [new RegExp(`\\bMisses: ${number}`), 'Cache Misses', 'number'],
  [new RegExp(`\\bEvictions: ${number}`), 'Cache Evictions', 'number'],
  [new RegExp(`\\bOverflows: ${number}`), 'Cache Overflows', 'number'],
  [new RegExp(`\\bexact=${number}`), 'Exact Heap Blocks', 'number'],
  [new RegExp(`\\blossy=${number}`), 'Lossy Heap Blocks', 'number'],
  [/\bStorage: (\w+)/, 'Storage', 'text'],
  [new RegExp(`\\bMaximum Storage: ${number}kB`), 'Maximum Storage', 'number'],
];

const upper = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** Splits at commas that are in no brackets, quotes or double quotes. */
const splitList = (text: string): string[] => {
  const items: string[] = [];
  let depth = 0;
  let quote = '';
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (quote) {
      if (char === quote) quote = '';
    } else if (char === "'" || char === '"') quote = char;
    else if (char === '(' || char === '[' || char === '{') depth++;
    else if (char === ')' || char === ']' || char === '}') depth--;
    else if (char === ',' && depth <= 0 && text[at + 1] === ' ') {
      items.push(text.slice(from, at));
      from = at + 2;
    }
  }
  items.push(text.slice(from));
  return items;
};

/** `shared hit=1 read=2, local hit=3, temp written=4`. */
const addBuffers = (raw: RawObject, text: string): void => {
  for (const group of text.split(', ')) {
    const [kind = '', ...fields] = group.trim().split(' ');
    for (const field of fields) {
      const [name = '', value = ''] = field.split('=');
      raw[`${upper(kind)} ${upper(name)} Blocks`] = Number(value);
    }
  }
};

/** `shared read=0.1 write=0.2, temp read=…`; before 15 `read=… write=…` alone. */
const addTimings = (raw: RawObject, text: string): void => {
  for (const group of text.split(', ')) {
    const words = group.trim().split(' ');
    const kinds = words.filter((word) => !word.includes('='));
    const kind = kinds.length === 1 && kinds[0] !== 'shared/local' ? `${upper(kinds[0] ?? '')} ` : '';
    for (const field of words.filter((word) => word.includes('='))) {
      const [name = '', value = ''] = field.split('=');
      raw[`${kind}I/O ${upper(name)} Time`] = Number(value);
    }
  }
};

const addWal = (raw: RawObject, text: string): void => {
  for (const [, name = '', value = ''] of text.matchAll(/([a-z ]+)=(\d+)/g)) {
    const known = { records: 'Records', fpi: 'FPI', bytes: 'Bytes', 'buffers full': 'Buffers Full' }[
      name.trim()
    ];
    if (known) raw[`WAL ${known}`] = Number(value);
  }
};

const addSort = (raw: RawObject, text: string): void => {
  const found = /^(.*?) {2}(Average )?(Memory|Disk): (\d+)kB(?: {2}Peak (?:Memory|Disk): (\d+)kB)?/.exec(
    text,
  );
  raw['Sort Method'] = found?.[1] ?? text;
  if (found?.[3]) {
    raw['Sort Space Used'] = Number(found[5] ?? found[4]);
    raw['Sort Space Type'] = found[3];
  }
};

/** `Full-sort Groups: 5  Sort Methods: quicksort, top-N heapsort  Average Memory: 25kB  Peak Memory: 25kB`. */
const addGroups = (raw: RawObject, name: string, text: string): void => {
  const group: RawObject = { 'Group Count': Number.parseInt(text, 10) };
  const methods = /Sort Methods?: (.*?)(?: {2}|$)/.exec(text);
  group['Sort Methods Used'] = methods?.[1]?.split(', ') ?? [];
  for (const [, kind = '', average, peak] of text.matchAll(
    /Average (Memory|Disk): (\d+)kB {2}Peak (?:Memory|Disk): (\d+)kB/g,
  ))
    group[`Sort Space ${kind}`] = {
      'Average Sort Space Used': Number(average),
      'Peak Sort Space Used': Number(peak),
    };
  raw[name] = group;
};

/** The numbers of `(actual time=1.0..2.0 rows=3 loops=4)`, or of a worker's line. False when it is none. */
export const addActual = (raw: RawObject, text: string): boolean => {
  const found = /actual (?:time=([\d.]+)\.\.([\d.]+) )?rows=([\d.]+) loops=(\d+)/.exec(text);
  if (!found) return false;
  if (found[1] !== undefined) {
    raw['Actual Startup Time'] = Number(found[1]);
    raw['Actual Total Time'] = Number(found[2]);
  }
  raw['Actual Rows'] = Number(found[3]);
  raw['Actual Loops'] = Number(found[4]);
  return true;
};

const addPairs = (raw: RawObject, text: string): void => {
  for (const [expression, name, kind] of pairs) {
    const found = expression.exec(text)?.[1];
    if (found !== undefined) raw[name] = kind === 'number' ? Number(found) : found;
  }
  const batches = /\bBatches: (\d+)/.exec(text)?.[1];
  if (batches !== undefined)
    raw[raw['Node Type'] === 'Aggregate' ? 'HashAgg Batches' : 'Hash Batches'] = Number(batches);
};

/** Adds `Key: value` to a node or worker. */
export const addProperty = (raw: RawObject, key: string, value: string): void => {
  if (key === 'Buffers') addBuffers(raw, value);
  else if (key === 'I/O Timings') addTimings(raw, value);
  else if (key === 'WAL') addWal(raw, value);
  else if (key === 'Sort Method') addSort(raw, value);
  else if (key === 'Full-sort Groups' || key === 'Pre-sorted Groups') addGroups(raw, key, value);
  else if (key === 'Tuples')
    for (const [, name = '', count] of value.matchAll(/(\w+)=(\d+)/g))
      raw[`Tuples ${upper(name)}`] = Number(count);
  else if (/^(?:Buckets|Batches|Planned Partitions|Hits|Heap Blocks|Storage)$/.test(key))
    addPairs(raw, `${key}: ${value}`);
  else if (counts.test(key) && /^-?[\d.]+$/.test(value)) raw[key] = Number(value);
  else if (/^(?:Disabled|Inner Unique|Single Copy)$/.test(key)) raw[key] = value === 'true';
  else if (lists.test(key)) {
    // Grouping sets print several keys; the JSON format nests them, conditions are all we need of them.
    const items = key === 'TID Cond' ? value : splitList(value);
    const before = raw[key];
    raw[key] = Array.isArray(before) && Array.isArray(items) ? [...before, ...items] : items;
  } else raw[key] = value;
};
