import { describe, expect, it } from 'vitest';
import { Run } from '../../src/engine/run.ts';
import type { SqlStep } from '../../src/lesson/types.ts';
import type { Connection, Server } from '../../src/postgres/types.ts';
import { fakeConnection } from '../support/fake-connection.ts';

type Opened = { readonly name: string; ended: boolean; readonly sent: string[] };

/** A run whose connections are listed, each opened when `open` is called, the control connection at once. */
const started = async (rows: Connection['rows'] = async () => []) => {
  const opened: Opened[] = [];
  const opening: (() => void)[] = [];
  const connect = async (name: string): Promise<Connection> => {
    const one: Opened = { name, ended: false, sent: [] };
    opened.push(one);
    if (opened.length > 1) await new Promise<void>((resolve) => opening.push(resolve));
    return fakeConnection({
      pid: opened.length,
      rows,
      run: async (sql) => {
        one.sent.push(sql);
        return { type: 'finished' };
      },
      end: async () => {
        one.ended = true;
      },
    });
  };
  const server: Server = {
    info: { version: '18.0', major: 18, host: '', port: 0, user: '', database: '', own: true },
    connect: ({ applicationName }) => connect(applicationName),
    revive: async () => {},
    close: async () => {},
  };
  const run = await Run.open(server, { name: 'd' }, () => {});
  return { run, opened, open: () => opening.shift()?.() };
};

const position = { file: '', line: 1, column: 1 };
const step: SqlStep = {
  kind: 'sql',
  id: 'a',
  session: 'alice',
  sql: 'select 1',
  send: 'statements',
  explain: false,
  wait: false,
  postgres: {},
  claims: [],
  position,
  sqlPosition: position,
};

describe('the connections of a run', () => {
  it('asks over one connection, however many ask while it is being opened', async () => {
    const { run, opened, open } = await started();
    const answers = [run.observe('select 1'), run.observe('select 2')];
    open();
    open();
    await Promise.all(answers);
    expect(opened).toHaveLength(2);
    await run.close();
    expect(opened.map(({ ended }) => ended)).toEqual([true, true]);
  });

  it('ends one whose settings the server refuses', async () => {
    const { run, opened, open } = await started(() => Promise.reject(new Error('no such setting')));
    const connected = run.connect('mine', { nonsense: '1' });
    open();
    await expect(connected).rejects.toThrow('no such setting');
    expect(opened.map(({ ended }) => ended)).toEqual([false, true]);
  });

  it('ends one that was being opened when the run was closed', async () => {
    const { run, opened, open } = await started();
    const answer = run.observe('select 1').catch(() => {});
    const closed = run.close();
    open();
    await Promise.all([answer, closed]);
    expect(opened.map(({ ended }) => ended)).toEqual([true, true]);
    await expect(run.observe('select 1')).rejects.toThrow('the run was closed');
    expect(opened).toHaveLength(2);
  });

  it('sends nothing to a session that was being opened when the run was closed', async () => {
    const { run, opened, open } = await started();
    const result = expect(run.runStep(step)).rejects.toThrow('the run was closed');
    await run.close();
    open();
    await result;
    expect(opened.at(-1)).toEqual({ name: expect.any(String), ended: true, sent: [] });
  });
});
