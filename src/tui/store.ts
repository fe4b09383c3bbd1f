export type Store<State, Action> = {
  readonly get: () => State;
  readonly dispatch: (action: Action) => void;
  /** @returns a function that stops the calls */
  readonly subscribe: (listener: () => void) => () => void;
};

/** A reducer with a place to keep its state: readable at once, so that two keys in one event see each other. */
export const createStore = <State, Action>(
  reduce: (state: State, action: Action) => State,
  initial: State,
): Store<State, Action> => {
  let state = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    dispatch: (action) => {
      const next = reduce(state, action);
      if (next === state) return;
      state = next;
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};

export type Changes = {
  /** Something has changed that may wait for `patience` ms to be drawn, with what changes until then. */
  readonly poke: (patience?: number) => void;
  readonly stop: () => void;
};

/**
 * Calls `notify` after a change and at most once in `interval` ms: with the next turn of the event loop when it has
 * been quiet and the change has no patience, so that a single event is drawn without delay, and a burst of events is
 * drawn a few times and not hundreds.
 */
export const coalesce = (notify: () => void, interval: number): Changes => {
  let stop: (() => void) | null = null;
  let due = 0;
  let last = Number.NEGATIVE_INFINITY;
  const fire = (): void => {
    stop = null;
    last = performance.now();
    notify();
  };
  return {
    poke: (patience = 0) => {
      const now = performance.now();
      const at = Math.max(last + interval, now + patience);
      if (stop && due <= at) return;
      stop?.();
      due = at;
      if (at > now) {
        const timer = setTimeout(fire, at - now);
        stop = () => clearTimeout(timer);
      } else {
        // A timer would wait a millisecond at least.
        const immediate = setImmediate(fire);
        stop = () => clearImmediate(immediate);
      }
    },
    stop: () => {
      stop?.();
      stop = null;
    },
  };
};
