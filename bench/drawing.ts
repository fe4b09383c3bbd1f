/**
 * How long after an event the screen has it: from the event to the last byte written to the terminal, the lesson
 * screen at 120x36 with a session that begins to wait.
 */
import { lostUpdate, untilReleased } from '../test/support/lost-update.ts';
import { onTransaction } from '../test/support/recording.ts';
import { openLesson } from '../test/support/tui.ts';

const rounds = Number(process.argv[2] ?? 500);
/** A page has some ten steps; the timeline of hundreds would measure something else. */
const perLesson = 10;
let { screen, player } = openLesson(lostUpdate, untilReleased().events, { columns: 120, rows: 36 });
await screen.until('next page');
const times: number[] = [];
for (let round = 0; round < rounds; round++) {
  if (round % perLesson === perLesson - 1) {
    ({ screen, player } = openLesson(lostUpdate, untilReleased().events, { columns: 120, rows: 36 }));
    await screen.until('next page');
  }
  const sql = `select ${round} as nth`;
  const sent = performance.now();
  player.emit(
    { type: 'step-sent', step: `s${round}`, session: 'bob', sql },
    { type: 'statement-sent', step: `s${round}`, statement: 1, sql },
    { type: 'step-blocked', step: `s${round}`, by: ['alice'], lock: onTransaction('9') },
  );
  await screen.until(sql);
  times.push(screen.lastWrite - sent);
}
times.sort((a, b) => a - b);
const at = (share: number): string =>
  (times[Math.min(rounds - 1, Math.floor(rounds * share))] ?? Number.NaN).toFixed(1);
process.stdout.write(
  `event drawn    p50 ${at(0.5)} ms   p99 ${at(0.99)} ms   max ${at(1)} ms   (${rounds})\n`,
);
process.exit(0);
