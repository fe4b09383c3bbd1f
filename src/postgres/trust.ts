import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';

/** A server the learner has said yes to. No password, no database: it is the server that is trusted. */
const trustedServer = z.object({
  host: z.string(),
  port: z.number(),
  user: z.string(),
  /** pg_control_system(): another cluster at the same address is another server. Null when we may not read it. */
  systemIdentifier: z.nullable(z.string()),
});
export type TrustedServer = z.infer<typeof trustedServer>;

const trustFile = z.object({ version: z.literal(1), servers: z.array(trustedServer) });

const fileIn = (stateDir: string): string => path.join(stateDir, 'servers.json');

/** A missing or damaged file trusts nobody: the learner is asked again. */
const read = async (stateDir: string): Promise<readonly TrustedServer[]> => {
  try {
    return trustFile.parse(JSON.parse(await readFile(fileIn(stateDir), 'utf8'))).servers;
  } catch {
    return [];
  }
};

const sameAddress = (a: TrustedServer, b: TrustedServer): boolean =>
  a.host === b.host && a.port === b.port && a.user === b.user;

export const isTrusted = async (stateDir: string, server: TrustedServer): Promise<boolean> =>
  (await read(stateDir)).some(
    (one) => sameAddress(one, server) && one.systemIdentifier === server.systemIdentifier,
  );

/** Remembers a yes in `<stateDir>/servers.json` (mode 0600), in the place of an earlier one to the same address. */
export const trust = async (stateDir: string, server: TrustedServer): Promise<void> => {
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const others = (await read(stateDir)).filter((one) => !sameAddress(one, server));
  const { host, port, user, systemIdentifier } = server;
  const text = JSON.stringify(
    { version: 1, servers: [...others, { host, port, user, systemIdentifier }] },
    null,
    2,
  );
  const temporary = path.join(stateDir, `.servers-${randomBytes(6).toString('hex')}.json`);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(`${text}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, fileIn(stateDir));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
};
