import type { Catalog } from '../../src/lesson/catalog.ts';
import { outlineOf } from '../../src/lesson/outline.ts';
import type { Lesson } from '../../src/lesson/types.ts';
import type { Player } from '../../src/player/state.ts';
import type { Progress } from '../../src/progress/types.ts';
import { noProgress } from '../../src/progress/types.ts';
import { unicodeGlyphs } from '../../src/text/glyphs.ts';
import type { RunEvent } from '../../src/timeline/events.ts';
import { runTui } from '../../src/tui/app.ts';
import type { TuiDeps } from '../../src/tui/deps.ts';
import { FakePlayer } from './fake-player.ts';
import { Screen, type ScreenSize } from './screen.ts';

export const catalogOf = (lessons: readonly Lesson[], problems: Catalog['problems'] = []): Catalog => {
  const modules = [...new Map(lessons.map((lesson) => [lesson.module.slug, lesson.module])).values()];
  return {
    modules: modules.map((module) => ({
      module,
      after: [],
      lessons: lessons
        .filter((lesson) => lesson.module === module)
        .map((lesson) => ({ ...lesson, outline: outlineOf(lesson) })),
    })),
    problems,
  };
};

export type Opened = {
  readonly screen: Screen;
  readonly exit: Promise<number>;
  readonly quit: () => Promise<number>;
};

type Options = Partial<TuiDeps> & { readonly size?: ScreenSize; readonly progressOf?: Progress };

/** The real app on a screen of this size. */
export const openTui = (catalog: Catalog, options: Options = {}): Opened => {
  const { size = { columns: 80, rows: 24 }, progressOf = {}, ...deps } = options;
  const screen = new Screen(size);
  const exit = runTui({
    catalog,
    progress: { all: () => progressOf, lesson: (id) => progressOf[id] ?? noProgress, takeNotices: () => [] },
    openPlayer: () => Promise.reject(new Error('no player in this test')),
    start: { screen: 'home' },
    glyphs: unicodeGlyphs,
    color: true,
    serverLabel: () => 'PostgreSQL 18.4 · own server',
    stdin: screen.stdin,
    stdout: screen.stdout,
    ...deps,
  });
  exit.catch(() => {});
  return {
    screen,
    exit,
    quit: () => {
      screen.type('\x03');
      screen.type('\x03');
      return exit;
    },
  };
};

/** A lesson as far as the events go, on a screen of this size. */
export const openLesson = (
  lesson: Lesson,
  events: readonly RunEvent[],
  size: ScreenSize,
  more: Partial<TuiDeps> = {},
): Opened & { readonly player: FakePlayer } => {
  const player = new FakePlayer(lesson, events);
  const openPlayer = async (): Promise<Player> => player;
  const start = { screen: 'lesson', id: lesson.id, page: null } as const;
  return { ...openTui(catalogOf([lesson]), { size, openPlayer, start, ...more }), player };
};
