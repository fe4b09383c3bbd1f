import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const hasProc = existsSync('/proc/self/stat');

const ps = (pid: number, column: string): string | null => {
  try {
    return execFileSync('ps', ['-ww', '-o', `${column}=`, '-p', String(pid)], {
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return null;
  }
};

/**
 * When a process began, in words that are the same for every reader on this machine (clock ticks since boot from
 * /proc/<pid>/stat, else `ps`). Null when there is no such process, or only its zombie. A pid alone is not enough to know
 * a process again: pids are reused. The keeper's shell script computes the same word.
 */
export const bornAt = (pid: number): string | null => {
  if (!hasProc) return ps(pid, 'lstart')?.replace(/\s+/g, '_') ?? null;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may hold anything; what follows its last ")" is plain: field 3 (state) up to 22 (start) and on.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
};

/** The arguments of a process joined by blanks; empty when it is gone. World-readable, unlike /proc/<pid>/exe and cwd. */
export const commandLine = (pid: number): string => {
  if (!hasProc) return ps(pid, 'args')?.trimEnd() ?? '';
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
};

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The `code` of a system error (`ENOENT`), else an empty string. */
export const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
