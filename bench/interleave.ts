/**
 * How long it takes to judge an answer of four statements beside itself: all 70 orders of two copies, from the moment
 * an answer is handed in. CPU is that of this process; the server's comes on top and is not counted.
 *
 *   npm run bench -- interleave [rounds]     10 by default
 */
import { createJudge } from '../src/player/judge.ts';
import { fence, lessonOf } from '../test/support/lesson.ts';
import { cpuSince, percentiles } from './support/measure.ts';
import { openBenchServer } from './support/server.ts';

const rounds = Number(process.argv[2] ?? 10);
const lesson = lessonOf(`${fence(
  'sql setup',
  `create table account (id int primary key, balance int not null);
insert into account values (1, 300), (2, 300);`,
)}
## Page

${fence(
  'exercise #withdraw',
  `task: Withdraw 100.
solution: update account set balance = balance - 100 where id = 1
check:
  - interleave: { copies: 2, invariant: select balance = 100 from account where id = 1 }`,
)}`);
const exercise = lesson.pages.flatMap(({ blocks }) => blocks).find((block) => block.kind === 'exercise');
if (exercise?.kind !== 'exercise') throw new Error('no exercise');

/** In the first every order is possible and played; in the second somebody waits in most of them. */
const answers = {
  'no waits': `select 1;
select balance from account;
select 3;
update account set balance = balance - 100 where id = 1;`,
  waits: `begin;
select balance from account where id = 1;
update account set balance = balance - 100 where id = 1;
commit;`,
};

const server = await openBenchServer();
const judge = createJudge({ lesson, exercise, server });
try {
  for (const [name, sql] of Object.entries(answers)) {
    const walls: number[] = [];
    const cpus: number[] = [];
    let told = 0;
    for (let round = 0; round <= rounds; round++) {
      const [from, cpu] = [performance.now(), process.cpuUsage()];
      const verdict = await judge.judge(sql, {
        onProgress: ({ phase, done }) => {
          if (phase === 'orders') told = done;
        },
      });
      if (verdict.outcome !== 'passed') throw new Error(`${name}: ${JSON.stringify(verdict)}`);
      // The first round makes the databases.
      if (round === 0) continue;
      walls.push(performance.now() - from);
      cpus.push(cpuSince(cpu));
    }
    process.stdout.write(`${name.padEnd(9)} ${told} orders   ${percentiles(walls)}\n`);
    process.stdout.write(`${name.padEnd(9)} CPU of node ${percentiles(cpus)}\n`);
  }
} finally {
  await judge.close();
  await server.close();
}
