import { createController } from './controller.ts';
import type { TuiDeps } from './deps.ts';
import type { Suspend } from './mount.tsx';
import { takeTerminal } from './terminal.ts';
import { withWatch } from './watch.ts';

const stopProcessGroup = (): void => {
  // As the terminal does for Ctrl+Z: the shell's whole job, npm included.
  process.kill(0, 'SIGTSTP');
};

/**
 * Takes the terminal, plays until the learner leaves, and gives the terminal back. The first frame is on the screen
 * before Ink, which takes its time, is loaded.
 * @returns the exit code: 0, or 128 + n when a signal (or Ctrl+C twice) ended it
 * @throws whatever was thrown while drawing or in the background, after the terminal is back in order
 */
export const runTui = async (deps: TuiDeps): Promise<number> => {
  const terminal = takeTerminal(deps);
  let suspend: Suspend = async () => {};
  let quit: (code: number) => void = () => {};
  let redraw = (): void => {};
  const left = new Promise<number>((resolve) => {
    quit = resolve;
  });
  let editing: Promise<unknown> = Promise.resolve();
  /** The screen is the editor's until it ends; when we are told to end meanwhile, so is it. */
  const edit = async (text: string): Promise<string> => {
    const { editText } = deps;
    if (!editText) throw new Error('There is no other editor here.');
    const abort = new AbortController();
    terminal.interrupted.then(
      () => abort.abort(),
      () => abort.abort(),
    );
    let edited: Promise<string> | null = null;
    terminal.lend(true);
    try {
      await suspend(async () => {
        // Ink listens no more, but Node would go on reading, and take the editor's first keys. Only a stream that flows
        // can be paused.
        deps.stdin.resume();
        deps.stdin.pause();
        edited = editText(text, abort.signal);
        editing = edited;
        // Its failure is told once the screen is ours again.
        await edited.catch(() => {});
      });
    } finally {
      terminal.lend(false);
    }
    return edited ?? text;
  };
  const screens = createController(deps, {
    edit,
    quit: (code) => quit(code),
    suspend: () => {
      // Rejects only when a suspension is under way already.
      suspend(deps.onSuspend ?? stopProcessGroup).catch(() => {});
    },
    redraw: () => redraw(),
  });
  const controller = deps.watch ? withWatch(screens, deps.watch, deps.glyphs) : screens;
  try {
    controller.start();
    const { columns: width, rows: height } = deps.stdout;
    terminal.paint(controller.frame({ width, height }), deps.color);
    const { mount } = await import('./mount.tsx');
    if (terminal.restored()) return await terminal.interrupted;
    const ink = mount(controller, deps, (mounted) => {
      suspend = mounted;
    });
    terminal.onRestore(ink.unmount);
    redraw = ink.redraw;
    return await Promise.race([left, terminal.interrupted, ink.ended.then(() => left)]);
  } finally {
    terminal.restore();
    await Promise.allSettled([editing, controller.close()]);
  }
};
