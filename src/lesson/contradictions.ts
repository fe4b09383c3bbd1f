import type { Problems } from './problems.ts';
import type { CellPattern, Claim, ClaimSet } from './types.ts';

type ClaimOf<K extends Claim['kind']> = Extract<Claim, { kind: K }>;

const checkRowLengths = (
  rows: readonly (readonly CellPattern[])[],
  columns: readonly string[] | undefined,
  claim: Claim,
  problems: Problems,
): void => {
  const width = columns?.length ?? rows[0]?.length ?? 0;
  const other = columns ? `there are ${columns.length} columns` : `the first has ${width}`;
  const index = rows.findIndex((row) => row.length !== width);
  if (index < 0) return;
  const found = rows[index]?.length ?? 0;
  const values = found === 1 ? '1 value' : `${found} values`;
  problems.error(claim.position, `${claim.kind}: row ${index + 1} has ${values}, but ${other}`);
};

/** Claims of one set that cannot all be true. */
export const findContradictions = ({ claims }: ClaimSet, problems: Problems): void => {
  const find = <K extends Claim['kind']>(kind: K): ClaimOf<K> | undefined =>
    claims.find((claim): claim is ClaimOf<K> => claim.kind === kind);
  const contradict = (claim: Claim, why: string): void =>
    problems.error(claim.position, `${claim.kind}: ${why}`);

  const error = find('error');
  const rows = find('rows');
  const rowCount = find('rowCount');
  const tag = find('tag');
  const columns = find('columns');
  const message = find('message');
  const failed = (error && error.sqlstate !== null) || (!error && message);
  if (failed)
    for (const claim of [rows, columns, rowCount, tag])
      if (claim) contradict(claim, 'a statement that fails has no result (contradicts the error)');
  if (error?.sqlstate === null && message) contradict(message, 'there is no message without an error');

  const tagCount = /^[A-Z ]+ (?:0 )?(\d+)$/.exec(tag?.tag ?? '')?.[1];
  if (rows && rowCount && rows.rows.length !== rowCount.count)
    contradict(rowCount, `${rowCount.count} contradicts rows, of which there are ${rows.rows.length}`);
  if (tag && tagCount && rowCount && Number(tagCount) !== rowCount.count)
    contradict(tag, `"${tag.tag}" contradicts rowCount ${rowCount.count}`);
  if (tag && tagCount && rows && Number(tagCount) !== rows.rows.length)
    contradict(tag, `"${tag.tag}" contradicts rows, of which there are ${rows.rows.length}`);
  if (rows) checkRowLengths(rows.rows, columns?.columns, rows, problems);
  for (const claim of claims)
    if (claim.kind === 'state') checkRowLengths(claim.rows, undefined, claim, problems);

  const lock = find('lock');
  if (find('blockedBy')?.sessions.length === 0 && lock)
    contradict(lock, 'a step that is never blocked waits for no lock (contradicts blockedBy)');
  if (lock && Object.keys(lock.lock).length === 0) contradict(lock, 'name a mode, a type or a relation');
  if (failed)
    for (const claim of claims)
      if (claim.kind === 'plan')
        contradict(claim, 'a statement that fails has no plan (contradicts the error)');
  const unblocks = find('unblocks');
  const both = find('blocks')?.sessions.find((session) => unblocks?.sessions.includes(session));
  if (unblocks && both) contradict(unblocks, `"${both}" cannot be in blocks and in unblocks`);
  for (const kind of ['blockedBy', 'blocks', 'unblocks', 'lost'] as const) {
    const claim = find(kind);
    if (claim && new Set(claim.sessions).size < claim.sessions.length)
      contradict(claim, 'a session is named twice');
  }
};
