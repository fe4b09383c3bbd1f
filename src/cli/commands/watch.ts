import type { Catalog } from '../../lesson/catalog.ts';
import { outlineOf } from '../../lesson/outline.ts';
import type { Lesson } from '../../lesson/types.ts';
import type { Player, PlayerState } from '../../player/state.ts';
import { noProgress } from '../../progress/types.ts';
import { glyphsFor } from '../../text/glyphs.ts';
import type { Command, Globals } from '../command.ts';
import { editText } from '../edit-file.ts';
import { exitCodes, UsageError } from '../errors.ts';
import { untilSignal } from '../leaving.ts';
import { fromHere } from '../places.ts';
import { type ServerAccess, serverAccess } from '../server.ts';
import { canRedraw, say, wantsStyle } from '../terminal.ts';
import { fileOf, type WatchedLesson, type WatchReport, watchLesson } from '../watched-lesson.ts';

const inWords = ({ state, problems, checks }: WatchReport): string => {
  if (state === 'broken') return 'It cannot be played as it was saved; what you see is the version before.';
  if (state === 'checking') return 'Checking the claims…';
  return problems.length === 0 ? `All ${checks} claims hold.` : `${checks} claims checked.`;
};

const isFine = ({ state, problems }: WatchReport): boolean => state !== 'broken' && problems.length === 0;

/** Resolves when the signal is aborted. */
const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Resolves once there is a version that can be played, or the signal is aborted. */
const playable = (watched: WatchedLesson, signal: AbortSignal): Promise<unknown> => {
  if (watched.lesson()) return Promise.resolve();
  for (const problem of watched.report().problems) say(problem);
  say('It opens as soon as it can be played. Ctrl+C ends it.');
  const saved = new Promise<void>((resolve) => {
    watched.subscribe((what) => {
      if (what === 'lesson') resolve();
      else for (const problem of watched.report().problems) say(problem);
    });
  });
  return Promise.race([saved, aborted(signal)]);
};

/** Where a lesson goes on in another version: on the same page, behind the last of its steps that is still there. */
const placeIn = (lesson: Lesson, from: PlayerState) => {
  const same = lesson.pages.find(({ id }) => id === from.page);
  const index = from.lesson.pages.findIndex(({ id }) => id === from.page);
  const page = same ?? lesson.pages[Math.min(Math.max(0, index), lesson.pages.length - 1)];
  const steps = page?.blocks.flatMap((block) =>
    block.kind === 'sql' || block.kind === 'view' ? [block.id] : [],
  );
  return {
    startPage: page?.id ?? null,
    startAfter: from.ran.findLast((id) => steps?.includes(id)) ?? null,
    answers: Object.fromEntries(Object.entries(from.predictions).map(([id, { choice }]) => [id, choice])),
  };
};

const catalogOf = (lesson: Lesson): Catalog => ({
  modules: [{ module: lesson.module, after: [], lessons: [{ ...lesson, outline: outlineOf(lesson) }] }],
  problems: [],
});

/** The lesson on full screens, opened again with each save. @returns the exit code */
const onScreen = async (first: Lesson, watched: WatchedLesson, access: ServerAccess): Promise<number> => {
  const [{ runTui }, { createPlayer }] = await Promise.all([
    import('../../tui/app.ts'),
    import('../../player/player.ts'),
  ]);
  const openServer = () => access.open();
  /** Where the version being made ready will be, for a save that comes before it is. */
  let place: ReturnType<typeof placeIn> = { startPage: null, startAfter: null, answers: {} };
  const reopen = async (from: PlayerState): Promise<Player> => {
    const lesson = watched.lesson() ?? first;
    if (from.phase !== 'starting' && from.phase !== 'replaying') place = placeIn(lesson, from);
    return createPlayer({ lesson, ...place, openServer });
  };
  return runTui({
    catalog: catalogOf(first),
    progress: { all: () => ({}), lesson: () => noProgress, takeNotices: () => [] },
    openPlayer: async (_id, page) => {
      place = { startPage: page, startAfter: null, answers: {} };
      return createPlayer({ lesson: watched.lesson() ?? first, ...place, openServer });
    },
    editText: (text, signal) => editText(text, { signal }),
    watch: {
      report: () => {
        const report = watched.report();
        return { words: inWords(report), ok: isFine(report), problems: report.problems };
      },
      reopen,
      subscribe: watched.subscribe,
    },
    start: { screen: 'lesson', id: first.id, page: null },
    glyphs: glyphsFor(process.env),
    color: wantsStyle(),
    serverLabel: access.label,
    stdin: process.stdin,
    stdout: process.stdout,
  });
};

/** What is wrong, once for each save, until a signal comes. */
const inPlain = async (file: string, watched: WatchedLesson, signal: AbortSignal): Promise<number> => {
  const tell = (): void => {
    const report = watched.report();
    if (report.state === 'checking') return;
    const words = report.state === 'broken' ? 'it cannot be played' : inWords(report);
    process.stdout.write(
      [...report.problems, `${fromHere(file)}: ${words}`].map((line) => `${line}\n`).join(''),
    );
  };
  const stop = watched.subscribe(tell);
  tell();
  await aborted(signal);
  stop();
  return exitCodes.ok;
};

const watch = async (wanted: string, globals: Globals, signal: AbortSignal): Promise<number> => {
  const redraws = !globals.plain && canRedraw();
  const file = await fileOf(globals.lessons, wanted);
  const access = await serverAccess(globals, redraws ? { log: () => {} } : {});
  try {
    // Whether a server of the author's may be used is asked before the screen is taken.
    if (access.target.kind === 'server') await access.open();
    const watched = await watchLesson(file, () => access.open());
    try {
      if (!redraws) return await inPlain(file, watched, signal);
      await playable(watched, signal);
      const lesson = watched.lesson();
      return lesson && !signal.aborted ? await onScreen(lesson, watched, access) : exitCodes.ok;
    } finally {
      await watched.close();
    }
  } finally {
    await access.close();
  }
};

export const command: Command = {
  usage: 'watch <lesson>',
  description: `Opens a lesson while you write it: each save opens it anew on the same page, and
all its claims are checked beside it. What is wrong stands above the page, as
file:line:column; a version that cannot be played leaves the one before it open.
Where nothing can be redrawn, it prints what is wrong after each save.
Nothing is recorded as progress.`,
  options: {},
  maxPositionals: 1,
  async run({ globals, positionals }) {
    const [wanted] = positionals;
    if (wanted === undefined)
      throw new UsageError('which lesson? For example: pg-tutor watch lessons/01-first/01-tiny.md');
    return untilSignal((signal) => watch(wanted, globals, signal));
  },
};
