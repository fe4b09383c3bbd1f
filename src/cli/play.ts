import { loadCatalog, loadTexts } from '../lesson/catalog.ts';
import type { Lesson } from '../lesson/types.ts';
import type { LineReader } from '../plain/line-reader.ts';
import type { PlainEnd } from '../plain/player.ts';
import type { Player } from '../player/state.ts';
import { openDrafts } from '../progress/drafts.ts';
import { createProgressRecorder } from '../progress/record.ts';
import { type Place, resumePlace, startOf } from '../progress/resume.ts';
import { openProgress } from '../progress/store.ts';
import { exercisesOf, type LessonProgress, type ProgressStore } from '../progress/types.ts';
import { glyphsFor } from '../text/glyphs.ts';
import { loadHighlighter, plainHighlighter } from '../text/highlight.ts';
import type { RunEvent } from '../timeline/events.ts';
import type { Globals } from './command.ts';
import { editText } from './edit-file.ts';
import { exitCodes, Failure } from './errors.ts';
import { untilSignal } from './leaving.ts';
import { needLesson } from './lessons.ts';
import { unmetOn } from './needs.ts';
import { confirmDatabase, defaultSandbox, experimentFiles, type SandboxSettings } from './sandbox.ts';
import { type ServerAccess, serverAccess } from './server.ts';
import { say, textSettings, wantsStyle } from './terminal.ts';

/** Where to begin. */
export type Start =
  | { readonly screen: 'home' }
  | { readonly screen: 'review' }
  | { readonly screen: 'sandbox'; readonly sandbox: SandboxSettings }
  | { readonly screen: 'lesson'; readonly lesson: Lesson; readonly at: Place };

const tellNotices = (store: ProgressStore): void => {
  for (const notice of store.takeNotices()) say(notice);
};

/** The player is loaded when a lesson is opened: with it comes the driver, and the list must be quick. */
const loadPlayer = async () => (await import('../player/player.ts')).createPlayer;

const openLesson = (
  createPlayer: Awaited<ReturnType<typeof loadPlayer>>,
  lesson: Lesson,
  at: Place,
  progress: LessonProgress,
  access: ServerAccess,
  onEvent: (event: RunEvent) => void,
): Player =>
  createPlayer({
    lesson,
    startPage: at.page,
    startAfter: at.after,
    answers: at.answers,
    exercises: exercisesOf(progress),
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
      openPlayer: async (id, page, how) => {
        const lesson = await needLesson(lessons, id, () => {});
        const resumed = resumePlace(lesson, progress.lesson(id));
        const first = start.screen === 'lesson' && start.lesson.id === id ? start.at : null;
        const at =
          how === 'resume' && resumed.page === page
            ? resumed
            : how === 'start' && first
              ? first
              : startOf(page);
        const recording = how === 'review' ? 'answers' : 'everything';
        const record = createProgressRecorder(progress, lesson, { recording });
        return openLesson(await loadPlayer(), lesson, at, progress.lesson(id), access, record);
      },
      loadTexts: () => loadTexts(catalog),
      openSandbox: async () => {
        const { createSandbox } = await import('../player/sandbox.ts');
        const settings = start.screen === 'sandbox' ? start.sandbox : defaultSandbox;
        return createSandbox({ ...settings, openServer: () => access.open() });
      },
      files: experimentFiles,
      drafts: openDrafts(),
      editText: (text, signal) => editText(text, { signal }),
      start:
        start.screen !== 'lesson'
          ? { screen: start.screen }
          : { screen: 'lesson', id: start.lesson.id, page: start.at.page },
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

/** A page to be played by itself. */
export type ReviewPage = { readonly lesson: Lesson; readonly page: string };

type Plain = {
  /** Plays a lesson, or one page of it. */
  play(lesson: Lesson, at: Place, only: boolean): Promise<PlainEnd>;
};

/** What conversations on stdin and stdout share: the server, the progress, the lines that were typed ahead. */
const inPlain = (globals: Globals, work: (plain: Plain) => Promise<PlainEnd>): Promise<number> =>
  untilSignal(
    async (signal) => {
      const access = await serverAccess(globals);
      const [{ playPlain }, { LineReader }, createPlayer] = await Promise.all([
        import('../plain/player.ts'),
        import('../plain/line-reader.ts'),
        loadPlayer(),
      ]);
      let lines: LineReader | null = null;
      try {
        await access.open();
        const store = openProgress();
        const settings = textSettings();
        const style = settings.style && !globals.plain;
        const highlight = style ? await loadHighlighter() : plainHighlighter;
        const reader = new LineReader(process.stdin);
        lines = reader;
        const end = await work({
          play: (lesson, at, only) => {
            const record = createProgressRecorder(store, lesson, {
              recording: only ? 'answers' : 'everything',
            });
            return playPlain({
              ...settings,
              lesson,
              only,
              exercises: exercisesOf(store.lesson(lesson.id)),
              drafts: openDrafts(),
              style,
              highlight,
              input: process.stdin,
              lines: reader,
              write: (text) => {
                process.stdout.write(text);
              },
              signal,
              onInterrupt: (listener) => {
                process.on('SIGINT', listener);
                return () => process.off('SIGINT', listener);
              },
              openPlayer: (onEvent) =>
                openLesson(createPlayer, lesson, at, store.lesson(lesson.id), access, (event) => {
                  record(event);
                  onEvent(event);
                }),
            });
          },
        });
        tellNotices(store);
        return end === 'interrupted' ? exitCodes.interrupted : exitCodes.ok;
      } finally {
        lines?.close();
        await access.close();
      }
    },
    { interrupts: false },
  );

/** One lesson as a conversation on stdin and stdout. @returns the exit code */
export const playInPlain = (lesson: Lesson, at: Place, globals: Globals): Promise<number> =>
  inPlain(globals, ({ play }) => play(lesson, at, false));

/** Pages of lessons, one after the other. @returns the exit code */
export const reviewInPlain = (pages: readonly ReviewPage[], globals: Globals): Promise<number> =>
  inPlain(globals, async ({ play }) => {
    for (const [index, { lesson, page }] of pages.entries()) {
      process.stdout.write(`${index > 0 ? '\n' : ''}Review, ${index + 1} of ${pages.length}.\n`);
      const end = await play(lesson, startOf(page), true);
      if (end !== 'finished') return end;
    }
    return 'finished';
  });
