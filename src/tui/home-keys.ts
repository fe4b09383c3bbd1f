import type { Hint } from '../draw/status.ts';
import type { Glyphs } from '../text/glyphs.ts';
import type { Context } from './context.ts';
import type { Binding } from './keymap.ts';
import { typeInto } from './line-keys.ts';
import { choices, groupOf, type HomeEntry } from './screens/home-entries.ts';

const select = ({ actions }: Context, entry: HomeEntry | undefined): void => {
  if (entry) actions.ui({ type: 'selected', entry: entry.key });
};

const move = (context: Context, by: number): void => {
  const all = choices(context.home);
  const at = all.findIndex((entry) => entry.key === context.chosen?.key);
  select(context, all[Math.max(0, Math.min(all.length - 1, at + by))]);
};

const moveGroup = (context: Context, by: number): void => {
  const { groups } = context.home;
  const here = groupOf(context.home, context.chosen);
  const at = here ? groups.indexOf(here) : 0;
  select(context, groups[Math.max(0, Math.min(groups.length - 1, at + by))]?.entries[0]);
};

const open = ({ chosen, actions }: Context): void => {
  if (!chosen) return;
  if (chosen.kind === 'broken') {
    actions.ui({ type: 'noticed', notice: 'This lesson has errors; its file must be mended first.' });
    return;
  }
  if (chosen.kind === 'review') {
    actions.openReview([chosen.weak]);
    return;
  }
  const { lesson, progress } = chosen;
  const found = chosen.kind === 'lesson' ? chosen.found?.page : null;
  if (found) actions.open(lesson.id, found.id);
  else if (progress.finishedAt) actions.open(lesson.id, null);
  else actions.open(lesson.id, progress.page, 'resume');
};

const search = ({ ui, actions }: Context, query: string, searching: boolean): void => {
  if (query !== ui.home.query || searching !== ui.home.searching)
    actions.ui({ type: 'searched', query, searching });
};

/** The list of lessons. */
export const homeKeys: readonly Binding<Context>[] = [
  {
    id: 'up',
    keys: ['up', 'k'],
    shown: () => ['up', 'down'],
    help: 'lesson above',
    hint: () => 'choose',
    run: (context) => move(context, -1),
  },
  { id: 'down', keys: ['down', 'j'], help: 'lesson below', run: (context) => move(context, 1) },
  {
    id: 'open',
    keys: ['enter'],
    help: 'open the lesson, where you left it',
    hint: ({ chosen }) => (chosen?.kind === 'continue' ? 'continue' : 'open'),
    when: ({ chosen }) => chosen !== null,
    run: open,
  },
  {
    id: 'search',
    keys: ['/'],
    help: 'search titles, text and SQL, or a number; Enter opens what was found, Esc clears',
    hint: () => 'search',
    run: (context) => {
      context.actions.loadTexts();
      search(context, context.ui.home.query, true);
    },
  },
  {
    id: 'review',
    keys: ['r'],
    help: 'review: the pages you predicted wrong and that are due again',
    run: ({ home, actions }) => {
      if (home.due > 0) actions.openReview(home.weak.filter(({ isDue }) => isDue));
      else actions.ui({ type: 'noticed', notice: home.nothingDue });
    },
  },
  {
    id: 'weak',
    keys: ['w'],
    help: 'weak points: the list of pages to review',
    run: (context) => {
      const weak = context.home.groups.find((group) => group.kind === 'review')?.entries[0];
      if (weak) select(context, weak);
      else context.actions.ui({ type: 'noticed', notice: context.home.nothingDue });
    },
  },
  {
    id: 'sandbox',
    keys: ['s'],
    help: 'sandbox: sessions side by side, and whatever SQL you like',
    hint: () => 'sandbox',
    run: ({ actions }) => actions.openSandbox(),
  },
  {
    id: 'explain',
    keys: ['e'],
    help: 'explain a plan: paste the output of EXPLAIN',
    run: ({ actions }) => actions.openExplain({ items: [] }),
  },
  {
    id: 'module',
    keys: ['right', 'l'],
    shown: () => ['left', 'right'],
    help: 'next module',
    hint: ({ home }) => (home.groups.length > 1 ? 'module' : null),
    run: (context) => moveGroup(context, 1),
  },
  {
    id: 'module-before',
    keys: ['left', 'h'],
    help: 'module before',
    run: (context) => moveGroup(context, -1),
  },
  { id: 'page-down', keys: ['pgdn'], help: 'ten lessons on', run: (context) => move(context, 10) },
  { id: 'page-up', keys: ['pgup'], help: 'ten lessons back', run: (context) => move(context, -10) },
  {
    id: 'first',
    keys: ['g', 'home'],
    help: 'first lesson',
    run: (context) => move(context, Number.NEGATIVE_INFINITY),
  },
  {
    id: 'last',
    keys: ['G', 'end'],
    help: 'last lesson',
    run: (context) => move(context, Number.MAX_SAFE_INTEGER),
  },
  {
    id: 'clear',
    keys: ['esc'],
    help: 'clear the search',
    when: ({ ui }) => ui.home.query !== '',
    run: (context) => search(context, '', false),
  },
];

/** While the query is typed, letters are letters. */
export const pressInSearch = (context: Context, key: string): boolean => {
  const { home } = context.ui;
  if (!home.searching) return false;
  if (key === 'enter') open(context);
  else if (key === 'esc') search(context, '', false);
  else if (key === 'up') move(context, -1);
  else if (key === 'down') move(context, 1);
  else {
    const query = typeInto(home.query, key);
    if (query === null) return false;
    search(context, query, true);
  }
  return true;
};

export const searchHints = (glyphs: Glyphs): Hint[] => [
  { key: glyphs.enter, label: 'open' },
  { key: `${glyphs.arrowUp}${glyphs.arrowDown}`, label: 'choose' },
  { key: 'Esc', label: 'clear' },
];
