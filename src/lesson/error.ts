/** Why a lesson cannot be found, by kind; the command line turns it into words and an exit code. */
export type LessonErrorCode = 'no-lessons' | 'unknown-lesson' | 'ambiguous-lesson';

export class LessonError extends Error {
  override readonly name = 'LessonError';
  readonly code: LessonErrorCode;
  /** What the user can do about it. */
  readonly remedy: string;
  /** Ids of lessons that may have been meant, the likeliest first. */
  readonly suggestions: readonly string[];

  constructor(
    code: LessonErrorCode,
    message: string,
    remedy: string,
    options: { suggestions?: readonly string[]; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.remedy = remedy;
    this.suggestions = options.suggestions ?? [];
  }
}
