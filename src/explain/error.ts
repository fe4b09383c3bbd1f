/** The text is no plan that can be read; the message says why, and `line:column` where (both from 1). */
export class PlanError extends Error {
  override readonly name = 'PlanError';
  readonly line: number | null;
  readonly column: number | null;
  readonly remedy: string;

  constructor(
    message: string,
    at: { readonly line: number; readonly column: number } | null,
    remedy: string,
  ) {
    super(at ? `${at.line}:${at.column}: ${message}` : message);
    this.line = at?.line ?? null;
    this.column = at?.column ?? null;
    this.remedy = remedy;
  }
}
