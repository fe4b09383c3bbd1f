import { isNodeType, parseLabel } from './node-types.ts';
import { isObject, type RawObject } from './raw.ts';
import { addActual, addProperty } from './text-properties.ts';

/** A node line without its arrow, or null: `Seq Scan on t  (cost=0.00..1.00 rows=1 width=4) (never executed)`. */
const parseNodeLine = (line: string): RawObject | null => {
  let label = line.trimEnd();
  let actual = '';
  let cost = '';
  const never = label.endsWith('(never executed)');
  if (never) label = label.slice(0, -'(never executed)'.length).trimEnd();
  const actualAt = label.lastIndexOf('(actual ');
  if (actualAt >= 0) {
    actual = label.slice(actualAt);
    label = label.slice(0, actualAt).trimEnd();
  }
  const costAt = label.lastIndexOf('(cost=');
  if (costAt >= 0) {
    cost = label.slice(costAt);
    label = label.slice(0, costAt).trimEnd();
  }
  if (label === '') return null;
  const numbered = cost !== '' || actual !== '' || never;
  const known = parseLabel(label);
  // Custom scans and servers made from PostgreSQL have names of their own; their numbers give them away.
  const raw = known ?? (numbered ? { 'Node Type': label } : null);
  if (!raw) return null;
  if (cost !== '') {
    const found = /^\(cost=(-?[\d.]+)\.\.(-?[\d.]+) rows=(-?\d+) width=(-?\d+)\)$/.exec(cost);
    if (!found) return null;
    raw['Startup Cost'] = Number(found[1]);
    raw['Total Cost'] = Number(found[2]);
    raw['Plan Rows'] = Number(found[3]);
    raw['Plan Width'] = Number(found[4]);
  }
  if (actual !== '' && !(actual.endsWith(')') && addActual(raw, actual))) return null;
  if (never) {
    raw['Actual Rows'] = 0;
    raw['Actual Loops'] = 0;
  }
  return raw;
};

/** Without numbers only what is exactly a node's name begins a plan: prose may begin with `Hash` or `Limit`. */
export const isRoot = (line: string): boolean => {
  const text = line.trim();
  if (text === '' || text.startsWith('->')) return false;
  const numbers = /\s\((?:cost=|actual |never executed)/.exec(text);
  // A long line may be wrapped in the middle of its numbers.
  if (numbers) {
    const label = text.slice(0, numbers.index).trimEnd();
    return (
      parseLabel(label) !== null ||
      (/^[A-Z][a-z]+(?: [A-Z(][^=]*)*$/.test(label) && parseNodeLine(text) !== null)
    );
  }
  const raw = parseLabel(text);
  return raw !== null && isNodeType(String(raw['Node Type'])) && text.length < 300;
};

const property = /^([A-Z][A-Za-z0-9/ _-]*?(?: \([^)]*\))?): ?(.*)$/;
const subplan = /^(?:InitPlan|SubPlan|CTE) \S.*$/;
const worker = /^Worker (\d+): {1,2}(.*)$/;
const footer =
  /^(?:Planning Time|Execution Time|Planning time|Execution time|Total runtime|Settings|Query Identifier|Planning|Buffers|Memory|JIT|Functions|Options|Timing|Serialization|Trigger .*|Triggers|Query Text|Query Parameters|I\/O Timings|WAL|Query ID)\b.*?:/;

const milliseconds = (text: string): number => Number.parseFloat(text);

const addJit = (summary: RawObject, key: string, value: string): void => {
  const jit = isObject(summary.JIT) ? summary.JIT : {};
  summary.JIT = jit;
  if (key === 'Functions') jit.Functions = Number(value);
  else if (key === 'Options')
    jit.Options = Object.fromEntries(
      value.split(', ').map((option) => [option.split(' ')[0] ?? '', option.endsWith('true')]),
    );
  else if (key === 'Timing')
    jit.Timing = Object.fromEntries(
      [...value.matchAll(/(Generation|Inlining|Optimization|Emission|Total|Deform) (-?[\d.]+) ms/g)].map(
        (found) => [found[1] ?? '', Number(found[2])],
      ),
    );
};

const settings = (value: string): RawObject =>
  Object.fromEntries(
    [...value.matchAll(/(\S+) = '((?:[^']|'')*)'/g)].map(([, name = '', text = '']) => [name, text]),
  );

/** Lines of the summary below the tree; `section` is the heading they stand under. */
const addSummary = (summary: RawObject, section: string, line: string): string => {
  const found = property.exec(line);
  const key = found?.[1] ?? '';
  const value = found?.[2] ?? '';
  if (section === 'JIT' && /^(?:Functions|Options|Timing)$/.test(key)) addJit(summary, key, value);
  else if (section === 'Planning' && key !== 'Planning' && /^(?:Buffers|I\/O Timings|Memory)$/.test(key)) {
    const planning = isObject(summary.Planning) ? summary.Planning : {};
    summary.Planning = planning;
    if (key === 'Memory') {
      planning['Memory Used'] = Number(/used=(\d+)/.exec(value)?.[1] ?? 0);
      planning['Memory Allocated'] = Number(/allocated=(\d+)/.exec(value)?.[1] ?? 0);
    } else addProperty(planning, key, value);
  } else if (/^(?:Planning|Execution) [Tt]ime$/.test(key))
    summary[key.replace('time', 'Time')] = milliseconds(value);
  else if (key === 'Total runtime') summary['Execution Time'] = milliseconds(value);
  else if (key === 'Settings') summary.Settings = settings(value);
  else if (key === 'Query Identifier' || key === 'Query Text') summary[key] = value;
  else if (key === 'Serialization') {
    const time = /time=([\d.]+) ms/.exec(value)?.[1];
    summary.Serialization = {
      ...(time === undefined ? {} : { Time: Number(time) }),
      'Output Volume': Number(/output=(\d+)kB/.exec(value)?.[1] ?? 0),
      Format: /format=(\w+)/.exec(value)?.[1] ?? '',
    };
  } else if (key === 'JIT' || key === 'Planning') return key;
  else if (line.startsWith('Trigger ')) {
    const trigger =
      /^Trigger (?:(.*?)(?: for constraint (.*?))?(?: on (.*?))?): (?:time=([\d.]+) )?calls=(\d+)/.exec(line);
    const only = /^for constraint (.*)$/.exec(trigger?.[1] ?? '');
    const list = Array.isArray(summary.Triggers) ? summary.Triggers : [];
    summary.Triggers = list;
    if (trigger)
      list.push({
        'Trigger Name': only ? '' : trigger[1],
        ...((only?.[1] ?? trigger[2]) ? { 'Constraint Name': only?.[1] ?? trigger[2] } : {}),
        ...(trigger[3] ? { Relation: trigger[3] } : {}),
        ...(trigger[4] === undefined ? {} : { Time: Number(trigger[4]) }),
        Calls: Number(trigger[5]),
      });
  }
  return section === 'JIT' || section === 'Planning' ? section : '';
};

type Open = { readonly raw: RawObject; readonly column: number; readonly target: RawObject };

const isPlain = (sibling: unknown): boolean =>
  isObject(sibling) && !/plan$/i.test(String(sibling['Parent Relationship']));

const roleOf = (parent: RawObject, before: readonly unknown[]): string => {
  const type = String(parent['Node Type']);
  if (/^(?:Append|Merge Append|BitmapAnd|BitmapOr|Custom Scan)$/.test(type)) return 'Member';
  if (type === 'Subquery Scan') return 'Subquery';
  // PostgreSQL before 14 printed the plans of a ModifyTable as members; those of a join stand outer first.
  const two = /Join$|^Nested Loop$|^Recursive Union$|^SetOp$/.test(type);
  return two && before.some(isPlain) ? 'Inner' : 'Outer';
};

const jsonStart = /^\s*[[{]\s*(?:[{"]|$)/;
const startsQuery = /^Query Text:/;
const last = /^(?:Execution [Tt]ime|Total runtime):/;

/** A node's line to its end: only its other numbers may follow. */
const complete = /\((?:cost=|actual |never executed)[^()]*\)\s*$/;

/** How many brackets stay open, quotes aside. */
const brackets = (line: string): number => {
  let open = 0;
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === 0x28) open++;
    else if (code === 0x29) open--;
  }
  return open;
};

export type TextPlan = {
  readonly plan: RawObject;
  readonly summary: RawObject;
  readonly notes: string[];
  readonly next: number;
};

const children = (raw: RawObject): unknown[] => {
  const plans = raw.Plans;
  if (Array.isArray(plans)) return plans;
  const fresh: unknown[] = [];
  raw.Plans = fresh;
  return fresh;
};

const columnOf = (line: string): number => {
  const at = line.search(/\S/);
  return at < 0 ? 0 : at;
};

/**
 * Reads the text plan whose root is at `lines[start]`. Depth is told by columns: with a node's name at column n, its
 * properties and the arrows of its children are at n + 2, the arrows of its subplans at n + 4. A line that is none of
 * these continues the one before: terminals and mailers wrap, at `width` characters or at
 * a space. No recursion, one pass.
 */
export const parseTextPlan = (
  lines: readonly string[],
  start: number,
  options: { readonly queryText: string | null; readonly width: number },
): TextPlan => {
  const { queryText, width } = options;
  const rootColumn = columnOf(lines[start] ?? '');
  const notes: string[] = [];
  const summary: RawObject = queryText === null ? {} : { 'Query Text': queryText };
  const stack: Open[] = [];
  let root: RawObject | null = null;
  let section = '';
  let label: { readonly text: string; readonly column: number } | null = null;
  let ended = false;

  const known = (line: string): boolean => {
    const column = columnOf(line);
    const text = line.trimStart();
    if (text.startsWith('->')) return column > rootColumn;
    if (column <= rootColumn) return footer.test(text) || text === '';
    if (subplan.test(text) || worker.test(text) || property.test(text)) return true;
    return /^(?:Foreign )?(?:Insert|Update|Delete|Merge) on /.test(text);
  };

  const take = (line: string): void => {
    const column = columnOf(line);
    const text = line.trim();
    if (text.startsWith('->') || root === null) {
      const nameColumn = root === null ? column : column + 2 + columnOf(text.slice(2));
      const raw = parseNodeLine(text.replace(/^->\s*/, ''));
      if (!raw) {
        notes.push(`not read: ${text.slice(0, 80)}`);
        return;
      }
      if (root === null) root = raw;
      else {
        while (stack.length > 1 && (stack.at(-1)?.column ?? 0) >= column) stack.pop();
        const parent = stack.at(-1)?.raw ?? root;
        const siblings = children(parent);
        if (label && label.column < column) {
          raw['Subplan Name'] = label.text;
          raw['Parent Relationship'] = label.text.startsWith('SubPlan') ? 'SubPlan' : 'InitPlan';
        } else raw['Parent Relationship'] = roleOf(parent, siblings);
        siblings.push(raw);
      }
      label = null;
      stack.push({ raw, column: nameColumn, target: raw });
      return;
    }
    if (column <= rootColumn || ended) {
      ended = true;
      section = addSummary(summary, section, text);
      return;
    }
    if (subplan.test(text) && !property.test(text)) {
      label = { text, column };
      return;
    }
    while (stack.length > 1 && (stack.at(-1)?.column ?? 0) >= column) stack.pop();
    const open = stack.at(-1);
    if (!open) return;
    const ofWorker = worker.exec(text);
    if (ofWorker) {
      const workers = Array.isArray(open.raw.Workers) ? open.raw.Workers : [];
      open.raw.Workers = workers;
      let target = workers.find((one) => one['Worker Number'] === Number(ofWorker[1]));
      if (!target) {
        target = { 'Worker Number': Number(ofWorker[1]) };
        workers.push(target);
      }
      stack[stack.length - 1] = { ...open, target };
      const rest = ofWorker[2] ?? '';
      if (!addActual(target, rest)) {
        const pair = property.exec(rest);
        if (pair?.[1]) addProperty(target, pair[1], pair[2] ?? '');
      }
      return;
    }
    const pair = property.exec(text);
    if (!pair?.[1]) return;
    // What is deeper than the node's own properties belongs to the worker above it.
    addProperty(column > open.column + 2 ? open.target : open.raw, pair[1], pair[2] ?? '');
  };

  let pending: string[] = [lines[start] ?? ''];
  let open = brackets(lines[start] ?? '');
  let lastLength = lines[start]?.length ?? 0;
  let finished = false;
  let next = start + 1;
  for (; next < lines.length && !finished; next++) {
    const line = lines[next] ?? '';
    if (line.trim() === '') continue;
    const text = line.trimStart();
    if (columnOf(line) <= rootColumn && isRoot(line)) break;
    if (known(line)) {
      take(pending.join(''));
      pending = [line];
      open = brackets(line);
    } else if (
      open !== 0 ||
      (lastLength >= width && !complete.test(pending.at(-1) ?? '')) ||
      /^\((?:cost|actual|never)\b/.test(text)
    ) {
      pending.push(lastLength >= width ? line : ` ${text}`);
      open += brackets(line);
    } else if (jsonStart.test(line) || startsQuery.test(text)) break;
    else if (last.test((pending[0] ?? '').trimStart())) finished = true;
    else {
      if (notes.length < 20) notes.push(`not part of the plan: ${text.slice(0, 80)}`);
      lastLength = 0; // what follows does not continue the plan
      continue;
    }
    lastLength = line.length;
  }
  take(pending.join(''));
  return { plan: root ?? {}, summary, notes, next };
};
