/** What an error says. Anything can be thrown. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What to do about it, where the error knows. */
export const remedyOf = (error: unknown): string | null =>
  error instanceof Error && 'remedy' in error && typeof error.remedy === 'string' && error.remedy !== ''
    ? error.remedy
    : null;

export const withRemedy = (error: unknown): string =>
  [reasonOf(error), remedyOf(error)].filter((part) => part !== null).join(' ');
