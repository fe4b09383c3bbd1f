import { describe, expect, it } from 'vitest';
import { Session } from '../../src/engine/session.ts';
import { Watcher } from '../../src/engine/watcher.ts';
import { fakeConnection } from '../support/fake-connection.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a look at the server', () => {
  it('is over before a VACUUM is sent, whose horizon it would hold back', async () => {
    let answer: (rows: string[][]) => void = () => {};
    const control = fakeConnection({
      rows: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    const watched = {
      ours: () => [1],
      inFlight: () => [1],
      awaited: () => true,
      locks: true,
      rule: 'lesson',
    } as const;
    const watcher = new Watcher(
      control,
      watched,
      () => {},
      () => {},
    );
    const sent: string[] = [];
    const own = fakeConnection({
      run: async (sql) => {
        sent.push(sql.trim());
        return { type: 'finished' };
      },
    });
    const session = new Session(
      'alice',
      own,
      () => {},
      false,
      () => watcher.rested(),
    );
    watcher.wanted();
    const sql = 'delete from t; -- then\nvacuum t; select 1';
    const done = session.run({ id: 'a', sql, send: 'statements', explain: false });
    await turn();
    expect(sent).toEqual(['delete from t']);
    answer([]);
    watcher.stop();
    await done;
    expect(sent).toHaveLength(3);
  });
});
