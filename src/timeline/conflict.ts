import type { TransactionStatus } from './events.ts';
import type { StepState, TimelineState } from './state.ts';

/** Utility commands that take no snapshot (PostgreSQL: PlannedStmtRequiresSnapshot in tcop/utility.c). */
const withoutSnapshot =
  /^(begin|start|set|reset|show|lock|savepoint|release|rollback|abort|commit|end|prepare|listen|notify|unlisten|discard|fetch|move|close|deallocate|checkpoint)\b/i;

export const needsSnapshot = (sql: string): boolean => {
  const text = sql.replace(/^(\s+|--[^\n]*\n|\/\*[\s\S]*?\*\/)+/, '');
  return text !== '' && !withoutSnapshot.test(text);
};

/** Whether a statement that ended with this tag made changes visible to others. `status`: before the statement. */
export const isCommit = (tag: string, status: TransactionStatus): boolean =>
  status === 'open'
    ? tag === 'COMMIT'
    : status === 'idle' && /^(INSERT|UPDATE|DELETE|MERGE|COPY) .*[1-9]/.test(tag);

const serializationFailure = '40001';

/**
 * Who a step that failed with 40001 lost against. PostgreSQL does not say; it is known when one other session alone
 * can have been it: for a concurrent update one that committed since the snapshot was taken, for read/write
 * dependencies one whose transaction overlapped.
 */
export const conflictOf = (
  state: TimelineState,
  step: StepState,
): { readonly session: string; readonly step: string } | null => {
  if (step.error?.sqlstate !== serializationFailure) return null;
  const own = state.sessions.find((session) => session.name === step.session);
  // A COMMIT that fails has ended the transaction it speaks of.
  const inTransaction =
    own?.transaction !== 'idle' || /^\s*(commit|end)\b/i.test(step.statements.at(-1) ?? '');
  const from = (inTransaction ? own?.firstQueryAt : null) ?? step.sentAt;
  const commits = state.commits.filter((commit) => commit.session !== step.session && commit.at > from);
  const readWrite = /dependencies/.test(step.error.message);
  const open = readWrite
    ? state.sessions.filter(
        (session) =>
          session.name !== step.session && session.transaction === 'open' && session.firstQueryAt !== null,
      )
    : [];
  const names = new Set(
    [...commits, ...open.map((session) => ({ session: session.name }))].map((one) => one.session),
  );
  const [session] = names;
  if (names.size !== 1 || session === undefined) return null;
  const commit = commits.at(-1)?.step ?? state.steps.findLast((other) => other.session === session)?.step;
  return commit === undefined ? null : { session, step: commit };
};
