import type { LockTarget } from '../timeline/events.ts';

type Row = readonly (string | null)[];

/** The columns of `target` in blocking.sql.ts. */
export const lockTarget = (row: Row): LockTarget => {
  const [type, mode, relation, tuple, transactionId, virtualXid, advisoryKey] = row;
  return {
    type: type ?? '',
    mode: mode ?? '',
    ...(relation == null ? {} : { relation }),
    ...(tuple == null ? {} : { tuple }),
    ...(transactionId == null ? {} : { transactionId }),
    ...(virtualXid == null ? {} : { virtualXid }),
    ...(advisoryKey == null ? {} : { advisoryKey }),
  };
};
