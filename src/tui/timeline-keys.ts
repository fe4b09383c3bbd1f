import { stopsOf } from '../timeline/at.ts';
import type { Context } from './context.ts';
import type { Binding } from './keymap.ts';

/** Whether the arrows go along the timeline, not through the text of a pane. */
const onTimeline = ({ view, state }: Context): boolean =>
  view?.focused.id === 'timeline' && (state?.timeline.steps.length ?? 0) > 0;

const isPast = ({ ui }: Context): boolean => ui.player.cursor !== null;

/** To the event before or after the one looked at; after the last one comes now. */
const go = (by: number) => (context: Context) => {
  const { state, ui, actions } = context;
  if (!state) return;
  const stops = stopsOf(state.timeline);
  const here = stops.findIndex((stop) => stop.at === ui.player.cursor);
  const from = here < 0 ? stops.length : here;
  const stop = stops[Math.max(0, from + by)];
  actions.ui({ type: 'cursored', at: stop?.at ?? null });
};

/** Time, while the timeline has the focus; the locks pane shows who held what then. */
export const timelineKeys: readonly Binding<Context>[] = [
  {
    id: 'event-before',
    keys: ['up', 'k'],
    shown: () => ['up', 'down'],
    help: 'timeline: back in time, one event; the locks pane follows',
    hint: () => 'back in time',
    when: onTimeline,
    run: go(-1),
  },
  {
    id: 'event-after',
    keys: ['down', 'j'],
    help: 'timeline: forward in time',
    when: (context) => onTimeline(context) && isPast(context),
    run: go(1),
  },
  {
    id: 'first-event',
    keys: ['home'],
    help: 'timeline: the first event',
    when: onTimeline,
    run: go(Number.NEGATIVE_INFINITY),
  },
  {
    id: 'now',
    keys: ['end', 'G', 'esc'],
    help: 'timeline: back to now',
    hint: () => 'now',
    when: (context) => onTimeline(context) && isPast(context),
    run: ({ actions }) => actions.ui({ type: 'cursored', at: null }),
  },
];
