import { splitStatements } from '../text/statements.ts';
import type { Experiment, ScriptStep } from './experiment.ts';

/** A statement without what would make it part of the next one. */
const statementsOf = (sql: string): string[] => splitStatements(sql).map(({ text }) => `${text};`);

/** A block ends at the first `}`, quoted or not (PostgreSQL's src/test/isolation/specscanner.l). */
const block = (sql: string, what: string): string => {
  if (splitStatements(sql).some(({ copyData }) => copyData !== null))
    throw new Error(`${what} copies data from its own text, which a .spec file cannot.`);
  if (sql.includes('}'))
    throw new Error(`${what} has a } in its SQL, and no .spec file can hold one. Save it as a lesson.`);
  return sql.includes('\n') || sql.length > 90 ? `{\n  ${sql.replaceAll('\n', '\n  ')}\n}` : `{ ${sql} }`;
};

const created =
  /^\s*create\s+(?:unlogged\s+)?(table|view|materialized\s+view|sequence|schema|type|function)\s+(?:if\s+not\s+exists\s+)?("(?:[^"]|"")+"|[\w.]+)/i;

/** Drops what the setup makes, last things first. */
const teardownOf = (setup: readonly string[]): string => {
  const drops = setup
    .flatMap(statementsOf)
    .flatMap((sql) => {
      const match = created.exec(sql);
      return match ? [`DROP ${(match[1] ?? '').toUpperCase()} ${match[2]} CASCADE;`] : [];
    })
    .reverse();
  return drops.length === 0 ? '' : `teardown\n{\n  ${drops.join('\n  ')}\n}\n\n`;
};

const nameOf = (id: string): string => id.replace(/\W/g, '_');

const divided = (step: ScriptStep): { name: string; sql: string }[] => {
  const statements = statementsOf(step.sql);
  if (statements.length < 2 || !step.divisible) return [{ name: nameOf(step.id), sql: step.sql }];
  return statements.map((sql, index) => ({
    name: `${nameOf(step.id)}${String.fromCharCode(97 + (index % 26))}${index >= 26 ? Math.floor(index / 26) : ''}`,
    sql,
  }));
};

/**
 * The experiment as a .spec of PostgreSQL's isolation tests (src/test/isolation/README). A statement is a step, as
 * one step is one message to the server, which would make one transaction of several.
 * @throws {Error} when some text cannot stand in such a file
 */
export const writeSpec = ({ setup, steps }: Experiment, title: string): string => {
  const parts = steps.flatMap((step) => divided(step).map((part) => ({ ...part, step })));
  const sessions = [...new Set(steps.map((step) => step.session))].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  if (sessions.length === 0) throw new Error('Nothing has been run yet that could be saved.');
  const setups = setup.map(
    (sql) => `setup\n${block(sql, 'The setup').replace(/^\{ (.*) \}$/, '{\n  $1\n}')}\n\n`,
  );
  const bodies = sessions.map((session) => {
    const own = parts.filter(({ step }) => step.session === session);
    const lines = own.map(({ name, sql, step }) => {
      const remark = step.remark === null ? '' : `# ${step.remark}\n`;
      return `${remark}step ${name}\t${block(sql, `Step ${name}`)}\n`;
    });
    return `session ${session}\n${lines.join('')}\n`;
  });
  return `# ${title}\n\n${setups.join('')}${teardownOf(setup)}${bodies.join('')}permutation ${parts.map(({ name }) => name).join(' ')}\n`;
};
