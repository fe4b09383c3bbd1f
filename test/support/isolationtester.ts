import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { findBinaries, ownMajor } from '../../src/postgres/embedded/majors.ts';
import type { ServerInfo } from '../../src/postgres/types.ts';

const native = findBinaries(ownMajor);
const program = path.join(native, 'lib/postgresql/pgxs/src/test/isolation/isolationtester');

/** The embedded package brings PostgreSQL's own program on some platforms. */
export const hasIsolationtester = (): boolean => existsSync(program);

export type TesterOptions = {
  readonly server: ServerInfo;
  readonly database: string;
  /** The spec's text. */
  readonly spec: string;
  readonly name: string;
  /** Environment besides that of pg_isolation_regress. */
  readonly env?: Readonly<Record<string, string>>;
};

/**
 * PostgreSQL's isolationtester under the conditions of pg_isolation_regress, its stdout and stderr as one.
 * The embedded server must have been started before: that makes the links of its libraries.
 */
export const isolationtester = ({ server, database, spec, name, env }: TesterOptions) =>
  new Promise<{ readonly output: string; readonly code: number | null }>((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', 'exec "$0" "$1" 2>&1', program, `dbname=${database}`], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: {
        PATH: process.env.PATH,
        LD_LIBRARY_PATH: path.join(native, 'lib'),
        PGHOST: server.host,
        PGPORT: String(server.port),
        PGUSER: server.user,
        PGDATESTYLE: 'Postgres, MDY',
        PGTZ: 'America/Los_Angeles',
        PGOPTIONS: '-c intervalstyle=postgres_verbose -c lc_messages=C -c compute_query_id=regress',
        PGAPPNAME: `isolation/${name}`,
        ...env,
      },
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve({ output: Buffer.concat(chunks).toString('utf8'), code }));
    child.stdin.on('error', () => {}); // it may end before it has read all
    child.stdin.end(spec);
  });
