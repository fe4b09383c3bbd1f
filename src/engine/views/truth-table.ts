import { truthOperators } from '../../lesson/truth-operators.ts';
import { EngineError } from '../error.ts';
import type { Run } from '../run.ts';

/** Rows `[operator, a, b, result]` of one operator, computed by the server; b is empty for an operator of one operand. */
export const truthRows = async (run: Run, operator: string): Promise<(string | null)[][]> => {
  const known = truthOperators.find((one) => one.sql === operator);
  if (!known) throw new EngineError(`truth-table does not know the operator ${operator}`);
  const operands = `(values (1, true), (2, false), (3, null::boolean))`;
  if (known.operands === 1) {
    const expression = known.prefix ? `${operator} a` : `a ${operator}`;
    const rows = await run.observe(`select a, ${expression} from ${operands} as x(n, a) order by n`);
    return rows.map(([a, result]) => [operator, a ?? null, '', result ?? null]);
  }
  const rows = await run.observe(
    `select a, b, a ${operator} b from ${operands} as x(n, a), ${operands} as y(m, b) order by n, m`,
  );
  return rows.map(([a, b, result]) => [operator, a ?? null, b ?? null, result ?? null]);
};
