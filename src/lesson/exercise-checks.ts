import type * as z from 'zod';
import { tableLockModes } from '../locks/modes.ts';
import { isConstruct } from './constructs.ts';
import { planShape, toPlanPattern } from './plan-patterns.ts';
import type { Problems } from './problems.ts';
import { list, mapping, oneOrMore, pattern, scalarOf, text, wholeNumber, wordOr, yesOrNo } from './schema.ts';
import type { Construct, ExerciseCheck, Position } from './types.ts';
import { isList, type YamlPath, type YamlSource } from './yaml.ts';

const sqlstate = pattern('a SQLSTATE such as "40001"', /^[0-9A-Z]{5}$/);
const queries = oneOrMore(text('a query'), 'a query or a list of them');

/** `0`, `200ms`, `2s`; in ms. */
const duration = scalarOf('0, or a time such as 500ms or 2s', (words) => {
  const match = /^(\d{1,5})\s*(ms|s)$/.exec(words.trim());
  if (match) return Number(match[1]) * (match[2] === 's' ? 1_000 : 1);
  return words.trim() === '0' ? 0 : null;
});

const lockModes = tableLockModes.map(({ mode }) => mode);
const lockMode = scalarOf('a lock mode of tables such as RowShareLock, or none', (words) => {
  if (words === 'none') return { mode: null };
  const mode = lockModes.find((one) => one === words);
  return mode === undefined ? null : { mode };
});

/** `order by`, `function sum`, `relation account` */
const construct = scalarOf(
  'a construct such as subquery, order by or function sum; the list of them is in docs/lesson-format.md',
  (words): Construct | null => {
    const name = words.trim().replace(/\s+/g, ' ');
    const named = /^(function|relation) (\S+)$/i.exec(name);
    if (named?.[1] && named[2])
      return {
        name: named[1].toLowerCase() === 'function' ? 'function' : 'relation',
        of: named[2].toLowerCase(),
      };
    const known = name.toLowerCase();
    return isConstruct(known) ? { name: known, of: null } : null;
  },
);

const checkKeys = mapping('a check such as { result: rows }', {
  result: wordOr(
    scalarOf('rows or ordered', (word) =>
      word === 'rows' || word === 'ordered' ? { ordered: word === 'ordered', columns: false } : null,
    ),
    mapping('{ ordered, columns }', { ordered: yesOrNo.optional(), columns: yesOrNo.optional() }),
  ).optional(),
  state: wordOr(
    scalarOf('all', (word) => (word === 'all' ? { tables: [], query: [] } : null)),
    mapping('{ tables, query }', {
      tables: list(text('the name of a table'), 'a list of tables').optional(),
      query: queries.optional(),
    }),
  ).optional(),
  plan: planShape.optional(),
  error: sqlstate.optional(),
  locks: mapping('{ relation, atMost }', {
    relation: text('the name of a relation'),
    atMost: lockMode,
  }).optional(),
  passes: queries.optional(),
  blocks: queries.optional(),
  waits: mapping('{ held, atMost }', { held: text('SQL'), atMost: duration }).optional(),
  interleave: mapping('{ copies, invariant } or { with, invariant }', {
    copies: wholeNumber(2, 4).optional(),
    with: text('SQL').optional(),
    invariant: text('a query'),
    allow: oneOrMore(sqlstate, 'SQLSTATEs').optional(),
    retry: oneOrMore(sqlstate, 'SQLSTATEs').optional(),
  }).optional(),
  forbid: oneOrMore(construct, 'constructs such as [subquery, order by]').optional(),
  require: oneOrMore(construct, 'constructs such as [join]').optional(),
});

/** The shape of `check`: one mapping or a list of them. */
export const checksShape = oneOrMore(checkKeys, 'checks such as { result: rows }, or a list of them');

type CheckData = z.output<typeof checkKeys>;

/** The checks under one key. */
const checksOf = (
  key: string,
  data: CheckData,
  source: YamlSource,
  path: YamlPath,
  problems: Problems,
): ExerciseCheck[] => {
  const at = [...path, key];
  const position = source.position(at);
  const place = (index: number): Position => source.position(isList(source, at) ? [...at, index] : at);
  const { result, state, plan, error, locks, passes, blocks, waits, interleave } = data;
  if (key === 'result' && result)
    return [{ kind: 'result', ordered: result.ordered ?? false, columns: result.columns ?? false, position }];
  if (key === 'state' && state)
    return [{ kind: 'state', tables: state.tables ?? [], queries: state.query ?? [], position }];
  if (key === 'plan' && plan)
    return plan.map((one, index) => ({
      kind: 'plan',
      plan: toPlanPattern(one, source, isList(source, at) ? [...at, index] : at, problems),
      position: place(index),
    }));
  if (key === 'error' && error) return [{ kind: 'error', sqlstate: error, position }];
  if (key === 'locks' && locks)
    return [{ kind: 'locks', relation: locks.relation, atMost: locks.atMost.mode, position }];
  if (key === 'passes' && passes)
    return passes.map((sql, index) => ({ kind: 'passes', sql, position: place(index) }));
  if (key === 'blocks' && blocks)
    return blocks.map((sql, index) => ({ kind: 'blocks', sql, position: place(index) }));
  if (key === 'waits' && waits) return [{ kind: 'waits', ...waits, position }];
  if (key === 'interleave' && interleave) {
    const { copies, with: other, invariant, allow = [], retry = [] } = interleave;
    if (copies !== undefined && other !== undefined)
      problems.error(source.position([...at, 'with']), 'interleave: either copies or with');
    return [
      {
        kind: 'interleave',
        copies: copies ?? (other === undefined ? 2 : 1),
        with: other ?? null,
        invariant,
        allow,
        retry,
        position,
      },
    ];
  }
  if (key === 'forbid' || key === 'require')
    return (data[key] ?? []).map((one, index) => ({ kind: key, construct: one, position: place(index) }));
  return [];
};

/** @param path where `check` stands in the YAML */
export const toChecks = (
  data: readonly CheckData[],
  source: YamlSource,
  path: YamlPath,
  problems: Problems,
): ExerciseCheck[] => {
  const listed = isList(source, path);
  const checks = data
    .flatMap((one, index) => {
      const at = listed ? [...path, index] : path;
      return Object.keys(one).flatMap((key) => checksOf(key, one, source, at, problems));
    })
    .sort((a, b) => a.position.line - b.position.line || a.position.column - b.position.column);
  if (checks.length === 0) problems.error(source.position(path), 'check: at least one check is needed');
  const has = (kind: ExerciseCheck['kind']): boolean => checks.some((check) => check.kind === kind);
  for (const { kind, position } of checks) {
    if (kind === 'error' && has('result'))
      problems.error(position, 'error: an answer that has to fail has no result to compare');
    if (kind === 'error' && checks.filter((check) => check.kind === 'error').length > 1)
      problems.error(position, 'error: only one SQLSTATE can be asked for');
  }
  return checks;
};
