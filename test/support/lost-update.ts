import { lessonOf, onTransaction, prediction, prose, Recorder, rowsResult, sqlStep } from './recording.ts';

/** Two tellers and one account: a wait, its release, and what came of it. */
export const lostUpdate = lessonOf(
  ['alice', 'bob'],
  [
    {
      id: 'both-read',
      title: 'Two tellers, one account',
      blocks: [
        prose('Alice and Bob work at two counters of one bank. Both read the balance before either writes.'),
        sqlStep('alice', 'alice-read', 'begin;\nselect balance from account where id = 1;'),
        sqlStep('bob', 'bob-read', 'begin;\nselect balance from account where id = 1;'),
      ],
    },
    {
      id: 'bob-arrives',
      title: 'Bob arrives while Alice is still thinking',
      blocks: [
        prose(
          'Alice has read the balance and changed it, but has not committed. Bob withdraws 100 from the same account.',
        ),
        sqlStep('alice', 'alice-write', 'update account set balance = 200 where id = 1;'),
        prediction(
          'bob-write',
          "Bob's UPDATE…",
          ['succeeds at once', 'waits for Alice', 'fails: could not serialize access'],
          'READ COMMITTED locks the row it updates until the transaction ends. The second writer has to wait.',
        ),
        sqlStep('bob', 'bob-write', 'update account set balance = 200 where id = 1;'),
        prose('Nothing moves until Alice decides.'),
        sqlStep('alice', 'alice-commit', 'commit;'),
      ],
    },
    { id: 'end', title: 'What is left', blocks: [prose('One withdrawal is gone.')] },
  ],
);

const read = 'select balance from account where id = 1';
const write = 'update account set balance = 200 where id = 1';

/** Up to and with the moment when bob waits. */
export const untilBobWaits = (): Recorder => {
  const recorder = new Recorder().start(lostUpdate).wait(100);
  for (const [step, session] of [
    ['alice-read', 'alice'],
    ['bob-read', 'bob'],
  ] as const) {
    recorder.send(step, session, 'begin').wait(2).tag(step, 'BEGIN');
    recorder.add({ type: 'transaction-changed', session, status: 'open' });
    recorder
      .statement(step, 2, read)
      .wait(2)
      .result(step, rowsResult(['balance'], [['300']], 23, 2));
    recorder.finished(step).settled(step).wait(900);
  }
  recorder.add({ type: 'page-entered', page: 'bob-arrives' });
  recorder.run('alice-write', 'alice', write, 'UPDATE 1').wait(1200);
  recorder.add({ type: 'prediction-made', prediction: 'bob-write-guess', choice: 1 });
  recorder.send('bob-write', 'bob', write).wait(9).blocked('bob-write', ['alice'], onTransaction('749'));
  recorder.add({
    type: 'locks-sampled',
    locks: [
      { session: 'alice', granted: true, type: 'relation', mode: 'RowExclusiveLock', relation: 'account' },
      { session: 'alice', granted: true, type: 'transactionid', mode: 'ExclusiveLock', transactionId: '749' },
      { session: 'bob', granted: true, type: 'relation', mode: 'RowExclusiveLock', relation: 'account' },
      { session: 'bob', granted: false, type: 'transactionid', mode: 'ShareLock', transactionId: '749' },
    ],
  });
  return recorder
    .settled('bob-write')
    .add({ type: 'prediction-judged', prediction: 'bob-write-guess', right: [1] });
};

/** And alice's commit, which lets bob go on. */
export const untilReleased = (): Recorder =>
  untilBobWaits()
    .wait(4210)
    .send('alice-commit', 'alice', 'commit')
    .wait(2)
    .tag('alice-commit', 'COMMIT')
    .add({ type: 'transaction-changed', session: 'alice', status: 'idle' })
    .finished('alice-commit')
    .wait(1)
    .add({ type: 'step-unblocked', step: 'bob-write' })
    .tag('bob-write', 'UPDATE 1')
    .finished('bob-write')
    .settled('alice-commit');
