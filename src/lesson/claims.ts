import type * as z from 'zod';
import { measuredShape, toMeasurePattern } from './measures.ts';
import { planShape, toPlanPattern } from './plan-patterns.ts';
import type { Problems } from './problems.ts';
import {
  cell,
  list,
  mapping,
  oneOrMore,
  pattern,
  regex,
  text,
  versions,
  wholeNumber,
  yesOrNo,
} from './schema.ts';
import { namePattern } from './slug.ts';
import type { Claim, ClaimSet, Position } from './types.ts';
import { anyVersion } from './versions.ts';
import { isList, type YamlPath, type YamlSource } from './yaml.ts';

const rows = list(list(cell, 'a row such as [1, a]'), 'a list of rows such as [[1, a], [2, b]]');
const name = pattern('a name', namePattern);
const sessions = oneOrMore(name, 'a session, a list of sessions or none').transform((names) =>
  names.length === 1 && names[0] === 'none' ? [] : names,
);
const sqlstate = pattern('a SQLSTATE such as "40001", or none', /^([0-9A-Z]{5}|none|null)$/);
const large = Number.MAX_SAFE_INTEGER;

/** The shape of the `when` of a choice, and of each set in an `expect` block. */
export const claimKeys = mapping(
  'claims such as { rowCount: 1 }',
  {
    rows: rows.optional(),
    ordered: yesOrNo.optional(),
    columns: list(text('the name of a column'), 'a list of column names').optional(),
    rowCount: wholeNumber(0, large).optional(),
    tag: text('a command tag such as UPDATE 1').optional(),
    error: sqlstate.transform((code) => (code === 'none' || code === 'null' ? null : code)).optional(),
    message: regex.optional(),
    notice: oneOrMore(regex, 'a regular expression or a list of them').optional(),
    blockedBy: sessions.optional(),
    blocks: sessions.optional(),
    unblocks: sessions.optional(),
    lost: sessions.optional(),
    lock: mapping('a lock such as { mode: ShareLock }', {
      mode: pattern('a lock mode such as ShareLock', /^[A-Z][A-Za-z]+Lock$/).optional(),
      type: pattern('a lock type such as relation', /^[a-z]+$/).optional(),
      relation: text('the name of a relation').optional(),
    }).optional(),
    state: oneOrMore(
      mapping('{ sql, rows }', { sql: text('a query'), rows, ordered: yesOrNo.optional() }),
      '{ sql, rows } or a list of them',
    ).optional(),
    plan: planShape.optional(),
    measured: measuredShape.optional(),
    step: name.optional(),
    statement: wholeNumber(1, 1000).optional(),
    postgres: versions.optional(),
  },
  ['notification', 'deadlockVictim'],
);

/** The shape of an `expect` block: one set of claims, or a list of them. */
export const expectKeys = oneOrMore(claimKeys, 'claims such as { rowCount: 1 }, or a list of them');

export type ClaimData = z.output<typeof claimKeys>;

/** The claims under one key, in the order of types.ts. */
const claimsOf = (key: string, data: ClaimData, position: Position): Claim[] => {
  const { lock } = data;
  if (key === 'rows' && data.rows)
    return [{ kind: 'rows', rows: data.rows, ordered: data.ordered ?? false, position }];
  if (key === 'columns' && data.columns) return [{ kind: 'columns', columns: data.columns, position }];
  if (key === 'rowCount' && data.rowCount !== undefined)
    return [{ kind: 'rowCount', count: data.rowCount, position }];
  if (key === 'tag' && data.tag !== undefined) return [{ kind: 'tag', tag: data.tag, position }];
  if (key === 'error' && data.error !== undefined) return [{ kind: 'error', sqlstate: data.error, position }];
  if (key === 'message' && data.message !== undefined)
    return [{ kind: 'message', pattern: data.message, position }];
  if (key === 'blockedBy' && data.blockedBy)
    return [{ kind: 'blockedBy', sessions: data.blockedBy, position }];
  if (key === 'blocks' && data.blocks) return [{ kind: 'blocks', sessions: data.blocks, position }];
  if (key === 'unblocks' && data.unblocks) return [{ kind: 'unblocks', sessions: data.unblocks, position }];
  if (key === 'lost' && data.lost) return [{ kind: 'lost', sessions: data.lost, position }];
  if (key === 'lock' && lock) {
    const { mode, type, relation } = lock;
    const pattern = { ...(mode && { mode }), ...(type && { type }), ...(relation && { relation }) };
    return [{ kind: 'lock', lock: pattern, position }];
  }
  return [];
};

/** Where each of the claims under a key stands: at the key, or at its own item of a list. */
const places = (source: YamlSource, path: YamlPath, count: number): Position[] => {
  const listed = isList(source, path);
  return Array.from({ length: count }, (_, index) => source.position(listed ? [...path, index] : path));
};

/** Claims of which a list may hold several. */
const listedClaims = (key: string, data: ClaimData, source: YamlSource, path: YamlPath): Claim[] => {
  const count = { notice: data.notice?.length, state: data.state?.length }[key] ?? 0;
  return places(source, [...path, key], count).flatMap((position, index): Claim[] => {
    const notice = data.notice?.[index];
    if (key === 'notice') return notice === undefined ? [] : [{ kind: 'notice', pattern: notice, position }];
    const state = data.state?.[index];
    return state ? [{ ...state, kind: 'state', ordered: state.ordered ?? false, position }] : [];
  });
};

const planClaims = (data: ClaimData, source: YamlSource, path: YamlPath, problems: Problems): Claim[] => {
  const key = [...path, 'plan'];
  const listed = isList(source, key);
  return (data.plan ?? []).map((pattern, index): Claim => {
    const at = listed ? [...key, index] : key;
    return {
      kind: 'plan',
      plan: toPlanPattern(pattern, source, at, problems),
      position: source.position(at),
    };
  });
};

const measuredClaims = (data: ClaimData, source: YamlSource, path: YamlPath, problems: Problems): Claim[] => {
  const key = [...path, 'measured'];
  const listed = isList(source, key);
  return (data.measured ?? []).map((pattern, index): Claim => {
    const at = listed ? [...key, index] : key;
    const measured = toMeasurePattern(pattern, source, at, problems);
    return { kind: 'measured', measured, position: source.position(at) };
  });
};

/** Claims read, and where the `step` they name is written. */
export type ReadClaims = { readonly set: ClaimSet; readonly stepPosition: Position };

/** @param path where in the YAML the claims stand: [] or [0] in an `expect`, [choices, 0, when] in a `predict` */
export const toClaimSet = (
  data: ClaimData,
  source: YamlSource,
  path: YamlPath,
  problems: Problems,
): ReadClaims => {
  const position = source.valuePosition(path);
  // Object.keys of what zod gives is in the order of the schema; claims go in the author's order.
  const claims = Object.keys(data)
    .flatMap((key) => {
      if (key === 'plan') return planClaims(data, source, path, problems);
      if (key === 'measured') return measuredClaims(data, source, path, problems);
      if (key === 'notice' || key === 'state') return listedClaims(key, data, source, path);
      return claimsOf(key, data, source.position([...path, key]));
    })
    .sort((a, b) => a.position.line - b.position.line || a.position.column - b.position.column);
  const set: ClaimSet = {
    ...(data.step !== undefined && { step: data.step }),
    ...(data.statement !== undefined && { statement: data.statement }),
    postgres: data.postgres ?? anyVersion,
    claims,
    position,
  };
  if (claims.length === 0)
    problems.error(position, `${path.at(-1) === 'when' ? 'when: ' : ''}at least one claim is needed`);
  if (data.ordered !== undefined && !data.rows)
    problems.error(
      source.position([...path, 'ordered']),
      'ordered: says how to compare rows, but there are none',
    );
  return { set, stepPosition: source.valuePosition([...path, 'step']) };
};
