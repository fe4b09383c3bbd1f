import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Home, makeHome, root, runCli, startCli } from '../support/cli.ts';
import { testServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const fixture = (name: string): string => path.join(root, 'test/fixtures/plans/18', name);

let home: Home;
beforeAll(() => {
  home = makeHome();
});
afterAll(() => home.remove());

const json = z.object({
  executionMs: z.number(),
  buckets: z.record(z.string(), z.number().nullable()),
  nodes: z.array(z.object({ id: z.number(), selfMs: z.number(), selfToleranceMs: z.number() })),
});

describe('explain', () => {
  it('draws a plan from a file or from stdin, as text or JSON alike', async () => {
    const file = await runCli(home, ['explain', fixture('initplan-filter.json')]);
    expect([file.code, file.stderr]).toEqual([0, '']);
    expect(file.stdout).toMatch(/self ms +% heat +rows +est× +node\n +1 /);
    expect(file.stdout).not.toMatch(/\x1b/);
    const piped = await runCli(home, ['explain', '-'], {
      input: readFileSync(fixture('initplan-filter.json'), 'utf8'),
    });
    expect(piped.stdout).toBe(file.stdout);
    const plain = await runCli(home, ['explain', '--plain', fixture('initplan-filter.txt')]);
    expect(plain.stdout).toMatch(/self ms +% +rows +est× +node/);
  });

  it('prints numbers that add up as JSON, a list of several plans', async () => {
    const { code, stdout } = await runCli(home, ['explain', '--json', fixture('initplan-filter.json')]);
    expect(code).toBe(0);
    const plan = json.parse(JSON.parse(stdout));
    const { jitMs: _, ...buckets } = plan.buckets;
    const sum =
      plan.nodes.reduce((all, { selfMs }) => all + selfMs, 0) +
      Object.values(buckets).reduce<number>((all, ms) => all + (ms ?? 0), 0);
    const tolerance = plan.nodes.reduce((all, { selfToleranceMs }) => all + selfToleranceMs, 0.01);
    expect(Math.abs(sum - plan.executionMs)).toBeLessThanOrEqual(tolerance);
    const text = readFileSync(fixture('skip-scan.txt'), 'utf8');
    const two = await runCli(home, ['explain', '--format', 'json'], { input: `${text}\n${text}` });
    expect(JSON.parse(two.stdout)).toHaveLength(2);
  });

  it('compares two plans in text, Markdown and JSON', async () => {
    const words = ['explain', fixture('sort-disk.json'), '--diff', fixture('incremental-sort.json')];
    const text = await runCli(home, words);
    const markdown = await runCli(home, [...words, '--format', 'markdown']);
    const data = z
      .object({ verdict: z.string(), rows: z.array(z.object({ mark: z.string() })) })
      .parse(JSON.parse((await runCli(home, [...words, '--json'])).stdout));
    expect(text.stdout.startsWith(data.verdict.slice(0, 40))).toBe(true);
    expect(markdown.stdout).toMatch(/^\*\*.*\*\*\n\n```text\n/);
    expect(data.rows.length).toBeGreaterThan(1);
  });

  it.each<[string, string[], string, number, RegExp]>([
    [
      'a file that is not there',
      ['nowhere.json'],
      '',
      1,
      /nowhere\.json cannot be read: there is no such file/,
    ],
    ['broken JSON', ['-'], '[{"Plan": {"Node Type": }}]', 1, /stdin:1:\d+: /],
    ['no plan', ['-'], 'select 1', 1, /stdin:\d+:\d+: no plan found/],
    ['an unknown format', ['--format', 'xml'], '', 2, /unknown format xml/],
    ['two sources', ['a.json', '--sql', 'select 1'], '', 2, /take one/],
    ['two statements', ['--sql', 'select 1; select 2'], '', 2, /one statement, not 2/],
    ['EXPLAIN itself', ['--sql', 'explain select 1'], '', 2, /without EXPLAIN/],
    ['formats that differ', ['--json', '--format', 'text'], '', 2, /exclude each other/],
  ])('%s', async (_, words, input, code, message) => {
    const result = await runCli(home, ['explain', ...words], { input });
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toMatch(message);
    expect(result.stderr).not.toMatch(/This should not happen|\n +at /);
  });

  it('draws a file again whenever it changes, with what has changed', async () => {
    const file = home.write('watched.json', readFileSync(fixture('sort-disk.json'), 'utf8'));
    const child = startCli(home, ['explain', '--watch', file]);
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
    await until(() => /self ms +%/.test(out), 'the plan');
    writeFileSync(file, readFileSync(fixture('incremental-sort.json'), 'utf8'));
    await until(() => /pages +self ms node/.test(out), 'the difference');
    child.kill('SIGINT');
    expect(await closed).toBe(130);
  });
});

describe('explain --sql', () => {
  it('runs one statement and rolls it back, on a server that one has agreed to', async () => {
    const server = await testServer();
    const { host, port, user } = server.info;
    const url = `postgresql:///postgres?host=${encodeURIComponent(host)}&port=${port}&user=${user}`;
    const connection = await server.connect({ database: 'postgres', applicationName: 'test' });
    const table = `explain_${process.pid}`;
    await connection.rows(`create table ${table} (id int)`);
    try {
      const insert = `insert into ${table} select generate_series(1, 50)`;
      const refused = await runCli(home, ['explain', '--url', url, '--sql', insert]);
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.stderr).toMatch(/nobody is there to agree[\s\S]*--yes/);
      const done = await runCli(home, ['explain', '--yes', '--url', url, '--sql', `${insert};`]);
      expect([done.code, done.stdout]).toEqual([0, expect.stringMatching(new RegExp(`Insert ${table}`))]);
      expect(await connection.rows(`select count(*) from ${table}`)).toEqual([['0']]);
      const wrong = await runCli(home, ['explain', '--yes', '--url', url, '--sql', 'select 1,\n nothing']);
      expect(wrong).toMatchObject({ code: 1, stdout: '' });
      expect(wrong.stderr).toMatch(/--sql:2:2: column "nothing" does not exist \(SQLSTATE 42703\)/);
    } finally {
      await connection.rows(`drop table ${table}`);
      await connection.end();
    }
  });
});
