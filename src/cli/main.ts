/** The version in package.json, put in by the build. */
declare const PG_TUTOR_VERSION: string;

const isClosedPipe = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED');

/**
 * The reader of our output has gone (`| head`): end quietly. Work that has something to clean up listens for
 * SIGPIPE, which Node otherwise ignores.
 */
const endQuietlyOnClosedPipe = (): void => {
  process.stdout.on('error', (error) => {
    if (!isClosedPipe(error)) {
      process.stderr.write(`pg-tutor: the output could not be written: ${error.message}\n`);
      process.exit(1);
    }
    if (!process.emit('SIGPIPE', 'SIGPIPE')) process.exit(0);
  });
  process.stderr.on('error', () => {});
};

/** Runs one command line and sets the exit code: 0, 1 failed, 2 misused, 128 + n ended by signal n. */
export const main = async (argv: readonly string[]): Promise<void> => {
  endQuietlyOnClosedPipe();
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    process.stdout.write(`${PG_TUTOR_VERSION}\n`);
    return;
  }
  const { dispatch } = await import('./dispatch.ts');
  process.exitCode = await dispatch(argv, PG_TUTOR_VERSION);
  // Everything was closed by now; should something have been left open, it must not keep us here.
  setTimeout(() => process.exit(), 2_000).unref();
};
