import { loadCatalog } from '../lesson/catalog.ts';
import type { Lesson } from '../lesson/types.ts';
import type { Player } from '../player/state.ts';
import { createProgressRecorder } from '../progress/record.ts';
import { openProgress } from '../progress/store.ts';
import type { ProgressStore } from '../progress/types.ts';
import { glyphsFor } from '../text/glyphs.ts';
import { loadHighlighter, plainHighlighter } from '../text/highlight.ts';
import type { RunEvent } from '../timeline/events.ts';
import type { Globals } from './command.ts';
import { exitCodes, Failure } from './errors.ts';
import { untilSignal } from './leaving.ts';
import { needLesson } from './lessons.ts';
import { unmetOn } from './needs.ts';
import { confirmDatabase, defaultSandbox, experimentFiles, type SandboxSettings } from './sandbox.ts';
import { type ServerAccess, serverAccess } from './server.ts';
import { say, textSettings, wantsStyle } from './terminal.ts';

/** Where to begin: the home screen, or a lesson (`page`: null is its first page). */
export type Start =
  | { readonly screen: 'home' }
  | { readonly screen: 'sandbox'; readonly sandbox: SandboxSettings }
  | { readonly screen: 'lesson'; readonly lesson: Lesson; readonly page: string | null };

const tellNotices = (store: ProgressStore): void => {
  for (const notice of store.takeNotices()) say(notice);
};

/** The player is loaded when a lesson is opened: with it comes the driver, and the list must be quick. */
const loadPlayer = async () => (await import('../player/player.ts')).createPlayer;

const openLesson = (
  createPlayer: Awaited<ReturnType<typeof loadPlayer>>,
  lesson: Lesson,
  page: string | null,
  access: ServerAccess,
  onEvent: (event: RunEvent) => void,
): Player =>
  createPlayer({
    lesson,
    startPage: page,
    onEvent,
    openServer: async () => {
      const server = await access.open();
      const unmet = await unmetOn(server, lesson.needs);
      if (unmet.length === 0) return server;
      throw new Failure(
        `This lesson needs ${unmet.join(', ')}; the server is PostgreSQL ${server.info.version}.`,
      );
    },
  });

/** Full screens until the learner leaves. @returns the exit code */
export const playOnScreen = async (start: Start, globals: Globals): Promise<number> => {
  // Nothing may be printed over the screen: what the server says on its way goes to the hint line.
  let serverWords: string | null = null;
  const log = (line: string): void => {
    serverWords = line;
  };
  const { lessons, indexFile } = globals;
  const [access, { runTui }, catalog] = await Promise.all([
    serverAccess(globals, { log }),
    import('../tui/app.ts'),
    loadCatalog(lessons, indexFile === undefined ? {} : { indexFile }),
  ]);
  try {
    // Whether a server of the learner's may be used is asked before the screen is taken.
    if (access.target.kind === 'server') await access.open();
    if (start.screen === 'sandbox') await confirmDatabase(start.sandbox, access, globals.yes);
    const progress = openProgress();
    return await runTui({
      catalog,
      progress,
      openPlayer: async (id, page) => {
        const lesson = await needLesson(lessons, id, () => {});
        return openLesson(await loadPlayer(), lesson, page, access, createProgressRecorder(progress, lesson));
      },
      openSandbox: async () => {
        const { createSandbox } = await import('../player/sandbox.ts');
        const settings = start.screen === 'sandbox' ? start.sandbox : defaultSandbox;
        return createSandbox({ ...settings, openServer: () => access.open() });
      },
      files: experimentFiles,
      start:
        start.screen !== 'lesson'
          ? { screen: start.screen }
          : { screen: 'lesson', id: start.lesson.id, page: start.page },
      glyphs: glyphsFor(process.env),
      color: wantsStyle(),
      serverLabel: access.label,
      serverWords: () => serverWords,
      stdin: process.stdin,
      stdout: process.stdout,
    });
  } finally {
    await access.close();
  }
};

/** One lesson as a conversation on stdin and stdout. @returns the exit code */
export const playInPlain = (lesson: Lesson, page: string | null, globals: Globals): Promise<number> =>
  untilSignal(
    async (signal) => {
      const access = await serverAccess(globals);
      try {
        await access.open();
        const store = openProgress();
        const record = createProgressRecorder(store, lesson);
        const settings = textSettings();
        const style = settings.style && !globals.plain;
        const [{ playPlain }, createPlayer] = await Promise.all([import('../plain/player.ts'), loadPlayer()]);
        const end = await playPlain({
          ...settings,
          lesson,
          style,
          highlight: style ? await loadHighlighter() : plainHighlighter,
          input: process.stdin,
          write: (text) => {
            process.stdout.write(text);
          },
          signal,
          onInterrupt: (listener) => {
            process.on('SIGINT', listener);
            return () => process.off('SIGINT', listener);
          },
          openPlayer: (onEvent) =>
            openLesson(createPlayer, lesson, page, access, (event) => {
              record(event);
              onEvent(event);
            }),
        });
        tellNotices(store);
        return end === 'interrupted' ? exitCodes.interrupted : exitCodes.ok;
      } finally {
        await access.close();
      }
    },
    { interrupts: false },
  );
