import { render, useApp, useInput, usePaste, useWindowSize } from 'ink';
import { useSyncExternalStore } from 'react';
import { Rows } from './components/rows.tsx';
import type { Controller } from './controller.ts';
import type { TuiDeps } from './deps.ts';
import { useFunctionKeys } from './function-keys.ts';
import { keysOf } from './keys.ts';

/** Faster than our own pace of drawing, so that Ink adds no delay to it. */
const maxFps = 240;

/**
 * Ink draws from where the cursor is. After our own first frame that is the end of the last row, and a terminal that
 * is on the alternate screen already neither clears it nor moves the cursor. The update that begins here ends with
 * Ink's first frame, so nothing flickers.
 */
const emptyScreen = '\x1b[?2026h\x1b[H\x1b[J';

export type Suspend = (stop: () => void | Promise<void>) => Promise<void>;

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
  useFunctionKeys((key) => controller.press([key], size));
  usePaste((text) => controller.paste(text, size));
  return <Rows lines={controller.frame(size)} width={columns} color={color} />;
};

export type Mounted = {
  readonly unmount: () => void;
  readonly redraw: () => void;
  /** Rejects with what was thrown while drawing. */
  readonly ended: Promise<unknown>;
};

/** Ink's part of the screens: it draws the controller's frames and hands it the keys. */
export const mount = (
  controller: Controller,
  deps: Pick<TuiDeps, 'stdin' | 'stdout' | 'color'>,
  onMount: (suspend: Suspend) => void,
): Mounted => {
  const app = <App controller={controller} color={deps.color} onMount={onMount} />;
  deps.stdout.write(emptyScreen);
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
    // Terminals that know the protocol tell Ctrl+Enter from Enter.
    kittyKeyboard: { mode: 'auto' },
  });
  return {
    unmount: () => ink.unmount(),
    redraw: () => {
      ink.clear();
      ink.rerender(app);
    },
    ended: ink.waitUntilExit(),
  };
};
