/**
 * How long after an event the terminal has it: from the event to the bytes of the frame that shows it, the lesson
 * screen at 120x36 with a session that begins to wait. "Quiet" events come one at a time; "in a burst" each comes as
 * soon as the one before is drawn, so that the pace of drawing counts too. CPU is what one of them costs the process.
 *
 *   npm run bench -- drawing [rounds]     500 by default
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { lostUpdate, untilReleased } from '../test/support/lost-update.ts';
import { onTransaction } from '../test/support/recording.ts';
import { openLesson } from '../test/support/tui.ts';
import { cpuSince, percentiles } from './support/measure.ts';
import { createSink } from './support/sink.ts';

const rounds = Number(process.argv[2] ?? 500);
/** A page has some ten steps; the timeline of hundreds would measure something else. */
const perLesson = 10;

const open = async () => {
  const sink = createSink({ columns: 120, rows: 36 });
  const shown = sink.until('next page');
  const { player, quit } = openLesson(lostUpdate, untilReleased().events, sink.size, { stdout: sink.stdout });
  await shown;
  await sleep(100);
  return { sink, player, quit };
};

const results: string[] = [];
for (const [name, pause] of [
  ['quiet', 25],
  ['in a burst', 0],
] as const) {
  const times: number[] = [];
  const costs: number[] = [];
  for (let lesson = 0; lesson < rounds / perLesson; lesson++) {
    const { sink, player, quit } = await open();
    for (let round = 0; round < perLesson; round++) {
      const sql = `select ${lesson * perLesson + round} as nth`;
      if (pause > 0) await sleep(pause);
      const used = process.cpuUsage();
      const sent = performance.now();
      const drawn = sink.until(sql);
      player.emit(
        { type: 'step-sent', step: `s${round}`, session: 'bob', sql },
        { type: 'statement-sent', step: `s${round}`, statement: 1, sql },
        { type: 'step-blocked', step: `s${round}`, by: ['alice'], lock: onTransaction('9') },
      );
      times.push((await drawn) - sent);
      costs.push(cpuSince(used));
    }
    await quit();
  }
  results.push(`event drawn, ${name.padEnd(12)} ${percentiles(times)}`);
  results.push(`  CPU                     ${percentiles(costs)}`);
}
process.stdout.write(`${results.join('\n')}\n`);
process.exit(0);
