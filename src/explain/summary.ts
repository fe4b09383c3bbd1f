import { readColumns } from './columns.ts';
import { buffersAlone } from './counters.ts';
import { isObject, type RawObject } from './raw.ts';
import type { Jit, Plan, Serialization, Trigger } from './types.ts';
import { objects, type Reader } from './values.ts';

const nested = (raw: RawObject, key: string): RawObject | null => {
  const value = raw[key];
  return isObject(value) ? value : null;
};

const triggersOf = (summary: RawObject, read: Reader): Trigger[] =>
  objects(summary.Triggers).map((raw) => ({
    name: read.text(raw, 'Trigger Name') ?? '',
    constraint: read.text(raw, 'Constraint Name'),
    relation: read.text(raw, 'Relation'),
    ms: read.number(raw, 'Time'),
    calls: read.count(raw, 'Calls'),
  }));

/** Since 17 the time to generate holds that to deform tuples, in an object of its own. */
const jitOf = (summary: RawObject, read: Reader): Jit | null => {
  const raw = nested(summary, 'JIT');
  if (!raw) return null;
  const timing = nested(raw, 'Timing');
  const generation = timing && nested(timing, 'Generation');
  const time = (key: string): number | null => (timing ? read.number(timing, key) : null);
  return {
    functions: read.count(raw, 'Functions'),
    options: Object.entries(nested(raw, 'Options') ?? {}).flatMap(([name, on]) =>
      on === true ? [name] : [],
    ),
    generationMs: generation ? read.number(generation, 'Total') : time('Generation'),
    deformMs: generation ? read.number(generation, 'Deform') : time('Deform'),
    inliningMs: time('Inlining'),
    optimizationMs: time('Optimization'),
    emissionMs: time('Emission'),
    totalMs: time('Total'),
  };
};

const serializationOf = (summary: RawObject, read: Reader): Serialization | null => {
  const raw = nested(summary, 'Serialization');
  return raw
    ? {
        ms: read.number(raw, 'Time'),
        kb: read.count(raw, 'Output Volume'),
        format: read.text(raw, 'Format') ?? '',
      }
    : null;
};

/** What EXPLAIN prints beside the tree. */
export const readSummary = (
  summary: RawObject,
  read: Reader,
): Pick<
  Plan,
  | 'queryText'
  | 'planningMs'
  | 'executionMs'
  | 'planningBuffers'
  | 'planningMemory'
  | 'settings'
  | 'triggers'
  | 'jit'
  | 'serialization'
  | 'queryId'
> => {
  const planning = nested(summary, 'Planning');
  const used = planning && read.number(planning, 'Memory Used');
  const queryId = summary['Query Identifier'];
  return {
    queryText: read.text(summary, 'Query Text'),
    planningMs: read.number(summary, 'Planning Time'),
    executionMs: read.number(summary, 'Execution Time'),
    planningBuffers: planning && buffersAlone(readColumns([{ raw: planning }], read)),
    planningMemory:
      planning && used !== null && used !== undefined
        ? { usedKb: used, allocatedKb: read.count(planning, 'Memory Allocated') }
        : null,
    settings: Object.fromEntries(
      Object.entries(nested(summary, 'Settings') ?? {}).flatMap(([name, value]) =>
        typeof value === 'string' ? [[name, value]] : [],
      ),
    ),
    triggers: triggersOf(summary, read),
    jit: jitOf(summary, read),
    serialization: serializationOf(summary, read),
    queryId: typeof queryId === 'string' || typeof queryId === 'number' ? String(queryId) : null,
  };
};
