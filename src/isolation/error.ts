/** `spec-syntax`: the file is no spec; `spec-failed`: a run ended early, the message is what isolationtester says then. */
export type SpecErrorCode = 'spec-syntax' | 'spec-failed';

/** A spec that cannot be read, or whose run could not go on. */
export class SpecError extends Error {
  override readonly name = 'SpecError';
  readonly code: SpecErrorCode;
  /** What the user can do about it. */
  readonly remedy: string;

  constructor(code: SpecErrorCode, message: string, remedy = '') {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}
