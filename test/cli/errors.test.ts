import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeError, exitCodeOf, Failure, UsageError } from '../../src/cli/errors.ts';
import { PostgresError } from '../../src/postgres/error.ts';
import { root } from '../support/cli.ts';

describe('describeError', () => {
  it('tells an expected error and what to do about it', () => {
    expect(describeError(new UsageError('no such thing'), false)).toBe(
      'pg-tutor: no such thing\nTry: pg-tutor --help',
    );
    expect(describeError(new Failure('it broke', 'Mend it.'), false)).toBe('pg-tutor: it broke\nMend it.');
    expect(describeError(new PostgresError('too-old', 'Too old.', 'Use a newer one.'), false)).toBe(
      'pg-tutor: Too old.\nUse a newer one.',
    );
  });

  it('shows stacks, of causes too, only with --debug', () => {
    const error = new Error('outer', { cause: new Error('inner') });
    expect(describeError(error, false)).not.toContain('    at ');
    expect(describeError(error, false)).toContain('--debug');
    expect(describeError(error, true)).toMatch(/Error: outer\n {4}at [\s\S]*Error: inner\n {4}at /);
  });

  it('keeps control characters from the terminal', () => {
    expect(describeError(new Failure('a\x1b[2Jb\x9bc', 'd\x07\ne'), false)).toBe('pg-tutor: a[2Jbc\nd\ne');
  });

  it('survives what is no error', () => {
    expect(describeError('just text', false)).toBe('pg-tutor: just text');
    expect([exitCodeOf(new UsageError('x')), exitCodeOf(new Failure('x')), exitCodeOf(7)]).toEqual([2, 1, 1]);
  });
});

describe('endOnStrayErrors', () => {
  it.each(['setTimeout(() => { throw new Error("boom"); })', 'Promise.reject(new Error("boom"))'])(
    'ends without a stack trace after %s',
    (code) => {
      const file = path.join(root, 'src/cli/errors.ts');
      const script = `import { endOnStrayErrors } from ${JSON.stringify(file)}; endOnStrayErrors(false); ${code}`;
      const { status, stderr } = spawnSync(
        process.execPath,
        ['--import', 'tsx', '--input-type=module', '-e', script],
        { cwd: root, encoding: 'utf8' },
      );
      expect(status).toBe(1);
      expect(stderr).toContain('pg-tutor: boom');
      expect(stderr).not.toContain('    at ');
    },
  );
});
