import { sanitizeLine } from '../text/sanitize.ts';
import { splitStatements } from '../text/statements.ts';
import type { ServerMessage } from '../timeline/events.ts';
import { askYesNo } from './ask.ts';
import type { Globals } from './command.ts';
import { Failure, UsageError } from './errors.ts';
import { serverAccess } from './server.ts';
import { say } from './terminal.ts';

/** The one statement in it, without its semicolon. @throws {UsageError} */
export const singleStatement = (sql: string): string => {
  const statements = splitStatements(sql).map(({ text }) => text.trim().replace(/;\s*$/, ''));
  const [first] = statements;
  if (first === undefined || first === '') throw new UsageError('--sql has no statement');
  if (statements.length > 1) throw new UsageError(`--sql takes one statement, not ${statements.length}`);
  if (/^explain\b/i.test(first)) throw new UsageError('--sql takes the statement itself, without EXPLAIN');
  return first;
};

/** As much as this major can tell. SERIALIZE would send the rows through output functions, so it is left out. */
const optionsFor = (major: number): string =>
  [
    'analyze',
    'buffers',
    'verbose',
    'settings',
    'wal',
    ...(major >= 18 ? ['memory'] : []),
    'format json',
  ].join(', ');

/** The words of the server, and where in the statement. */
const asFailure = (error: ServerMessage, sql: string, prefix: number): Failure => {
  const at = (error.position ?? 0) - prefix;
  const before = at > 0 ? sql.slice(0, at - 1).split('\n') : null;
  const place = before ? `--sql:${before.length}:${(before.at(-1)?.length ?? 0) + 1}: ` : '';
  const more = [error.detail, error.hint].filter((part) => part !== undefined).join(' ');
  const message = sanitizeLine(`${place}${error.message} (SQLSTATE ${error.sqlstate})`, ' ');
  return new Failure(
    message,
    sanitizeLine(more, ' ') || 'Nothing was changed: the transaction was rolled back.',
  );
};

/**
 * Runs a statement under EXPLAIN ANALYZE in a transaction that is rolled back, in the database that the server was
 * named with. A server that we did not start is used only after a yes.
 * @returns the plan as the server printed it @throws {Failure | PostgresError}
 */
export const explainSql = async (sql: string, globals: Globals, signal: AbortSignal): Promise<string> => {
  const access = await serverAccess(globals, {
    confirm: async (info) => {
      const { describeServer } = await import('../postgres/server.ts');
      const name = sanitizeLine(describeServer(info));
      if (!process.stdin.isTTY || !process.stderr.isTTY)
        throw new Failure(
          `${name}: pg-tutor did not start this server and nobody is there to agree to its use.`,
          'Add --yes to run the statement there.',
        );
      say(`The statement would be run in database ${sanitizeLine(info.database)} (${name}) and rolled back.`);
      say('What it does outside of its transaction (sequences, other servers) stays.');
      return askYesNo('Run it?');
    },
  });
  try {
    const server = await access.open();
    const { database, major } = server.info;
    const connection = await server.connect({ database, applicationName: 'pg-tutor explain' });
    const stop = (): void => {
      // A connection of its own: the first one is busy.
      void server
        .connect({ database, applicationName: 'pg-tutor explain' })
        .then(async (control) => {
          await control.rows('select pg_cancel_backend($1)', [connection.pid]).catch(() => {});
          await control.end();
        })
        .catch(() => {});
    };
    signal.addEventListener('abort', stop, { once: true });
    try {
      let printed: string | null = null;
      const send = async (text: string, prefix: number): Promise<void> => {
        const end = await connection.run(text, 1, {
          wholeResults: true,
          onResult: (result) => {
            printed ??= result.rows.map((row) => row[0] ?? '').join('\n') || null;
          },
        });
        if (end.type === 'lost')
          throw new Failure(
            `The connection is lost: ${sanitizeLine(connection.lost?.reason ?? 'the server closed it', ' ')}`,
            'What the statement did is rolled back by the server.',
          );
        if (end.type === 'failed') throw asFailure(end.error, sql, prefix);
      };
      await send('begin', 0);
      const prefix = `explain (${optionsFor(major)}) `;
      try {
        await send(prefix + sql, prefix.length);
      } finally {
        if (!connection.lost) await send('rollback', 0);
      }
      if (printed === null)
        throw new Failure(
          'The server printed no plan.',
          'Only statements that EXPLAIN takes can be explained.',
        );
      return printed;
    } finally {
      signal.removeEventListener('abort', stop);
      await connection.end();
    }
  } finally {
    await access.close();
  }
};
