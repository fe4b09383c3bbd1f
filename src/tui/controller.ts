// One thing, and long: where keys, the player, the clock and the screens meet; each part alone is elsewhere.
import type { ListedLesson } from '../lesson/outline.ts';
import { makeSearchIndex, type SearchIndex } from '../lesson/search.ts';
import type { Exercise, LessonHead, SqlStep } from '../lesson/types.ts';
import { type Intent, isPageDone, type Player, type PlayerState } from '../player/state.ts';
import { type Highlighter, loadHighlighter, plainHighlighter } from '../text/highlight.ts';
import type { Line } from '../text/line.ts';
import type { Actions, Context } from './context.ts';
import type { HowToOpen, TuiDeps } from './deps.ts';
import { createDesk, type DeskScreen } from './desk-screen.ts';
import type { DeskModel } from './desk-ui.ts';
import { exerciseDesk } from './exercise-desk.ts';
import { createExplainScreen, type ExplainScreen } from './explain-screen.ts';
import type { ExplainStart } from './explain-ui.ts';
import { pressInSearch } from './home-keys.ts';
import { findBinding } from './keymap.ts';
import type { KeyName } from './keys.ts';
import { pressInModal } from './modal-keys.ts';
import { patienceOf } from './patience.ts';
import { retryDesk } from './retry-desk.ts';
import { pageReviewed, type Review, reviewEnd, reviewWords, startReview } from './review.ts';
import type { SandboxScreen } from './sandbox-screen.ts';
import { drawFrame, helpOver, keymapOf, type Size, smallest } from './screens/frame.ts';
import { chosenEntry, type Home, listHome } from './screens/home-entries.ts';
import { type LabPicture, viewExploration, viewWhatIf } from './screens/lab-view.ts';
import { viewLesson } from './screens/lesson-view.ts';
import { viewWord } from './screens/overlay.ts';
import { coalesce, createStore } from './store.ts';
import { initialUi, type Modal, reduceUi } from './ui.ts';
import type { WaysOut } from './ways-out.ts';

/** A burst of events is drawn at this pace, ms; a single one at once. */
const frameTime = 8;

/** A `next` that has changed nothing after this many ms may be asked for again. */
const patience = 2000;

export type Controller = {
  /** The screen as it is now. */
  readonly frame: (size: Size) => readonly Line[];
  /** Changes whenever the screen may have. */
  readonly version: () => number;
  readonly subscribe: (listener: () => void) => () => void;
  readonly press: (keys: readonly KeyName[], size: Size) => void;
  readonly paste: (text: string, size: Size) => void;
  /** Opens what the program was started with. */
  readonly start: () => void;
  /** Plays the open lesson anew, in another version; without an open lesson nothing happens. */
  readonly reload: (reopen: (from: PlayerState) => Promise<Player>) => Promise<void>;
  /** Ends timers and the lesson. Idempotent. */
  readonly close: () => Promise<void>;
};

export type Exits = Omit<WaysOut, 'leave'> & {
  /** The text in the learner's own editor, the screen handed over to it. Rejects with words to show. */
  readonly edit: (text: string) => Promise<string>;
};

const words = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const remedy = 'remedy' in error && typeof error.remedy === 'string' ? ` ${error.remedy}` : '';
  return `${error.message}${remedy}`;
};

/** Brings together what the screens show and what keys do. Holds the player that is open; draws nothing itself. */
export const createController = (deps: TuiDeps, exits: Exits): Controller => {
  const ui = createStore(reduceUi, initialUi);
  const listeners = new Set<() => void>();
  let version = 0;
  let player: Player | null = null;
  let unsubscribe = (): void => {};
  let highlight: Highlighter = plainHighlighter;
  let ticking: NodeJS.Timeout | null = null;
  /** Wall clock when the run's clock last stood at `timeline.at`. */
  let seen = { at: -1, wall: 0 };
  /** Grows with every lesson opened or left: an opening that comes too late is closed again. */
  let opening = 0;
  let closing: Promise<unknown> = Promise.resolve();
  /** A newer version that came while the lesson was being opened. */
  let newer: ((from: PlayerState) => Promise<Player>) | null = null;
  let progress = deps.progress.all();
  let review: Review | null = null;
  let index: SearchIndex<ListedLesson> | null = null;
  let loadingTexts = false;
  const wallClock = deps.now ?? (() => new Date());
  /** The state in which `next` was last asked for. */
  let asked = { stage: '', at: 0 };
  let batchUsed = false;
  let closed = false;
  /** While it is open it has the whole screen and every key. */
  let sandbox: SandboxScreen | 'opening' | null = null;

  /** Over everything while it is open. */
  let explain: ExplainScreen | null = null;

  /** Over the lesson while something is written. */
  let desk: DeskScreen | null = null;
  const kept = new Map<string, string>();
  /** Where nothing is kept on disk, what was written is there until the program ends. */
  const drafts = deps.drafts ?? {
    read: (lesson: string, exercise: string) => kept.get(`${lesson} ${exercise}`) ?? null,
    write: (lesson: string, exercise: string, text: string) => void kept.set(`${lesson} ${exercise}`, text),
  };

  const heads: readonly LessonHead[] = deps.catalog.modules.flatMap((module) => module.lessons);
  const changes = coalesce(() => {
    version += 1;
    for (const listener of listeners) listener();
  }, frameTime);
  ui.subscribe(() => changes.poke());

  const now = (state: PlayerState): number => {
    if (seen.at !== state.timeline.at) seen = { at: state.timeline.at, wall: performance.now() };
    return state.timeline.at + (performance.now() - seen.wall);
  };

  /** A clock runs only while there is something whose time is shown. */
  const tick = (state: PlayerState | null): void => {
    const open = state?.timeline.steps.some((step) => step.endedAt === null) ?? false;
    const beside = player?.lab?.getState().retry?.phase === 'running';
    const works = Object.values(player?.workbook?.getState() ?? {}).some((work) => work.phase !== 'idle');
    const runs = open || beside || works || state?.phase === 'starting';
    if (runs && !ticking) ticking = setInterval(() => changes.poke(), 1000);
    else if (!runs && ticking) {
      clearInterval(ticking);
      ticking = null;
    }
  };

  const closePlayer = (): void => {
    unsubscribe();
    desk = null;
    const old = player;
    player = null;
    tick(null);
    if (old) closing = closing.then(() => old.close()).catch(() => {});
  };

  const attach = (opened: Player): void => {
    player = opened;
    asked = { stage: '', at: 0 };
    const stopState = opened.subscribe(() => {
      const state = opened.getState();
      now(state);
      tick(state);
      changes.poke(patienceOf(state.timeline));
    });
    const stopLab = opened.lab?.subscribe(() => {
      tick(opened.getState());
      changes.poke();
    });
    let solved = '';
    const stopWorkbook = opened.workbook?.subscribe(() => {
      const works = Object.entries(opened.workbook?.getState() ?? {});
      const passed = works.filter(([, work]) => work.verdict?.outcome === 'passed').map(([id]) => id);
      // The learner reads what else there is to say of a right answer before they write on.
      if (passed.join() !== solved && passed.length > 0) desk?.lookAt('output');
      solved = passed.join();
      tick(opened.getState());
      changes.poke();
    });
    unsubscribe = () => {
      stopState();
      stopLab?.();
      stopWorkbook?.();
    };
    tick(opened.getState());
  };

  const openLesson = async (lesson: string, page: string | null, how?: HowToOpen): Promise<void> => {
    closePlayer();
    if (how !== 'review') review = null;
    opening += 1;
    newer = null;
    const mine = opening;
    ui.dispatch({ type: 'opening', lesson });
    try {
      const opened = await deps.openPlayer(lesson, page, how);
      if (mine !== opening || closed) {
        closing = closing.then(() => opened.close()).catch(() => {});
        return;
      }
      attach(opened);
      ui.dispatch({ type: 'opened' });
      if (newer) await reload(newer);
    } catch (error) {
      if (mine === opening) goHome(words(error));
    }
  };

  /** Another player of this lesson in place of the one that is open; what is looked at stays. */
  const reload: Controller['reload'] = async (reopen) => {
    if (ui.get().screen === 'opening') newer = reopen;
    const from = player?.getState();
    if (!from || ui.get().screen !== 'lesson') return;
    newer = null;
    opening += 1;
    const mine = opening;
    try {
      const opened = await reopen(from);
      if (mine !== opening || closed) {
        closing = closing.then(() => opened.close()).catch(() => {});
        return;
      }
      closePlayer();
      attach(opened);
      changes.poke();
    } catch (error) {
      if (mine === opening) ui.dispatch({ type: 'noticed', notice: words(error) });
    }
  };

  const goHome = (notice?: string): void => {
    opening += 1;
    review = null;
    closePlayer();
    progress = deps.progress.all();
    const told = [notice, ...deps.progress.takeNotices()].filter((text) => text !== undefined).join(' ');
    ui.dispatch({ type: 'went-home', ...(told === '' ? {} : { notice: told }) });
  };

  const openSandbox = async (): Promise<void> => {
    if (!deps.openSandbox || sandbox !== null) return;
    opening += 1;
    const mine = opening;
    sandbox = 'opening';
    changes.poke();
    try {
      const [{ createSandboxScreen }, opened] = await Promise.all([
        import('./sandbox-screen.ts'),
        deps.openSandbox(),
      ]);
      if (mine !== opening || closed) {
        closing = closing.then(() => opened.close()).catch(() => {});
        return;
      }
      sandbox = createSandboxScreen({
        sandbox: opened,
        glyphs: deps.glyphs,
        highlight: () => highlight,
        serverLabel: deps.serverLabel,
        files: deps.files,
        changed: changes.poke,
        leave: leaveSandbox,
        ...exits,
      });
      changes.poke();
    } catch (error) {
      if (mine !== opening) return;
      sandbox = null;
      goHome(words(error));
    }
  };

  const closeSandbox = (): void => {
    const old = sandbox;
    sandbox = null;
    if (old !== null && old !== 'opening') closing = closing.then(() => old.close()).catch(() => {});
  };

  const leaveSandbox = (): void => {
    if (deps.start.screen === 'sandbox') exits.quit(0);
    else {
      closeSandbox();
      goHome();
    }
  };

  const openExplain = (start: ExplainStart): void => {
    explain?.close();
    explain = createExplainScreen({
      ...start,
      glyphs: deps.glyphs,
      changed: changes.poke,
      send: (bytes) => void deps.stdout.write(bytes),
      leave: closeExplain,
      ...exits,
    });
    changes.poke();
  };

  const closeExplain = (): void => {
    explain?.close();
    explain = null;
    if (deps.start.screen === 'explain') exits.quit(0);
    else changes.poke();
  };

  const closeDesk = (): void => {
    desk = null;
    changes.poke();
  };

  const openDesk = (model: DeskModel, text: string): void => {
    const leave = (): void => {
      model.close();
      closeDesk();
    };
    const look = { glyphs: deps.glyphs, highlight: () => highlight, changed: changes.poke };
    const opened = createDesk({ ...exits, ...look, model, text, leave });
    desk = opened;
    void player?.catalog?.().then(opened.know);
    changes.poke();
  };

  const openExercise = (exercise: Exercise): void => {
    const opened = player;
    const workbook = opened?.workbook;
    if (!opened || !workbook) return;
    const { lesson } = opened.getState();
    const model = exerciseDesk({
      exercise,
      state: () => opened.getState(),
      workbook,
      intent,
      glyphs: deps.glyphs,
      highlight: () => highlight,
      server: deps.serverLabel,
      keep: (text) => drafts.write(lesson.id, exercise.id, text),
    });
    workbook.open(exercise.id);
    openDesk(model, drafts.read(lesson.id, exercise.id) ?? exercise.starter.trimEnd());
  };

  const openRetry = (step: SqlStep): void => {
    const opened = player;
    const lab = opened?.lab;
    if (!opened || !lab) return;
    const model = retryDesk({
      state: () => opened.getState(),
      lab,
      step,
      glyphs: deps.glyphs,
      highlight: () => highlight,
      server: deps.serverLabel,
      turn: openRetry,
    });
    openDesk(model, step.sql.trim());
  };

  const openReview = (started: Review): void => {
    review = started;
    const page = started.queue[started.at];
    if (page) void openLesson(page.lesson, page.page, 'review');
    else goHome(reviewEnd(started));
  };

  /** What lessons say is read when somebody searches, and anew each time: authors change it. */
  const loadTexts = (): void => {
    if (!deps.loadTexts || loadingTexts) return;
    loadingTexts = true;
    deps
      .loadTexts()
      .then((texts) => {
        index = makeSearchIndex(deps.catalog, texts);
        changes.poke();
      })
      // Titles can be searched all the same.
      .catch(() => {})
      .finally(() => {
        loadingTexts = false;
      });
  };

  const searchIndex = (): SearchIndex<ListedLesson> => {
    index ??= makeSearchIndex(deps.catalog, null);
    return index;
  };

  let listed: { key: unknown[]; home: Home } | null = null;
  /** The list as of this minute; keys and frames ask for it often. */
  const homeList = (query: string): Home => {
    const time = wallClock();
    const key = [progress, query, index, Math.floor(time.getTime() / 60_000)];
    if (!listed?.key.every((part, at) => part === key[at])) {
      const home = listHome({ catalog: deps.catalog, progress, query, now: time, index: searchIndex });
      listed = { key: [progress, query, index, key[3]], home };
    }
    return listed.home;
  };

  const intent = (wanted: Intent): void => player?.dispatch(wanted);

  /** What must change before another `next` is taken: a key held down must not run what nobody has seen. */
  const stage = (state: PlayerState): string =>
    `${state.database} ${state.page} ${state.ran.length} ${state.phase} ${isPageDone(state)}`;

  const actions: Actions = {
    ui: ui.dispatch,
    intent,
    next: () => {
      const state = player?.getState();
      const at = performance.now();
      const repeated = state !== undefined && asked.stage === stage(state) && at - asked.at < patience;
      if (!state || batchUsed || repeated) return;
      batchUsed = true;
      // What happens next is looked at, not the past.
      ui.dispatch({ type: 'cursored', at: null });
      asked = { stage: stage(state), at };
      intent({ type: 'next' });
    },
    open: (lesson, page, how) => void openLesson(lesson, page, how),
    openReview: (pages) => openReview(startReview(pages)),
    nextReview: () => {
      const state = player?.getState();
      if (review && state) openReview(pageReviewed(review, state));
    },
    loadTexts,
    openSandbox: () => void openSandbox(),
    openExplain,
    openExercise,
    openRetry,
    leave: () => goHome(),
    quit: exits.quit,
    suspend: exits.suspend,
    redraw: exits.redraw,
  };

  let known: { key: unknown[]; view: Context['view'] } = { key: [], view: null };
  const lessonView = (
    state: PlayerState,
    size: Size,
    time: number,
    next: LessonHead | null,
  ): Context['view'] => {
    const { player: lessonUi } = ui.get();
    const key = [state, lessonUi, size.width, size.height, Math.floor(time / 100), highlight];
    if (known.view && key.every((part, index) => part === known.key[index])) return known.view;
    const env = {
      glyphs: deps.glyphs,
      highlight,
      now: time,
      server: review ? reviewWords(review) : deps.serverLabel(),
      next,
    };
    known = { key, view: viewLesson(state, lessonUi, size, env) };
    return known.view;
  };

  /** The screen of another order, or of all, while it is open. */
  const labOver = (modal: Modal | null, state: PlayerState, size: Size, time: number): LabPicture | null => {
    const lab = player?.lab?.getState();
    if (modal?.kind === 'what-if' && lab?.whatIf)
      return viewWhatIf(lab.whatIf, state, modal.look, size, { glyphs: deps.glyphs, now: time });
    if (modal?.kind === 'explore' && lab?.exploration)
      return viewExploration(lab.exploration, state, modal.look, size, deps);
    return null;
  };

  const context = (size: Size): Context => {
    const current = ui.get();
    const state = player?.getState() ?? null;
    const home = homeList(current.home.query);
    const at = heads.findIndex((head) => head.id === current.lesson);
    const next = at < 0 ? null : (heads[at + 1] ?? null);
    const view = state && current.screen === 'lesson' ? lessonView(state, size, now(state), next) : null;
    const chosen = chosenEntry(home, current.home.selected);
    const known = {
      ui: current,
      glyphs: deps.glyphs,
      home,
      chosen,
      review,
      state,
      view,
      lab: player?.lab ?? null,
      labPicture: state && labOver(current.modal, state, size, now(state)),
      nextLesson: next?.id ?? null,
      actions,
    };
    const lines = current.modal?.kind === 'help' ? helpOver({ ...known, helpMax: 0 }, size.width).length : 0;
    return { ...known, helpMax: Math.max(0, lines - (size.height - 5)) };
  };

  const isTiny = ({ width, height }: Size): boolean => width < smallest.width || height < smallest.height;

  const pressOne = (key: KeyName, size: Size): void => {
    if (sandbox === 'opening') {
      if (key === 'ctrl-c') exits.quit(130);
      return;
    }
    if (sandbox !== null) {
      if (isTiny(size) && key === 'q') exits.quit(0);
      else if (!isTiny(size) || key === 'ctrl-c') sandbox.press(key, size);
      return;
    }
    if (explain !== null) {
      if (isTiny(size) && key === 'q') closeExplain();
      else if (!isTiny(size) || key === 'ctrl-c') explain.press(key, size);
      return;
    }
    if (desk !== null && !isTiny(size)) {
      desk.press(key, size);
      return;
    }
    if (key !== 'ctrl-c') ui.dispatch({ type: 'pressed' });
    const before = context(size);
    if (pressInModal(before, key) || (before.ui.screen === 'home' && pressInSearch(before, key))) return;
    findBinding(keymapOf(before), key, before)?.run(before, key);
  };

  return {
    frame: (size) => {
      if (!isTiny(size)) {
        if (sandbox === 'opening') return [...viewWord('Opening the sandbox…', size), []];
        if (sandbox !== null) return sandbox.frame(size);
        if (explain !== null) return explain.frame(size);
        if (desk !== null) return desk.frame(size);
      }
      return drawFrame(context(size), size, {
        label: deps.serverLabel(),
        words: deps.serverWords?.() ?? null,
      });
    },
    version: () => version,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    press: (keys, size) => {
      batchUsed = false;
      for (const key of keys) pressOne(key, size);
    },
    paste: (text, size) => {
      if (sandbox !== null && sandbox !== 'opening') return sandbox.paste(text);
      if (explain !== null) return explain.paste(text, size);
      if (desk !== null) return desk.paste(text);
      const current = ui.get();
      if (current.screen !== 'home' || !current.home.searching) return;
      const line = text.replace(/\s+/g, ' ').trim();
      for (const character of line.slice(0, 200)) pressOne(character === ' ' ? 'space' : character, size);
    },
    start: () => {
      const notices = deps.progress.takeNotices();
      if (notices.length > 0) ui.dispatch({ type: 'noticed', notice: notices.join(' ') });
      if (deps.start.screen === 'sandbox') void openSandbox();
      if (deps.start.screen === 'review')
        openReview(startReview(homeList('').weak.filter(({ isDue }) => isDue)));
      if (deps.start.screen === 'explain') openExplain(deps.start.explain);
      if (deps.start.screen === 'lesson') void openLesson(deps.start.id, deps.start.page, 'start');
      // Not needed for the first picture, and half of the time it would take.
      setTimeout(() => {
        if (closed) return;
        void loadHighlighter().then((loaded) => {
          highlight = loaded;
          changes.poke();
        });
      }, 50);
    },
    reload,
    close: async () => {
      if (!closed) {
        closed = true;
        opening += 1;
        changes.stop();
        closePlayer();
        closeSandbox();
        explain?.close();
      }
      await closing;
    },
  };
};
