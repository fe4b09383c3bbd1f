import { splitStatements } from '../../text/statements.ts';
import { type ParsedSql, type ParsedStatement, parseSql } from './parse-tree.ts';

/** Statements of an answer, each with who runs it. */
export type Turn = { readonly session: string; readonly statement: ParsedStatement };

export type ReadAnswer = {
  readonly sql: string;
  readonly turns: readonly Turn[];
};

export type Unreadable = Extract<ParsedSql, { ok: false }>;

/** `-- bob:` on a line of its own. */
const marker = /^--[ \t]*([a-z][a-z0-9_-]*)[ \t]*:[ \t]*\r?$/gm;

/** @param sessions who may run something; the first runs what nobody is named for */
export const readAnswer = async (
  sql: string,
  sessions: readonly string[],
): Promise<ReadAnswer | Unreadable> => {
  const parts: { session: string; from: number }[] = [{ session: sessions[0] ?? 'you', from: 0 }];
  if (sessions.length > 1)
    for (const match of sql.matchAll(marker))
      if (match[1] !== undefined && sessions.includes(match[1]))
        parts.push({ session: match[1], from: match.index });
  const turns: Turn[] = [];
  for (const [index, { session, from }] of parts.entries()) {
    const parsed = await parseSql(sql.slice(from, parts[index + 1]?.from ?? sql.length));
    if (!parsed.ok) return { ...parsed, offset: parsed.offset + from };
    for (const statement of parsed.statements)
      turns.push({ session, statement: { ...statement, offset: statement.offset + from } });
  }
  return { sql, turns };
};

/** Every statement, also what the parser refuses: as the server is to say what is wrong with it. */
export const readLoosely = async (sql: string, sessions: readonly string[]): Promise<ReadAnswer> => {
  const turns: Turn[] = [];
  for (const { text, offset, copyData } of splitStatements(sql)) {
    const parsed = await parseSql(text);
    const [statement] = parsed.ok ? parsed.statements : [];
    const node = statement?.node ?? { type: '', fields: {} };
    turns.push({ session: sessions[0] ?? 'you', statement: { node, text, offset, copyData } });
  }
  return { sql, turns };
};

export const statementsOf = ({ turns }: ReadAnswer): ParsedStatement[] =>
  turns.map(({ statement }) => statement);

/** As it is sent: COPY takes its data along. */
export const sourceOf = ({ text, copyData }: ParsedStatement): string =>
  copyData === null
    ? text
    : `${text};\n${copyData}${copyData.endsWith('\n') || copyData === '' ? '' : '\n'}\\.\n`;
