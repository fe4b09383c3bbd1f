/** Runs the screens with a player that plays back events, and lets something go wrong: `argv[2]` says what. */
import { writeFileSync } from 'node:fs';
import { noProgress } from '../../src/progress/types.ts';
import { unicodeGlyphs } from '../../src/text/glyphs.ts';
import { runTui } from '../../src/tui/app.ts';
import { FakePlayer } from './fake-player.ts';
import { lostUpdate, untilBobWaits } from './lost-update.ts';
import { catalogOf } from './tui.ts';

const fault = process.argv[2] ?? 'none';
const pidFile = process.argv[3];
let draws = 0;

const fail = (): never => {
  throw new Error(`fault: ${fault}`);
};

const late = (work: () => void): void => {
  setTimeout(work, 300);
};
if (fault === 'timer') late(fail);
if (fault === 'rejection') late(() => void Promise.reject(new Error('fault: rejection')));
if (fault === 'stderr') late(() => process.stderr.write('a warning of somebody\n'));
if (pidFile) late(() => writeFileSync(pidFile, String(process.pid)));

const player = new FakePlayer(lostUpdate, untilBobWaits().events);
runTui({
  catalog: catalogOf([lostUpdate]),
  progress: { all: () => ({}), lesson: () => noProgress, takeNotices: () => [] },
  openPlayer: async () => player,
  start: { screen: 'lesson', id: lostUpdate.id, page: null },
  glyphs: unicodeGlyphs,
  color: true,
  serverLabel: () => {
    draws += 1;
    return fault === 'render' && draws > 3 ? fail() : 'PostgreSQL 18.4';
  },
  stdin: process.stdin,
  stdout: process.stdout,
}).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`caught: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
