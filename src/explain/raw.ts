/** What EXPLAIN printed, under the names of its JSON format, nothing checked yet. */
export type RawObject = { [key: string]: unknown };

/** One plan of a paste, before it is checked and reckoned. */
export type RawPlan = {
  readonly source: 'json' | 'text';
  /** The root node; its children are in `Plans`. */
  readonly plan: unknown;
  /** What stands beside the tree: `Planning Time`, `Triggers`, `Settings`… */
  readonly summary: RawObject;
  readonly notes: readonly string[];
  /** Where what is at a path below the plan stands in the paste. */
  readonly locate: (path: readonly (string | number)[]) => { readonly line: number; readonly column: number };
};

export const isObject = (value: unknown): value is RawObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
