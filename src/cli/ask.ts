import { createInterface } from 'node:readline';

/** Asks on stderr, so that stdout stays data. Anything but y or yes is no: the end of the input, and Ctrl+C, too. */
export const askYesNo = async (question: string): Promise<boolean> => {
  const lines = createInterface({ input: process.stdin, terminal: false });
  let interrupt: () => void = () => {};
  try {
    process.stderr.write(`${question} [y/N] `);
    const answer = await new Promise<string>((resolve) => {
      interrupt = () => resolve('');
      lines.once('line', resolve);
      lines.once('close', interrupt);
      process.once('SIGINT', interrupt);
    });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    process.off('SIGINT', interrupt);
    lines.close();
  }
};
