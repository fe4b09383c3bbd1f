import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { serverAccount } from '../../src/postgres/embedded/account.ts';
import { prepareBinaries } from '../../src/postgres/embedded/binaries.ts';
import { makeData } from '../../src/postgres/embedded/data-directory.ts';
import { cleanEnv, launchPostgres } from '../../src/postgres/embedded/launch.ts';
import { findBinaries } from '../../src/postgres/embedded/majors.ts';
import { makePlace, type Place } from '../../src/postgres/embedded/place.ts';
import { waitReady } from '../../src/postgres/embedded/postmaster.ts';
import { openFolder } from './embedded.ts';

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });

export type TcpServer = {
  readonly port: number;
  /** Where its socket is; whoever reaches it is trusted. */
  readonly folder: string;
  stop(): Promise<void>;
};

const major = 18;
const account = serverAccount();

const own = (file: string, mode: number): void => {
  chmodSync(file, mode);
  if (account) chownSync(file, account.uid, account.gid);
};

/**
 * Servers as others run them: on a TCP port of 127.0.0.1, with passwords (SCRAM), with or without TLS, or as a
 * standby. All are made from one initdb.
 */
export const openTcpServers = async () => {
  const root = openFolder('tcp');
  const nobody = openSync('/dev/null', 'w');
  const quiet = { folder: root, descriptor: nobody, tell: () => true, close: () => {} };
  const native = findBinaries(major);
  const first = makePlace(path.join(root, 'first'), major, account);
  const binaries = prepareBinaries(native, account, first);
  const env = cleanEnv(process.env, first, binaries);
  await makeData({ place: first, major, account, binaries, env, interest: quiet });
  closeSync(nobody);
  const stops: (() => Promise<void>)[] = [];

  const start = async (name: string, how: { tls?: boolean; standby?: boolean }): Promise<TcpServer> => {
    const place: Place = makePlace(path.join(root, name), major, account);
    execFileSync('cp', ['-a', first.data, place.data]);
    writeFileSync(
      path.join(place.data, 'pg_hba.conf'),
      'local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n',
    );
    if (how.standby) writeFileSync(path.join(place.data, 'standby.signal'), '');
    if (how.tls) {
      for (const file of ['server.crt', 'server.key']) {
        copyFileSync(path.join(import.meta.dirname, '../fixtures/tls', file), path.join(place.data, file));
        own(path.join(place.data, file), 0o600);
      }
    }
    const folder = path.join(root, `${name}-socket`);
    mkdirSync(folder);
    own(folder, 0o755);
    const port = await freePort();
    const postgres = await launchPostgres(
      { place, account, env, binaries, folder },
      {
        listen_addresses: '127.0.0.1',
        port: String(port),
        unix_socket_permissions: '0777',
        ssl: how.tls ? 'on' : 'off',
        fsync: 'off',
      },
    );
    if (!(await waitReady(place.data, postgres.pid, () => postgres.ended() !== null))) {
      throw new Error(postgres.words());
    }
    const stop = async () => {
      if (postgres.ended() === null) process.kill(postgres.pid, 'SIGINT');
      await postgres.end;
    };
    stops.push(stop);
    return { port, folder, stop };
  };

  return {
    start,
    close: async () => {
      await Promise.all(stops.map((stop) => stop()));
      rmSync(root, { recursive: true, force: true });
    },
  };
};
