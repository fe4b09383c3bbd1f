import type { Lesson } from '../../src/lesson/types.ts';
import { createPlayer } from '../../src/player/player.ts';
import type { ScreenSize } from './screen.ts';
import { lentServer } from './server.ts';
import { catalogOf, type Opened, openTui } from './tui.ts';

/** The real app, playing a lesson on the server that all tests share. */
export const playLesson = (lesson: Lesson, size: ScreenSize): Opened =>
  openTui(catalogOf([lesson]), {
    size,
    openPlayer: async () => createPlayer({ lesson, openServer: lentServer }),
    start: { screen: 'lesson', id: lesson.id, page: null },
  });
