import { hstack, rule } from '../../draw/lines.ts';
import { drawMoment } from '../../draw/moment.ts';
import { spread } from '../../draw/status.ts';
import { cursorRow, drawTimeline } from '../../draw/timeline.ts';
import { formatMoment, sessionColor } from '../../draw/words.ts';
import type { SandboxState } from '../../player/sandbox-state.ts';
import { type Line, span } from '../../text/line.ts';
import { sanitize, sanitizeLine } from '../../text/sanitize.ts';
import { fitLine, lineWidth } from '../../text/width.ts';
import { wrapText } from '../../text/wrap.ts';
import { at, type Stop, stopsOf } from '../../timeline/at.ts';
import type { TimelineState } from '../../timeline/state.ts';
import type { SandboxUi } from '../sandbox-ui.ts';
import { type Content, titleRule, viewPane } from './pane.ts';
import { drawColumn, drawColumnTitle, promptMark } from './sandbox-column.ts';
import type { OutputOptions } from './sandbox-output.ts';

export type SandboxEnv = Omit<OutputOptions, 'width'> & { readonly server: string | null };

export type SandboxPicture = {
  /** Everything but the hint line: `height - 1` lines. */
  readonly lines: readonly Line[];
  /** How far what has the keys can be scrolled from where it stands by itself: back (`max`) and on (`min`, below 0). */
  readonly scroll: { readonly min: number; readonly max: number };
};

/** From here on the pictures stand below the sessions. */
const wideFrom = 100;
const tallFrom = 28;
/** A session narrower than this cannot be read. */
const narrowest = 30;

/** The sessions that have room side by side, the focused one among them. */
const visibleSessions = (state: SandboxState, ui: SandboxUi, width: number): readonly string[] => {
  const { sessions } = state;
  const fitting = ui.zoom
    ? 1
    : Math.max(1, Math.min(sessions.length, Math.floor((width + 1) / (narrowest + 1))));
  const from = Math.max(0, Math.min(ui.focus - Math.floor(fitting / 2), sessions.length - fitting));
  return sessions.slice(from, from + fitting);
};

const drawTop = (state: SandboxState, ui: SandboxUi, width: number, env: SandboxEnv): Line => {
  const seen = visibleSessions(state, ui, width);
  const hidden = ui.shown === 'all' ? state.sessions.filter((name) => !seen.includes(name)) : [];
  const others = hidden.flatMap((name): Line => {
    const waits = state.timeline.steps.some((step) => step.session === name && step.status === 'blocked');
    return [
      span(`  ${sanitizeLine(name)} `, { color: sessionColor(state.sessions, name) }),
      promptMark(state, name),
      ...(waits ? [span(` ${env.glyphs.waiting}`, { color: 'yellow' })] : []),
    ];
  });
  const left: Line = [
    span(' Sandbox', { bold: true }),
    ...(others.length > 0 ? [span('   also', { dim: true }), ...others] : []),
  ];
  const database = state.database === null ? '' : sanitizeLine(state.database);
  const place = state.scratch ? database : `your database ${database}`;
  const rights = [[env.server ?? '', place], [place], []].map((parts): Line => {
    const text = parts.filter((part) => part !== '').join(` ${env.glyphs.middleDot} `);
    return text === '' ? [] : [span(`${text} `, state.scratch ? { dim: true } : { bold: true })];
  });
  const right = rights.find((line) => lineWidth(left) + lineWidth(line) + 2 <= width) ?? [];
  return fitLine(spread(left, right, width), width, env.glyphs.ellipsis);
};

const cursorOf = (state: SandboxState, ui: SandboxUi): Stop | null =>
  ui.cursor === null ? null : (stopsOf(state.timeline).find((stop) => stop.at === ui.cursor) ?? null);

const titled = (title: string, state: SandboxState, stop: Stop | null): string =>
  stop ? `${title} at ${formatMoment(stop.at - (state.timeline.steps[0]?.sentAt ?? 0))}` : title;

/** Steps in the timeline: alone on the screen, and below the sessions, where only its end is in sight. */
const longest = { alone: 400, below: 60 } as const;

const contents = new WeakMap<TimelineState, Map<string, Content>>();

/** A timeline is drawn anew when something happened or a second has gone, not for every key. */
const remembered = (state: SandboxState, env: SandboxEnv, what: string, draw: () => Content): Content => {
  const known = contents.get(state.timeline) ?? new Map<string, Content>();
  contents.set(state.timeline, known);
  const open = state.timeline.steps.some((step) => step.endedAt === null);
  const key = `${what} ${open ? Math.floor(env.now / 500) : ''} ${env.glyphs.ascii} ${state.sessions}`;
  const content = known.get(key) ?? draw();
  if (!known.has(key) && known.size > 8) known.clear();
  known.set(key, content);
  return content;
};

const timelineContent = (state: SandboxState, ui: SandboxUi, env: SandboxEnv, width: number): Content => {
  const { glyphs, now } = env;
  const most = ui.shown === 'timeline' ? longest.alone : longest.below;
  const stop = cursorOf(state, ui);
  const cursor = stop && { at: stop.at, sessions: at(state.timeline, stop.until).sessions };
  const { steps } = state.timeline;
  // The first one stays: times count from it.
  const recent = { ...state.timeline, steps: [...steps.slice(0, 1), ...steps.slice(1).slice(-most)] };
  const picture = drawTimeline(recent, { sessions: state.sessions, width, glyphs, now, cursor });
  const empty: Line[] = [[span('  What the sessions do appears here, time running down.', { dim: true })]];
  const body = picture.body.length > 0 ? picture.body : empty;
  const marked = stop ? cursorRow(picture.rows, stop.at) : -1;
  return {
    key: 'timeline',
    title: titled('timeline', state, stop),
    header: picture.header,
    body,
    width: picture.width,
    auto: (height) => (stop ? marked - Math.floor(height / 2) : body.length - height),
  };
};

const locksContent = (state: SandboxState, ui: SandboxUi, env: SandboxEnv, width: number): Content => {
  const stop = cursorOf(state, ui);
  const moment = at(state.timeline, stop?.until ?? null);
  const { glyphs } = env;
  const lines = drawMoment(moment, { sessions: state.sessions, width, glyphs, now: stop?.until ?? env.now });
  const empty: Line[] = [[span('  No session holds a lock or waits for one.', { dim: true })]];
  const body = lines.length > 0 ? lines : empty;
  const widest = Math.max(0, ...body.map(lineWidth));
  return {
    key: 'locks',
    title: titled('locks', state, stop),
    header: [],
    body,
    width: widest,
    auto: () => 0,
  };
};

const drawColumns = (
  state: SandboxState,
  ui: SandboxUi,
  width: number,
  height: number,
  env: SandboxEnv,
): { readonly lines: readonly Line[]; readonly maxScroll: number } => {
  const names = visibleSessions(state, ui, width);
  const usable = width - (names.length - 1);
  const base = Math.floor(usable / names.length);
  const focused = state.sessions[ui.focus];
  let maxScroll = 0;
  const titles: Line[] = [];
  const columns = names.map((name, index) => {
    const own = index === names.length - 1 ? usable - base * (names.length - 1) : base;
    const isFocused = name === focused;
    // A column of space keeps the text from the line between the sessions.
    const picture = drawColumn(state, ui, name, {
      ...env,
      width: own - (index === names.length - 1 ? 1 : 2),
      height: height - 1,
      focused: isFocused,
    });
    if (isFocused) maxScroll = picture.maxScroll;
    const back = Math.min(ui.scroll[name] ?? 0, picture.maxScroll);
    const more = back > 0 ? `${env.glyphs.arrowDown}${back}` : '';
    titles.push([
      ...(index > 0 ? [span(env.glyphs.hLine, { dim: true })] : []),
      ...drawColumnTitle(state, name, { width: own, glyphs: env.glyphs, focused: isFocused, more }),
    ]);
    return { lines: picture.lines.map((line): Line => [span(' '), ...line]), width: own };
  });
  const separator = span(env.glyphs.vLine, { dim: true });
  return { lines: [titles.flat(), ...hstack(columns, separator)], maxScroll };
};

const drawBanner = (state: SandboxState, width: number, { glyphs }: SandboxEnv): Line[] => {
  if (state.phase !== 'broken') return [];
  const red = { color: 'red', bold: true } as const;
  const words = wrapText(sanitize(state.problem ?? 'The connection to PostgreSQL is gone.'), width - 5).slice(
    0,
    4,
  );
  return [
    ...words.map(
      (line, index): Line => [span(index === 0 ? ` ${glyphs.lost} ` : '   ', red), span(line, red)],
    ),
    [
      span('   Esc r', { bold: true }),
      span(' try again on a fresh database   '),
      span('Esc q', { bold: true }),
      span(' leave'),
    ],
    rule(width, glyphs),
  ];
};

const centered = (text: string, width: number, height: number): Line[] =>
  Array.from({ length: height }, (_, row) =>
    row === Math.floor(height / 2)
      ? [span(' '.repeat(Math.max(0, Math.floor((width - text.length) / 2)))), span(text)]
      : [],
  );

/** The sandbox, from what happened, where one looks, and how large the terminal is. */
export const viewSandbox = (
  state: SandboxState,
  ui: SandboxUi,
  { width, height }: { readonly width: number; readonly height: number },
  env: SandboxEnv,
): SandboxPicture => {
  const { glyphs } = env;
  const banner = drawBanner(state, width, env);
  const room = height - 3 - banner.length;
  const finish = (body: readonly Line[], max: number, min = 0): SandboxPicture => ({
    lines: [drawTop(state, ui, width, env), ...banner, ...body, rule(width, glyphs)].map((line) =>
      fitLine(line, width, glyphs.ellipsis),
    ),
    scroll: { min, max },
  });
  const pane = (id: 'timeline' | 'locks', own: number, lines: number) => {
    const draw = id === 'timeline' ? timelineContent : locksContent;
    const what = `${id} ${own} ${ui.cursor} ${ui.shown}`;
    const content = remembered(state, env, what, () => draw(state, ui, env, own));
    const page = Math.max(1, lines - content.header.length);
    const most = Math.max(0, content.body.length - page);
    const start = Math.max(0, Math.min(most, content.auto(page)));
    const back = ui.shown === id ? Math.max(start - most, Math.min(start, ui.scroll[id] ?? 0)) : 0;
    const scroll = { key: content.key, x: 0, y: start - back };
    const view = viewPane(id, content, scroll, { width: own, height: lines, glyphs });
    return { ...view, limits: { min: start - most, max: start } };
  };
  if (state.sessions.length === 0) {
    const words = state.phase === 'broken' ? '' : 'Opening the sandbox…';
    return finish([rule(width, glyphs), ...centered(words, width, room - 1)], 0);
  }
  if (ui.shown !== 'all') {
    const below = ui.shown === 'timeline' && room >= 16 ? Math.floor(room * 0.4) : 0;
    const view = pane(ui.shown, width, room - 1 - below);
    const body = [titleRule(view, width, true, glyphs), ...view.lines];
    if (below > 0) {
      const locks = pane('locks', width, below - 1);
      body.push(titleRule(locks, width, false, glyphs), ...locks.lines);
    }
    return finish(body, view.limits.max, view.limits.min);
  }
  if (width < wideFrom || room < tallFrom - 4 || ui.zoom) {
    const columns = drawColumns(state, ui, width, room, env);
    return finish(columns.lines, columns.maxScroll);
  }
  const below = Math.max(9, Math.floor(room * 0.42));
  const columns = drawColumns(state, ui, width, room - below, env);
  const left = Math.max(58, Math.floor(width * 0.54));
  const right = width - left - 1;
  const timeline = pane('timeline', left, below - 1);
  const locks = pane('locks', right, below - 1);
  const separator = span(glyphs.vLine, { dim: true });
  return finish(
    [
      ...columns.lines,
      [
        ...titleRule(timeline, left, false, glyphs),
        span(glyphs.hLine, { dim: true }),
        ...titleRule(locks, right, false, glyphs),
      ],
      ...hstack(
        [
          { lines: timeline.lines, width: left },
          { lines: locks.lines, width: right },
        ],
        separator,
      ),
    ],
    columns.maxScroll,
  );
};
