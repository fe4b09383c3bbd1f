import type { Connection } from '../../src/postgres/types.ts';

/** A connection to nothing: every statement ends well, every question has no rows. */
export const fakeConnection = (own: Partial<Connection> = {}): Connection => ({
  pid: 1,
  transaction: 'idle',
  lost: null,
  run: async () => ({ type: 'finished' }),
  rows: async () => [],
  onNotice: () => {},
  onNotification: () => {},
  onLost: () => {},
  end: async () => {},
  ...own,
});
