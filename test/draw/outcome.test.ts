import { describe, expect, it } from 'vitest';
import { drawRun } from '../../src/draw/outcome.ts';
import { unicodeGlyphs } from '../../src/text/glyphs.ts';
import { lineText } from '../../src/text/line.ts';
import { Recorder, rowsResult, timelineOf } from '../support/recording.ts';

describe('what became of a step', () => {
  it('has each notice behind the statement that gave it', () => {
    const notice = (statement: number, message: string) => ({
      severity: 'WARNING',
      sqlstate: '25P01',
      message,
      statement,
    });
    const recorder = new Recorder().add({ type: 'session-opened', session: 'alice', pid: 1 });
    recorder.send('a', 'alice', 'set transaction isolation level serializable');
    recorder.add({ type: 'notice', session: 'alice', step: 'a', notice: notice(1, 'only in a block') });
    recorder.tag('a', 'SET').statement('a', 2, 'show transaction_isolation');
    recorder.result('a', rowsResult(['transaction_isolation'], [['read committed']], 25, 2));
    recorder.add({ type: 'notice', session: 'alice', step: 'a', notice: notice(2, 'at the end') });
    const timeline = timelineOf(recorder.finished('a').events);
    const [run] = timeline.steps;
    if (!run) throw new Error('no step');
    const lines = drawRun(run, timeline, { width: 70, glyphs: unicodeGlyphs, results: 'tables', now: 0 });
    const told = lines.map((line) => lineText(line).trim());
    const order = ['SET', 'only in a block', 'read committed', 'at the end'];
    const places = order.map((words) => told.findIndex((line) => line.includes(words)));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });
});
