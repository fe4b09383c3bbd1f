import { spawn } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { reasonOf } from '../../text/error-words.ts';
import { PostgresError } from '../error.ts';
import { type Account, giveTo } from './account.ts';
import { cannotStart } from './failure.ts';
import type { Place } from './place.ts';
import { errorCode } from './process.ts';

/**
 * The keeper is a small shell process that outlives every pg-tutor process and stops the server after the last of them,
 * also when they were all killed. Each of them holds the FIFO `users` open for writing; the kernel closes it with the process, and at
 * the end of file nobody is left. It gets lines through the FIFO:
 *   `server <pid>`  somebody uses the postmaster of this pid (each start and each join writes one)
 *   `child <pid>`   the process group of a running initdb, to be killed if its starter dies; without pid: it has ended
 *   `unused`        the keeper's own pg-tutor has found another server to join; nobody will come
 *
 * A joiner opens the FIFO and writes its line under the start lock. So when the keeper, holding the lock, finds
 * neither a line nor a writer, nobody has joined since the end of file.
 *
 * The socket folder goes first: a postgres spawned a moment ago that has no pid file yet then fails to make its socket and ends.
 * The keeper touches only the postmaster whose command line names its own socket folder.
 * Parameters: socket folder, start lock, data directory.
 */
const script = `
folder=$1 lock=$2 data=$3 server= child= tries=0
umask 077
trap '' PIPE
[ -d "$folder" ] || mkdir "$folder" || exit 1
cd "$folder" && rm -f users && mkfifo users && exec 3<>users 4<users && cd / || exit 1
echo ready
exec >/dev/null 2>&1
read -r _
exec 3>&- </dev/null

born() {
  if [ -e /proc/self/stat ]; then
    read -r stat <"/proc/$1/stat" || return
    set -- \${stat##*) }
    case $1 in [ZX]) ;; *) printf %s "\${20}" ;; esac
  else
    ps -ww -o lstart= -p "$1" | tr -s '[:space:]' _
  fi
}
dead() { [ "$(born "\${1%%:*}")" != "\${1#*:}" ]; }
take() {
  until ln -s "$me" "$1"; do
    if ! holder=$(readlink "$1"); then
      # It has just been freed, or links cannot be made here any more.
      tries=$((tries + 1))
      [ "$tries" -lt 100 ] || return
    elif dead "$holder"; then
      take "$1.break"
      if holder=$(readlink "$1") && dead "$holder"; then rm -f "$1"; fi
      rm -f "$1.break"
    else sleep 0.02 || sleep 1
    fi
  done
}
listen() {
  while read -r word number <&4; do note; done
}
note() {
  case $word in server) server=$number ;; child) child=$number ;; unused) rm -rf "$folder"; exit ;; esac
}
ours() {
  if [ -e /proc/self/stat ]; then tr '\\0' ' ' <"/proc/$server/cmdline"; else ps -ww -o args= -p "$server"; fi |
    grep -qF "unix_socket_directories=\\"$folder\\""
}

me=$$:$(born $$)
while :; do
  listen
  [ -z "$child" ] || kill -s KILL -- "-$child"
  child=
  take "$lock"
  read -r word number <&4 || break
  note
  rm -f "$lock"
done
rm -rf "$folder"
[ -n "$server" ] || read -r server <"$data/postmaster.pid"
turn=0
while [ -n "$server" ] && ours; do
  case $turn in 0) kill -s INT "$server" ;; 150) kill -s QUIT "$server" ;; 500) kill -s KILL "$server" ;; esac
  turn=$((turn + 1))
  sleep 0.02 || sleep 1
done
turn=0
# What has just been killed may still be adding files.
until rm -rf "$folder" "$data".new.*; do
  turn=$((turn + 1))
  [ $turn -lt 100 ] || break
  sleep 0.02 || sleep 1
done
rm -f "$lock"
`;

/** Our interest in a server: the FIFO's descriptor (close-on-exec, so that PostgreSQL does not inherit it). */
export type Interest = {
  readonly folder: string;
  /** The descriptor, for a child that is to speak for itself. */
  readonly descriptor: number | undefined;
  /** @returns false when the keeper is gone */
  tell(line: string): boolean;
  /** Gives up the interest; at once, also more than once. */
  close(): void;
};

const open = (folder: string): Interest => {
  let fd: number | null = openSync(path.join(folder, 'users'), constants.O_WRONLY | constants.O_NONBLOCK);
  return {
    folder,
    get descriptor() {
      return fd ?? undefined;
    },
    tell(line) {
      try {
        return fd !== null && writeSync(fd, `${line}\n`) > 0;
      } catch {
        return false;
      }
    },
    close() {
      if (fd !== null) closeSync(fd);
      fd = null;
    },
  };
};

/** Whether a keeper reads the FIFO in this folder (else opening it for writing fails with ENXIO). */
export const hasKeeper = (folder: string): boolean => {
  try {
    open(folder).close();
    return true;
  } catch {
    return false;
  }
};

/** Joins the users of a running server. Null when its keeper (ENXIO: no reader) or its socket folder has gone. */
export const joinKeeper = (folder: string, server: number): Interest | null => {
  try {
    const interest = open(folder);
    if (interest.tell(`server ${server}`)) return interest;
    interest.close();
    return null;
  } catch (error) {
    if (['ENXIO', 'ENOENT'].includes(errorCode(error))) return null;
    throw error;
  }
};

/**
 * Starts a keeper, which makes the socket folder if there is none. From then on nothing is left behind, whenever we are killed.
 * @throws {PostgresError} cannot-start
 */
export const spawnKeeper = async (
  folder: string,
  { place, account, env }: { place: Place; account: Account; env: NodeJS.ProcessEnv },
): Promise<Interest> => {
  let interest: Interest | undefined;
  const keeper = spawn('/bin/sh', ['-c', script, 'pg-tutor-keeper', folder, place.lock, place.data], {
    detached: true,
    cwd: '/',
    env: { PATH: `${env.PATH ?? ''}:/usr/bin:/bin`, LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let words = '';
  keeper.stderr.on('data', (chunk: Buffer) => {
    words += chunk.toString();
  });
  try {
    await new Promise<void>((resolve, reject) => {
      keeper.stdout.once('data', () => resolve());
      keeper.once('error', reject);
      keeper.once('close', () => reject(new Error(words.trim() || 'it ended at once')));
    });
    // While its input is open the keeper holds the FIFO open itself; the end of its input is the sign that we do.
    interest = open(folder);
    giveTo(account, folder);
    return interest;
  } catch (error) {
    interest?.close();
    if (error instanceof PostgresError) throw error;
    throw cannotStart(
      `The process that watches over the server could not be started: ${reasonOf(error)}.`,
      '',
      error,
    );
  } finally {
    keeper.stdin.destroy();
    keeper.stdout.destroy();
    keeper.stderr.destroy();
    keeper.unref();
  }
};
