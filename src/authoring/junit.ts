import type { Problem } from '../lesson/types.ts';
import { errorInWords, failureInWords, isFlaky, isGood, type Result } from './verify-report.ts';

/** Characters that XML 1.0 knows (https://www.w3.org/TR/xml/#charsets); the others cannot even be escaped. */
const unknown = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

const escaped = (text: string, special: RegExp): string =>
  text.replace(unknown, '\uFFFD').replace(special, (sign) => entities[sign] ?? sign);

const attributes = (values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(String(value), /[&<>"'\n\r\t]/g)}"`)
    .join('');

const element = (
  name: string,
  values: Readonly<Record<string, string | number>>,
  inside: readonly string[] | string = [],
): string => {
  const body =
    typeof inside === 'string'
      ? escaped(inside, /[&<>\r]/g)
      : inside.length > 0
        ? `\n${inside.join('\n')}\n`
        : '';
  return body === '' ? `<${name}${attributes(values)}/>` : `<${name}${attributes(values)}>${body}</${name}>`;
};

const seconds = (value: number): string => value.toFixed(3);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** One lesson on one server. */
const testCase = (result: Result): string => {
  const { lesson, postgres, failed, skipped, error } = result;
  const about = {
    classname: `postgresql-${postgres.version}`,
    name: `${lesson.number} ${lesson.title}`,
    file: lesson.file,
    time: seconds(result.seconds),
  };
  if (skipped !== null) return element('testcase', about, [element('skipped', { message: skipped })]);
  const lines = failed.map((claim) => failureInWords(result, claim));
  const inside: string[] = [];
  if (lines.length > 0) {
    const type = failed.every(isFlaky) ? 'flaky claim' : 'false claim';
    const message = `${lines.length} of ${result.checks} claims: ${lines[0]}`;
    inside.push(element('failure', { type, message }, lines.join('\n')));
  }
  if (error !== null)
    inside.push(element('error', { type: 'not played', message: error }, errorInWords(result)));
  return element('testcase', about, inside);
};

const suite = (name: string, results: readonly Result[]): string =>
  element(
    'testsuite',
    {
      name,
      tests: results.length,
      failures: results.filter(({ failed }) => failed.length > 0).length,
      errors: results.filter(({ error }) => error !== null).length,
      skipped: results.filter(({ skipped }) => skipped !== null).length,
      time: seconds(sum(results.map((result) => result.seconds))),
    },
    results.map(testCase),
  );

/** Files that cannot be played at all. */
const filesSuite = (problems: readonly Problem[]): string =>
  element(
    'testsuite',
    {
      name: 'lesson files',
      tests: problems.length,
      failures: 0,
      errors: problems.length,
      skipped: 0,
      time: seconds(0),
    },
    problems.map(({ position, message }) => {
      const { file, line, column } = position;
      const about = { classname: 'lesson files', name: `${file}:${line}:${column}`, file, time: seconds(0) };
      return element('testcase', about, [element('error', { type: 'unreadable', message }, message)]);
    }),
  );

/** The results in the XML that CI servers read: a suite for each server, a case for each lesson. */
export const toJunit = (results: readonly Result[], problems: readonly Problem[]): string => {
  const versions = [...new Set(results.map(({ postgres }) => postgres.version))];
  const errors = problems.filter(({ severity }) => severity === 'error');
  const bad = results.filter((result) => !isGood(result));
  const suites = versions.map((version) =>
    suite(
      `PostgreSQL ${version}`,
      results.filter(({ postgres }) => postgres.version === version),
    ),
  );
  if (errors.length > 0) suites.push(filesSuite(errors));
  const root = element(
    'testsuites',
    {
      name: 'pg-tutor verify',
      tests: results.length + errors.length,
      failures: bad.filter(({ failed }) => failed.length > 0).length,
      errors: bad.filter(({ error }) => error !== null).length + errors.length,
      time: seconds(sum(results.map((result) => result.seconds))),
    },
    suites,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
};
