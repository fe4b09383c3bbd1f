import { exitCodes } from './errors.ts';

/** SIGPIPE is how main.ts tells that nobody reads our output any more. */
const codes = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  SIGHUP: exitCodes.hangup,
  SIGPIPE: exitCodes.ok,
} as const;

type LeaveSignal = keyof typeof codes;
const isLeaveSignal = (name: string): name is LeaveSignal => Object.hasOwn(codes, name);

/** Time to close sessions and drop databases after a signal, ms. */
const patience = 4_000;

/**
 * Runs work that has things to put in order before the process ends. A signal aborts `signal`; the work then has
 * four seconds to close what it opened. A second Ctrl+C ends the process at once.
 * @param options.interrupts false: the work looks after Ctrl+C itself
 * @returns what the work returns, or the signal's exit code
 */
export const untilSignal = async (
  work: (signal: AbortSignal) => Promise<number>,
  { interrupts = true }: { readonly interrupts?: boolean } = {},
): Promise<number> => {
  const controller = new AbortController();
  let received: LeaveSignal | null = null;
  const leave = (name: string): void => {
    if (!isLeaveSignal(name)) return;
    if (received !== null) {
      if (name !== 'SIGPIPE') process.exit(codes[received]);
      return;
    }
    received = name;
    setTimeout(() => process.exit(codes[name]), patience).unref();
    controller.abort();
  };
  const names = Object.keys(codes)
    .filter(isLeaveSignal)
    .filter((name) => interrupts || name !== 'SIGINT');
  for (const name of names) process.on(name, leave);
  const codeOf = (name: LeaveSignal | null): number | null => (name === null ? null : codes[name]);
  try {
    const code = await work(controller.signal);
    return codeOf(received) ?? code;
  } catch (error) {
    const code = codeOf(received);
    if (code !== null) return code;
    throw error;
  } finally {
    for (const name of names) process.off(name, leave);
  }
};
