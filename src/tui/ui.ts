/** What the screens remember that is not the lesson's: where one looks, what is open over it. */

export type PaneId = 'page' | 'timeline' | 'result' | 'locks';

/** Where a pane was scrolled to; forgotten when `key` is no longer what the pane shows. */
export type Scroll = { readonly key: string; readonly x: number; readonly y: number | null };

export type LessonUi = {
  readonly focus: PaneId;
  readonly zoom: boolean;
  readonly expanded: boolean;
  readonly notes: boolean;
  readonly scroll: Readonly<Partial<Record<PaneId, Scroll>>>;
  /** The moment of the timeline that is looked at, `Stop.at`; null: now. */
  readonly cursor: number | null;
};

/** Other orders: lines from where the pictures stand by themselves, columns to the right, the outcome chosen. */
export type LabLook = { readonly back: number; readonly across: number; readonly selected: number };

export type HomeUi = {
  /** `continue`, or the id of a lesson; null: whatever comes first. */
  readonly selected: string | null;
  readonly query: string;
  readonly searching: boolean;
};

export type Confirmation = 'reset' | 'leave';

export type Modal =
  | { readonly kind: 'help'; readonly offset: number }
  | { readonly kind: 'confirm'; readonly question: string; readonly then: Confirmation }
  | { readonly kind: 'pages'; readonly selected: number }
  | { readonly kind: 'what-if' | 'explore'; readonly look: LabLook };

export type UiState = {
  readonly screen: 'home' | 'opening' | 'lesson';
  /** Id of the lesson that is being opened or played. */
  readonly lesson: string | null;
  readonly home: HomeUi;
  readonly player: LessonUi;
  readonly modal: Modal | null;
  /** A sentence for the learner, in place of the hints until the next key. */
  readonly notice: string | null;
  /** Ctrl+C was pressed once with nothing to cancel. */
  readonly leaving: boolean;
};

export type UiAction =
  | { readonly type: 'opening'; readonly lesson: string }
  | { readonly type: 'opened' }
  | { readonly type: 'went-home'; readonly notice?: string }
  | { readonly type: 'selected'; readonly entry: string }
  | { readonly type: 'searched'; readonly query: string; readonly searching: boolean }
  | { readonly type: 'focused'; readonly pane: PaneId }
  | { readonly type: 'zoomed' }
  | { readonly type: 'expanded' }
  | { readonly type: 'noted' }
  | { readonly type: 'scrolled'; readonly pane: PaneId; readonly scroll: Scroll }
  | { readonly type: 'cursored'; readonly at: number | null }
  | { readonly type: 'modal'; readonly modal: Modal | null }
  | { readonly type: 'noticed'; readonly notice: string; readonly leaving?: boolean }
  /** A key came: sentences shown until the next key go. */
  | { readonly type: 'pressed' };

const freshLesson: LessonUi = {
  focus: 'page',
  zoom: false,
  expanded: false,
  notes: false,
  scroll: {},
  cursor: null,
};

export const initialUi: UiState = {
  screen: 'home',
  lesson: null,
  home: { selected: null, query: '', searching: false },
  player: freshLesson,
  modal: null,
  notice: null,
  leaving: false,
};

/** Pure. */
export const reduceUi = (ui: UiState, action: UiAction): UiState => {
  switch (action.type) {
    case 'opening':
      return { ...ui, screen: 'opening', lesson: action.lesson, modal: null, notice: null, leaving: false };
    case 'opened':
      return { ...ui, screen: 'lesson', player: { ...freshLesson, notes: ui.player.notes } };
    case 'went-home':
      return {
        ...ui,
        screen: 'home',
        lesson: null,
        home: { query: '', searching: false, selected: ui.lesson },
        modal: null,
        notice: action.notice ?? null,
      };
    case 'selected':
      return { ...ui, home: { ...ui.home, selected: action.entry } };
    case 'searched':
      return { ...ui, home: { selected: null, query: action.query, searching: action.searching } };
    case 'focused':
      return { ...ui, player: { ...ui.player, focus: action.pane } };
    case 'zoomed':
      return { ...ui, player: { ...ui.player, zoom: !ui.player.zoom } };
    case 'expanded':
      return { ...ui, player: { ...ui.player, expanded: !ui.player.expanded } };
    case 'noted':
      return { ...ui, player: { ...ui.player, notes: !ui.player.notes } };
    case 'scrolled':
      return {
        ...ui,
        player: { ...ui.player, scroll: { ...ui.player.scroll, [action.pane]: action.scroll } },
      };
    case 'cursored':
      return { ...ui, player: { ...ui.player, cursor: action.at } };
    case 'modal':
      return { ...ui, modal: action.modal };
    case 'noticed':
      return { ...ui, notice: action.notice, leaving: action.leaving ?? false };
    case 'pressed':
      return ui.notice === null && !ui.leaving ? ui : { ...ui, notice: null, leaving: false };
  }
};
