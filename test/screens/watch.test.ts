import { describe, it } from 'vitest';
import type { Lesson } from '../../src/lesson/types.ts';
import type { Watch } from '../../src/tui/deps.ts';
import { FakePlayer } from '../support/fake-player.ts';
import { lessonOf } from '../support/lesson.ts';
import { catalogOf, openTui } from '../support/tui.ts';

const version = (word: string): Lesson => lessonOf(`## Page\n\nIt is ${word}.`);

describe('a lesson that is watched', () => {
  it('is shown as it was saved last, when that was while it was being opened', async () => {
    let open: (player: FakePlayer) => void = () => {};
    let tell: Parameters<Watch['subscribe']>[0] = () => {};
    const first = version('old');
    const { screen, quit } = openTui(catalogOf([first]), {
      start: { screen: 'lesson', id: first.id, page: null },
      openPlayer: () =>
        new Promise((resolve) => {
          open = resolve;
        }),
      watch: {
        report: () => ({ words: 'Checking the claims', ok: true, problems: [] }),
        subscribe: (listener) => {
          tell = listener;
          return () => {};
        },
        reopen: async () => new FakePlayer(version('new')),
      },
    });
    await screen.until('Opening the lesson');
    tell('lesson');
    open(new FakePlayer(first));
    await screen.until('It is new.');
    await quit();
  });
});
