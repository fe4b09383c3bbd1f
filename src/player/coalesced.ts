/** One thing at a time; asked for again while it is busy, it goes once more. What goes wrong is left out. */
export const coalesced = (work: () => Promise<unknown>): (() => void) => {
  let busy = false;
  let again = false;
  const go = (): void => {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    const done = (): void => {
      busy = false;
      if (again) go();
    };
    again = false;
    work().then(done, done);
  };
  return go;
};
