import { describe, expect, it } from 'vitest';
import { PlanError } from '../../src/explain/error.ts';
import { readPlan, readPlans } from '../../src/explain/read.ts';
import { outline, readFixture } from '../support/plans.ts';

const text = readFixture(18, 'initplan-filter.txt');
const json = readFixture(18, 'initplan-filter.json');
const expected = outline(readPlan(json));
const lines = (source: string): string[] => source.trimEnd().split('\n');
const widest = (source: string): number => Math.max(...lines(source).map((line) => line.length));
const padded = (source: string, end: string): string[] =>
  lines(source).map((line) => ` ${line.padEnd(widest(source))}${end}`);

const frame = (rows: readonly string[]): string => {
  const width = Math.max(...rows.map((row) => row.length));
  return [`${' '.repeat(width / 2 - 5)}QUERY PLAN`, '-'.repeat(width), ...rows, '(12 rows)', ''].join('\n');
};

const wrap = (source: string, width: number): string =>
  lines(source)
    .flatMap((line) => line.match(new RegExp(`.{1,${width}}`, 'g')) ?? [''])
    .join('\n');

const shapes: Readonly<Record<string, string>> = {
  'bare text': text,
  'bare JSON': json,
  'one line of JSON': JSON.stringify(JSON.parse(json)),
  'text in a psql frame': frame(padded(text, '')),
  'JSON in a psql frame with continuation marks': frame(padded(json, '+')),
  'text with borders': ['+---+', ...padded(text, ' |').map((line) => `|${line}`), '+---+'].join('\n'),
  'JSON with borders and marks': ['+---+', ...padded(json, '+|').map((line) => `|${line}`), '+---+'].join(
    '\n',
  ),
  'text with CRLF': text.replaceAll('\n', '\r\n'),
  'text indented': lines(text)
    .map((line) => `        ${line}`)
    .join('\n'),
  'text in quotes, as pgAdmin copies it': lines(text)
    .map((line) => `"${line.replaceAll('"', '""')}"`)
    .join('\n'),
  'JSON as a CSV cell': `"${json.trimEnd().replaceAll('"', '""')}"`,
  'text between other things': `postgres=# explain analyze select 1;\n${frame(padded(text, ''))}\npostgres=# \\q\n`,
  'JSON between other things': `Here it is:\n\n${json}\nThanks!\n`,
  'text wrapped at 80 characters': wrap(text, 80),
  'JSON wrapped inside strings': wrap(json, 50),
  'rows of a driver': JSON.stringify(lines(text).map((line) => ({ 'QUERY PLAN': line }))),
  'a row of a driver with JSON': JSON.stringify([{ 'QUERY PLAN': JSON.parse(json) }]),
  'auto_explain as text': `2026-01-01 10:00:00.000 UTC [77] LOG:  duration: 64.2 ms  plan:\n\tQuery Text: select 1\n\tfrom t\n${lines(
    text,
  )
    .map((line) => `\t${line}`)
    .join('\n')}\n2026-01-01 10:00:01.000 UTC [77] LOG:  checkpoint starting: time\n`,
  'auto_explain as JSON': `2026-01-01 10:00:00.000 UTC [77] LOG:  duration: 64.2 ms  plan:\n${lines(
    JSON.stringify({ 'Query Text': 'select 1', ...JSON.parse(json)[0] }, null, 2),
  )
    .map((line) => `\t${line}`)
    .join('\n')}\n2026-01-01 10:00:01.000 UTC [77] LOG:  checkpoint starting: time\n`,
  jsonlog: JSON.stringify({ timestamp: '2026', message: `duration: 64.2 ms  plan:\n${text}` }),
  syslog: [
    'Jan  1 10:00:00 db postgres[77]: [4-1] LOG:  duration: 64.2 ms  plan:',
    ...lines(text).map((line, at) => `Jan  1 10:00:00 db postgres[77]: [4-${at + 2}] #011${line}`),
  ].join('\n'),
};

describe('pasted plans', () => {
  it.each(Object.entries(shapes))('are read as %s', (_, paste) => {
    const plans = readPlans(paste);
    expect(plans).toHaveLength(1);
    expect(plans.map(outline)).toEqual([expected]);
  });

  it('may be several, in both formats', () => {
    const plans = readPlans(`first\n${frame(padded(text, ''))}\nthen\n${json}\nand\n${text}`);
    expect(plans.map(({ source }) => source)).toEqual(['text', 'json', 'text']);
    expect(plans.map(outline)).toEqual([expected, expected, expected]);
  });

  it('take the duration auto_explain logged for the execution time', () => {
    const plan = readPlan(shapes['auto_explain as text']?.replace(/\tExecution Time.*\n/, '') ?? '');
    expect(plan.executionMs).toBe(64.2);
    expect(plan.queryText).toBe('select 1\nfrom t');
  });

  it.each([
    ['', 'there is nothing to read'],
    ['hello', '1:1: no plan found'],
    ['\n\nhello world', '3:1: no plan found'],
    ['[{"Plan": {"Node Type": "Result", "Plans": [{"Node Typ": 1}]}}]', '1:45: this node has no "Node Type"'],
    ['[\n  {"Plan": 5}\n]', '2:12: expected a plan node'],
    ['[\n  {"Plan": {"Node Type": "Result",}}\n]', '2:35: not valid JSON: expected a name'],
    ['[{"Plan": {"Node Type": "Res', 'not valid JSON: the text ends inside a string'],
    ['{"a": 1}', '1:1: this JSON holds no plan'],
    ['- Plan: \n    Node Type: "Result"\n', '1:1: this plan is YAML'],
    ['<explain xmlns="x">\n  <Query>', '1:1: this plan is XML'],
  ])('are refused with a place and a reason: %j', (paste, message) => {
    expect(() => readPlans(paste)).toThrow(message);
  });
});

describe('what mail and psql do to a plan', () => {
  const tree =
    'Sort  (cost=1.27..1.28 rows=1 width=8)\n  Sort Key: x\n  ->  Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)';

  it.each([
    ['quoted in a mail', tree.replace(/^/gm, '> ').replace(/^/, '> Hello,\n>\n')],
    ['in expanded display', tree.replace(/^/gm, '-[ RECORD 1 ]-----\nQUERY PLAN | ')],
    [
      'in expanded display, in one row',
      `-[ RECORD 1 ]-----\nQUERY PLAN | ${tree.replaceAll('\n', '+\n           | ')}`,
    ],
  ])('%s it is the same tree', (_name, pasted) => {
    expect(outline(readPlan(pasted))).toEqual(outline(readPlan(tree)));
  });

  it('says so when there is no tree left', () => {
    expect(() => readPlan(tree.replace(/^ +/gm, ''))).toThrow(/1:1: .*lost their indentation/);
  });
});

describe('junk of tens of megabytes', () => {
  // Each took minutes once; the test's own deadline is what fails.
  it.each([
    ['prose', 'the quick brown fox\n'],
    ['brackets', '['],
    ['line breaks', '\n'],
    ['pipes', '| a -> b |\n'],
    ['node names', '  ->  Seq Scan on t\n'],
    ['an open tree', '[{"Plan": {"Node Type": "Seq Scan", "Plans": ['],
  ])('is refused at once: %s', (_name, piece) => {
    const text = `${piece.repeat(20_000_000 / piece.length)}->`;
    expect(() => readPlans(text)).toThrow(PlanError);
    expect(() => readPlans(text.slice(0, -2))).toThrow(PlanError);
  });

  it.each([
    ['text', 'Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)\n\n'],
    ['JSON', '[{"Plan": {"Node Type": "Seq Scan"}}]\n'],
  ])('is read up to its thousandth plan: %s', (_name, plan) => {
    const plans = readPlans(plan.repeat(3_000));
    expect(plans).toHaveLength(1_000);
    expect(plans.at(-1)?.notes).toEqual(['these are the first 1,000 plans of the text; there are more']);
    expect(readPlans(plan.repeat(1_000)).at(-1)?.notes).toEqual([]);
  });

  it('hides no plan of 20,000 nodes', () => {
    const node = 'Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)';
    const [plan] = readPlans(`Append  (cost=0.00..1.00 rows=1 width=4)\n${`  ->  ${node}\n`.repeat(19_999)}`);
    expect(plan?.nodes).toHaveLength(20_000);
  });

  it('after a plan is not taken for a part of it', () => {
    const [plan] = readPlans(
      `Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)\n${'hello, hello\n'.repeat(9)}`,
    );
    expect(plan?.nodes[0]).toMatchObject({ type: 'Seq Scan', relation: 't', planWidth: 4 });
    expect(plan?.notes).toHaveLength(9);
  });
});
