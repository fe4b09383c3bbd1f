import { remedyOf } from '../text/error-words.ts';

/** The command line was wrong: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Something did not work, and this is what to do about it: exit code 1. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly remedy: string;

  constructor(message: string, remedy = '', options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}

export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  hangup: 129,
  interrupted: 130,
  terminated: 143,
} as const;

// text/sanitize.ts does it better, but would have to be loaded for every --help.
const withoutControls = (text: string): string => text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '');

/** What to tell the user about an error, without control characters. `debug` adds the stack. */
export const describeError = (error: unknown, debug: boolean): string =>
  withoutControls(describe(error, debug));

const describe = (error: unknown, debug: boolean): string => {
  if (!(error instanceof Error)) return `pg-tutor: ${String(error)}`;
  const remedy = remedyOf(error);
  const expected = error instanceof UsageError || remedy !== null;
  const lines = [`pg-tutor: ${error.message || error.name}`];
  if (remedy) lines.push(remedy);
  if (error instanceof UsageError) lines.push('Try: pg-tutor --help');
  if (!expected && !debug)
    lines.push('This should not happen. Run it again with --debug to see where it comes from.');
  if (debug) {
    for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
      lines.push(cause.stack ?? '');
  }
  return lines.join('\n');
};

export const exitCodeOf = (error: unknown): number =>
  error instanceof UsageError ? exitCodes.usage : exitCodes.failed;

/**
 * An error that nobody waited for ends the process as any other does, without a stack trace. A screen has handlers of
 * its own, which give the terminal back before they tell: then it is left to them.
 */
export const endOnStrayErrors = (debug: boolean): void => {
  process.on('uncaughtException', (error) => {
    if (process.listenerCount('uncaughtException') > 1) return;
    process.stderr.write(`${describeError(error, debug)}\n`);
    process.exit(exitCodes.failed);
  });
};
