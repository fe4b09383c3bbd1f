import { describe, expect, it } from 'vitest';
import { drawPage } from '../../src/draw/page.ts';
import { drawServerError } from '../../src/draw/server-error.ts';
import { drawHints, drawStatus } from '../../src/draw/status.ts';
import { unicodeGlyphs as glyphs } from '../../src/text/glyphs.ts';
import { plainHighlighter } from '../../src/text/highlight.ts';
import { lineText } from '../../src/text/line.ts';
import { lineWidth } from '../../src/text/width.ts';
import { lostUpdate, untilBobWaits, untilReleased } from '../support/lost-update.ts';
import { lessonOf, playerStateOf, prediction, Recorder, rowsResult, sqlStep } from '../support/recording.ts';

const options = { width: 50, glyphs, highlight: plainHighlighter, notes: false } as const;

describe('a page', () => {
  it.each([20, 34, 50, 90])('never gets wider than %i columns', (width) => {
    for (const results of ['words', 'tables'] as const) {
      for (const recorder of [untilBobWaits(), untilReleased()]) {
        const state = playerStateOf(lostUpdate, recorder.events);
        const { lines } = drawPage(state, { ...options, width, results, now: state.timeline.at });
        expect(Math.max(...lines.map(lineWidth))).toBeLessThanOrEqual(width);
      }
    }
  });

  it('begins anew at the step that ran last', () => {
    const state = playerStateOf(lostUpdate, untilBobWaits().events);
    const { lines, fresh } = drawPage(state, { ...options, results: 'words', now: state.timeline.at + 4200 });
    const text = lines.slice(fresh).map(lineText);
    expect(text.slice(0, 4)).toEqual([
      'bob',
      ' 1  update account set balance = 200 where id = 1;',
      '  ░ waits for alice: ShareLock on transaction 749,',
      '    4.2 s so far',
    ]);
    expect(text.at(-2)).toBe('next · alice');
  });

  it('shows rows in words or as a table, and claims that did not hold', () => {
    const lesson = lessonOf(['you'], [{ id: 'p', title: 'P', blocks: [sqlStep('you', 's', 'select 1;')] }]);
    const check = { file: 'f.md', line: 1, column: 1, ok: false, claimed: 'rowCount: 3', happened: '2 rows' };
    const events = new Recorder()
      .start(lesson)
      .send('s', 'you', 'select 1')
      .result('s', rowsResult(['n'], [['1'], ['2']]))
      .finished('s')
      .settled('s')
      .add({ type: 'claim-checked', step: 's', check }).events;
    const state = playerStateOf(lesson, events);
    const draw = (results: 'words' | 'tables') =>
      drawPage(state, { ...options, results, now: 0 })
        .lines.map((line) => lineText(line).trimEnd())
        .join('\n');
    expect(draw('words')).toContain('→ 2 rows');
    expect(draw('tables')).toMatch(/n\n {2}─\n {2}1\n {2}2\n {2}\(2 rows\)/);
    expect(draw('words')).toContain('! The lesson expected rowCount: 3; here it was 2');
  });

  it('admits that no choice was right', () => {
    const question = prediction('s', 'Well?', ['a', 'b'], 'Because.');
    const lesson = lessonOf(
      ['you'],
      [{ id: 'p', title: 'P', blocks: [question, sqlStep('you', 's', 'select 1;')] }],
    );
    const events = new Recorder()
      .start(lesson)
      .add({ type: 'prediction-made', prediction: question.id, choice: 0 })
      .run('s', 'you', 'select 1', 'SELECT 1')
      .add({ type: 'prediction-judged', prediction: question.id, right: [] }).events;
    const { lines } = drawPage(playerStateOf(lesson, events), { ...options, results: 'words', now: 0 });
    expect(lines.map(lineText).join('\n')).toContain('None of the choices is what happened');
  });
});

describe('an error', () => {
  const at = (sql: string, position: number, width = 60) =>
    drawServerError({ severity: 'ERROR', sqlstate: '42601', message: 'm', statement: 1, position }, sql, {
      width,
      glyphs,
    }).map(lineText);

  it('points with a caret, counting characters and not bytes or units', () => {
    const lines = at("select '😀é日', x", 15);
    const [line = '', caret = ''] = lines.slice(1);
    expect(lineWidth([{ text: line.slice(0, line.indexOf('x')) }])).toBe(caret.indexOf('^'));
  });

  it('finds its line, cuts long ones, and survives a place outside the text', () => {
    expect(at('select 1,\n  oops', 13).slice(1)).toEqual(['  LINE 2:   oops', '            ^']);
    const long = at(`select ${'a, '.repeat(100)}oops from t`, 308);
    expect(long[1]).toContain('oops from t');
    expect(long[2]?.indexOf('^')).toBe(long[1]?.indexOf('oops'));
    expect(at('x', 99)).toHaveLength(3);
  });
});

describe('status and hints', () => {
  it('are exactly as wide as the screen and leave out what matters least', () => {
    const state = playerStateOf(lostUpdate, untilBobWaits().events);
    for (let width = 20; width < 160; width += 1) {
      const status = drawStatus(state, { width, glyphs, server: 'PostgreSQL 18.4 · own server' });
      expect(lineWidth(status)).toBe(width);
      const hints = drawHints(
        [
          { key: '⏎', label: "run alice's commit" },
          { key: 'b', label: 'back' },
          { key: '?', label: 'keys' },
        ],
        { width },
      );
      expect(lineWidth(hints)).toBe(width);
    }
    expect(
      lineText(
        drawHints(
          [
            { key: 'a', label: 'one' },
            { key: 'b', label: 'two' },
          ],
          { width: 10 },
        ),
      ).trimEnd(),
    ).toBe(' a one');
  });

  it('keep the key that shows the others', () => {
    const hints = [
      { key: 'a', label: 'one' },
      { key: 'b', label: 'two' },
      { key: '?', label: 'keys', keep: true },
      { key: 'q', label: 'leave' },
    ];
    const at = (width: number) => lineText(drawHints(hints, { width })).trimEnd();
    expect(at(80)).toBe(' a one   b two   ? keys   q leave');
    expect(at(33)).toBe(' a one   b two   ? keys   q leave');
    expect(at(32)).toBe(' a one   b two   ? keys');
    expect(at(22)).toBe(' a one   ? keys');
    expect(at(14)).toBe(' ? keys');
  });
});
