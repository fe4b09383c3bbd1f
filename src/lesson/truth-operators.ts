/** An operator of boolean values that `view truth-table` can tabulate. */
export type TruthOperator = {
  /** As a lesson names it and SQL writes it. */
  readonly sql: string;
  readonly operands: 1 | 2;
  /** Written before its one operand. */
  readonly prefix: boolean;
};

const unary = (sql: string, prefix = false): TruthOperator => ({ sql, operands: 1, prefix });
const binary = (sql: string): TruthOperator => ({ sql, operands: 2, prefix: false });

export const truthOperators: readonly TruthOperator[] = [
  binary('and'),
  binary('or'),
  unary('not', true),
  binary('='),
  binary('<>'),
  binary('is distinct from'),
  binary('is not distinct from'),
  unary('is null'),
  unary('is not null'),
  unary('is true'),
  unary('is not true'),
  unary('is false'),
  unary('is not false'),
  unary('is unknown'),
  unary('is not unknown'),
];
