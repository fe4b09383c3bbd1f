import { toAnsi } from '../text/ansi.ts';
import type { Line } from '../text/line.ts';
import type { TerminalInput, TerminalOutput } from './deps.ts';

/** Exit codes of a program ended by a signal: 128 + its number. */
const signalCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type Signal = keyof typeof signalCodes;
const signals: readonly Signal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** End of a synchronized update, styles off, bracketed paste off, mouse off, cursor shown. */
const calm = '\x1b[?2026l\x1b[0m\x1b[?2004l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?25h';
/** The alternate screen, the cursor hidden and in its corner. */
const enterAlternate = '\x1b[?1049h\x1b[?25l\x1b[H';
/** Back from the alternate screen, the cursor where it was. */
const leaveAlternate = '\x1b[?1049l';

/** Written to stderr while the screen is on, characters kept. */
const heldLimit = 64_000;

/** Keeps what is written to a stderr that is the terminal too (a warning of Node's) until the screen is left. */
const holdStderr = (): (() => void) => {
  const { stderr } = process;
  if (!stderr.isTTY) return () => {};
  let held = '';
  const write = stderr.write;
  stderr.write = (chunk: string | Uint8Array): boolean => {
    if (held.length < heldLimit) held += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    return true;
  };
  return () => {
    stderr.write = write;
    if (held !== '') stderr.write(held);
  };
};

export type Terminal = {
  /**
   * The first frame, in the alternate screen, before Ink is there to draw. Keys pressed meanwhile are not echoed and
   * wait for it.
   */
  readonly paint: (frame: readonly Line[], color: boolean) => void;
  readonly restored: () => boolean;
  /** Puts the terminal back as it was found. Idempotent, and never throws. */
  readonly restore: () => void;
  /** While another program has the terminal, Ctrl+C in it is meant for that program, not for us. */
  readonly lend: (lent: boolean) => void;
  /** Code of the signal that wants us to end, or the error that nobody caught. */
  readonly interrupted: Promise<number>;
  /** What leaves the alternate screen in good order; run first by `restore`. */
  readonly onRestore: (leave: () => void) => void;
};

/**
 * Owns how the program leaves the terminal. From now until `restore`, signals and uncaught errors end up in
 * `interrupted` (errors by rejecting it), so that nothing is printed before the alternate screen is left.
 */
export const takeTerminal = ({
  stdin,
  stdout,
}: {
  stdin: TerminalInput;
  stdout: TerminalOutput;
}): Terminal => {
  let leave: (() => void) | null = null;
  let restored = false;
  let lent = false;
  let resolve: (code: number) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const interrupted = new Promise<number>((ok, fail) => {
    resolve = ok;
    reject = fail;
  });
  // The caller may be done before anything happens.
  interrupted.catch(() => {});

  const onSignal = (signal: NodeJS.Signals): void => {
    if (lent && signal === 'SIGINT') return;
    for (const known of signals) if (known === signal) resolve(signalCodes[known]);
    restore();
  };
  const onError = (error: unknown): void => {
    restore();
    reject(error);
  };
  const releaseStderr = holdStderr();
  for (const signal of signals) process.on(signal, onSignal);
  process.on('uncaughtException', onError);
  process.on('unhandledRejection', onError);

  const restore = (): void => {
    if (restored) return;
    restored = true;
    let left = false;
    try {
      leave?.();
      left = leave !== null;
    } catch {
      // It is the screen that is broken; the sequences below do its work.
    }
    try {
      if (stdout.isTTY) stdout.write(left ? calm : leaveAlternate + calm);
      if (stdin.isTTY) stdin.setRawMode(false);
      stdin.pause();
      stdin.unref?.();
      releaseStderr();
    } catch {
      // The terminal is gone (SIGHUP): nothing is left to put back.
    }
    for (const signal of signals) process.off(signal, onSignal);
    process.off('uncaughtException', onError);
    process.off('unhandledRejection', onError);
  };

  return {
    paint: (frame, color) => {
      if (stdin.isTTY) stdin.setRawMode(true);
      stdout.write(enterAlternate + frame.map((line) => toAnsi(line, { color, style: true })).join('\r\n'));
    },
    restored: () => restored,
    lend: (now) => {
      lent = now;
    },
    restore,
    interrupted,
    onRestore: (run) => {
      leave = run;
    },
  };
};
