/** What every screen is handed: how to leave it, and what is the terminal's. */
export type WaysOut = {
  /** Back to the screen before. */
  readonly leave: () => void;
  /** Ends the program with this exit code. */
  readonly quit: (code: number) => void;
  readonly suspend: () => void;
  /** The whole screen anew, whatever others have written over it. */
  readonly redraw: () => void;
};
