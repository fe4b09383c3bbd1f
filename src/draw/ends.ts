import { sanitizeLine } from '../text/sanitize.ts';
import type { ServerMessage } from '../timeline/events.ts';

/** Why a connection ended, by SQLSTATE (manual: errcodes-appendix, runtime-config-client). */
const losses: Readonly<Record<string, string>> = {
  '57P01': 'terminated by an administrator (pg_terminate_backend)',
  '57P02': 'another server process crashed, the server restarts',
  '57P03': 'the server is starting up',
  '57P05': 'idle_session_timeout ended the session',
  '25P03': 'idle_in_transaction_session_timeout ended the session',
  '25P04': 'transaction_timeout ended the session',
};

/**
 * What ended a session. `serverGone`: the server went with it, which tells a shutdown from pg_terminate_backend; both
 * say 57P01.
 */
export const lossInWords = (
  lost: { readonly reason: string; readonly sqlstate: string | null } | null,
  serverGone: boolean,
): string => {
  const code = lost?.sqlstate ?? null;
  const known = code === '57P01' && serverGone ? 'the server was shut down' : losses[code ?? ''];
  if (known) return `${code} ${known}`;
  if (code === null && serverGone) return 'the server is gone';
  return sanitizeLine(`${code ?? ''} ${lost?.reason ?? 'the connection is gone'}`.trim());
};

/** Which setting or request ended a statement, where its SQLSTATE alone does not say; null: the message says it all. */
export const endedBy = (error: Pick<ServerMessage, 'sqlstate' | 'message'>): string | null => {
  const { sqlstate, message } = error;
  if (sqlstate === '55P03')
    return /timeout/.test(message) ? 'lock_timeout ended the wait' : 'NOWAIT: it does not wait for a lock';
  if (sqlstate !== '57014') return null;
  if (/statement timeout/.test(message)) return 'statement_timeout ended the statement';
  if (/lock timeout/.test(message)) return 'lock_timeout ended the wait';
  return /user request/.test(message) ? 'somebody asked to cancel it' : null;
};
