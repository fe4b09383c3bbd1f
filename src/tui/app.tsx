import { render, useApp, useInput, usePaste, useWindowSize } from 'ink';
import { useSyncExternalStore } from 'react';
import { Rows } from './components/rows.tsx';
import { type Controller, createController } from './controller.ts';
import type { TuiDeps } from './deps.ts';
import { keysOf } from './keys.ts';
import { takeTerminal } from './terminal.ts';

/** Faster than our own pace of drawing, so that Ink adds no delay to it. */
const maxFps = 120;

const stopProcessGroup = (): void => {
  // As the terminal does for Ctrl+Z: the shell's whole job, npm included.
  process.kill(0, 'SIGTSTP');
};

type Suspend = (stop: () => void) => Promise<void>;

const App = ({
  controller,
  color,
  onMount,
}: {
  readonly controller: Controller;
  readonly color: boolean;
  readonly onMount: (suspend: Suspend) => void;
}) => {
  const { columns, rows } = useWindowSize();
  const size = { width: columns, height: rows };
  useSyncExternalStore(controller.subscribe, controller.version);
  const { suspendTerminal } = useApp();
  onMount((stop) => suspendTerminal(stop));
  useInput((input, key) => {
    if (key.eventType !== 'release') controller.press(keysOf(input, key), size);
  });
  usePaste((text) => controller.paste(text, size));
  return <Rows lines={controller.frame(size)} width={columns} color={color} />;
};

/**
 * Takes the terminal, plays until the learner leaves, and gives the terminal back.
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
  const controller = createController(deps, {
    quit: (code) => quit(code),
    suspend: () => {
      // Rejects only when a suspension is under way already.
      suspend(deps.onSuspend ?? stopProcessGroup).catch(() => {});
    },
    redraw: () => redraw(),
  });
  try {
    const onMount = (mounted: Suspend): void => {
      suspend = mounted;
    };
    controller.start();
    const app = <App controller={controller} color={deps.color} onMount={onMount} />;
    const ink = render(app, {
      stdin: deps.stdin,
      stdout: deps.stdout,
      alternateScreen: true,
      interactive: true,
      isScreenReaderEnabled: false,
      exitOnCtrlC: false,
      patchConsole: false,
      incrementalRendering: true,
      maxFps,
    });
    terminal.onRestore(() => ink.unmount());
    redraw = () => {
      ink.clear();
      ink.rerender(app);
    };
    const broken = ink.waitUntilExit().then(() => left);
    return await Promise.race([left, terminal.interrupted, broken]);
  } finally {
    terminal.restore();
    await controller.close();
  }
};
