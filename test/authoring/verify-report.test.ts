import { describe, expect, it } from 'vitest';
import { bless } from '../../src/authoring/bless.ts';
import { toJunit } from '../../src/authoring/junit.ts';
import { failureInWords, tally, type VerifyRun } from '../../src/authoring/verify-report.ts';
import type { ClaimCheck } from '../../src/timeline/events.ts';
import { elementsOf } from '../support/xml.ts';

const check = (line: number, ok: boolean, more: Partial<ClaimCheck> = {}): ClaimCheck => ({
  file: 'a.md',
  line,
  column: 1,
  ok,
  claimed: 'tag: A',
  happened: ok ? 'A' : 'B',
  ...more,
});
const run = (...checks: ClaimCheck[]): VerifyRun => ({ checks, error: null, seconds: 1.5 });
const about = {
  postgres: { version: '18.4', major: 18 },
  lesson: { id: 'x/a', number: '1.1', title: 'A <b> & "c"', file: 'a.md' },
};

describe('several runs', () => {
  it('tell a false claim from a flaky one', () => {
    const result = tally(about, [
      run(check(3, false), check(5, true)),
      run(check(3, false), check(5, false)),
      run(check(3, false), check(5, false, { happened: 'C' })),
    ]);
    expect(result.failed).toMatchObject([
      { line: 3, held: 0, runs: 3, happened: 'B' },
      { line: 5, held: 1, runs: 3, happened: 'B; or C' },
    ]);
    expect(result.failed.map((claim) => failureInWords(result, claim))).toEqual([
      'a.md:3:1: claimed tag: A; happened: B (PostgreSQL 18.4, held in 0 of 3 runs)',
      'a.md:5:1: claimed tag: A; happened: B; or C (PostgreSQL 18.4, flaky: held in 1 of 3 runs)',
    ]);
  });

  it('keep two equal claims at one place apart', () => {
    const { failed } = tally(about, [
      run(check(3, true), check(3, false)),
      run(check(3, true), check(3, false)),
    ]);
    expect(failed).toMatchObject([{ held: 0, runs: 2 }]);
  });

  it('count how often the lesson broke', () => {
    const broken = { ...run(), error: 'gone' };
    expect(tally(about, [run(check(3, true)), broken])).toMatchObject({
      error: 'gone',
      errors: 1,
      runs: 2,
      checks: 1,
    });
  });
});

describe('JUnit XML', () => {
  it('has a suite for each server, a case for each lesson, and nothing that XML cannot hold', () => {
    const bad = tally(about, [
      run(check(3, false, { claimed: 'tag: <&>"\'\n', happened: 'x\u0000\u001b]]>\ud800' })),
    ]);
    const broken = {
      ...tally(about, [{ ...run(), error: 'no server' }]),
      postgres: { version: '17.1', major: 17 },
    };
    const skipped = { ...tally(about, []), skipped: 'needs superuser' };
    const problem = {
      position: { file: 'b.md', line: 2, column: 3 },
      severity: 'error' as const,
      message: 'no <title>',
    };
    const elements = elementsOf(toJunit([bad, skipped, broken], [problem]));
    expect(elements.map(({ name }) => name)).toEqual([
      'testsuites',
      'testsuite',
      'testcase',
      'failure',
      'testcase',
      'skipped',
      'testsuite',
      'testcase',
      'error',
      'testsuite',
      'testcase',
      'error',
    ]);
    expect(elements[0]?.attributes).toMatchObject({ tests: '4', failures: '1', errors: '2', time: '3.000' });
    expect(elements[1]?.attributes).toMatchObject({
      name: 'PostgreSQL 18.4',
      tests: '2',
      failures: '1',
      skipped: '1',
    });
    expect(elements[2]?.attributes).toMatchObject({ name: '1.1 A <b> & "c"', classname: 'postgresql-18.4' });
    expect(elements[3]?.text).toContain('a.md:3:1: claimed tag: <&>"\'\n; happened: x\ufffd\ufffd]]>\ufffd');
    expect(elements[11]?.attributes).toMatchObject({ message: 'no <title>' });
  });
});

describe('a blessing', () => {
  const text = 'A\n```expect\ntag: A\n```\n';
  const actual = { text: 'B' };
  const wrong = check(3, false, { actual });
  const right = check(3, true);
  const why = (...played: [number, ...ClaimCheck[]][]) =>
    bless(
      text,
      played.map(([major, ...checks]) => ({ major, runs: checks.map((one) => run(one)) })),
    );

  it('is given where all servers agree', () => {
    expect(why([17, wrong], [18, wrong])).toEqual({
      edits: [{ start: 17, end: 18, text: 'B' }],
      unblessed: [],
    });
  });

  it.each<[string, ReturnType<typeof why>]>([
    ['it holds in some runs and not in others', why([18, wrong, right])],
    ['it holds on 17 and not on 18: guard it with postgres', why([17, right], [18, wrong])],
    [
      'it comes out differently on 17, 18: guard it with postgres',
      why([17, wrong], [18, check(3, false, { actual: { text: 'C' } })]),
    ],
    ['no value can say what happened', why([18, check(3, false)])],
    ['it cannot be put into words here', why([18, check(1, false, { actual })])],
  ])('is not given: %s', (words, blessing) => {
    expect(blessing.edits).toEqual([]);
    expect(blessing.unblessed.map((one) => one.why)).toEqual([words]);
  });
});
