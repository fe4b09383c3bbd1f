import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Home, makeHome, runCli, writeLessons } from '../support/cli.ts';
import { allGone } from '../support/embedded-cases.ts';
import { namesExercise, shopSetup } from '../support/exercise-lesson.ts';
import { openPty } from '../support/pty.ts';

let home: Home;
let lessons: string;

const text = `---
title: Answers
summary: One exercise.
minutes: 3
covers: []
docs: [queries]
---

\`\`\`sql setup
${shopSetup}
\`\`\`

## What was never ordered

Some orders have no product.

\`\`\`exercise #names
${namesExercise}\`\`\`

What comes behind the exercise.

## The end

That is all.
`;

beforeAll(() => {
  home = makeHome();
  lessons = writeLessons(home, { '01-answers.md': text });
});
afterAll(() => home.remove());

const keys = { check: '\x1b[17~', hint: '\x1b[18~', editor: '\x1bOS', killLine: '\x15' };
const learn = (columns: number, rows: number, env: NodeJS.ProcessEnv = {}) =>
  openPty(home, ['learn', 'first/answers', '--lessons', lessons], { columns, rows, env });

describe('a learner with an exercise', () => {
  it('answers wrong, reads why, takes a hint, answers right, quits, and is back there, by keys alone', {
    timeout: 180_000,
  }, async () => {
    const pty = learn(80, 24);
    await pty.see('write your answer', 60_000);
    pty.press('\r');
    await pty.see('▸your answer');
    pty.press(`${keys.killLine}from product where id not in (select product_id from orders)`);
    await pty.see('from orders)');
    pty.press(keys.check);
    expect(await pty.see('✗ 2 rows are missing.', 60_000)).toMatch(/– missing │ 茶碗/);
    pty.press(keys.hint);
    await pty.see('Hint 1 of 2');

    // Killed in the middle, nothing that was written is lost.
    pty.press(' and ☃');
    await pty.see('and ☃');
    pty.kill('SIGKILL');
    await pty.ended;
    // The answer in an editor that writes another one.
    const script = home.write('editor.sh', 'printf "%s" "$1" > "$HOME/edited"; cp "$HOME/answer" "$1"\n');
    home.write(
      'answer',
      'select p.name from product p\nwhere not exists (select from orders o where o.product_id = p.id);\n',
    );
    const again = learn(120, 36, { VISUAL: `sh ${script}`, EDITOR: 'false' });
    await again.see('write your answer', 60_000);
    again.press('\r');
    await again.see('☃');
    again.press(keys.editor);
    await again.see('where not exists');
    const edited = readFileSync(path.join(home.folder, 'edited'), 'utf8');
    expect(edited).toMatch(/\.sql$/);
    expect(existsSync(path.dirname(edited))).toBe(false);
    again.press(keys.check);
    const passed = await again.see('✓ Right.', 60_000);
    for (const part of ['The solution', 'Another way: with a join', 'NOT IN finds nothing'])
      expect(passed).toContain(part);
    again.press('\r');
    await again.see('✓ passed');
    await again.see('What comes behind the exercise.');
    again.press('q');
    await again.see('q quit');
    again.press('q');
    expect(await again.ended).toMatchObject({ exitCode: 0 });

    const last = learn(80, 24);
    await last.see('✓ passed', 60_000);
    expect(last.screen()).toContain('What was never ordered');
    last.press('\x03\x03');
    expect(await last.ended).toMatchObject({ exitCode: 130 });
    const progress = readFileSync(path.join(home.folder, 'state/pg-tutor/progress.json'), 'utf8');
    expect(JSON.parse(progress)).toMatchObject({
      lessons: { 'first/answers': { exercises: { names: { shownAt: null, skippedAt: null } } } },
    });
    await allGone(path.join(home.folder, 'state/pg-tutor/postgres'));
  });

  it('answers, asks for the solution and skips in plain mode', { timeout: 120_000 }, async () => {
    const other = makeHome();
    try {
      const folder = writeLessons(other, { '01-answers.md': text });
      const input = "values ('rug'); \\c\n\\h\n\\g\n\\s\nn\n\\k\nq\n";
      const { stdout, code } = await runCli(
        other,
        ['learn', 'first/answers', '--plain', '--lessons', folder],
        { input },
      );
      expect(code).toBe(0);
      expect(stdout).toContain('✗');
      expect(stdout).toMatch(/– missing │ 茶碗/);
      expect(stdout).toContain('Hint 1 of 2');
      expect(stdout).toMatch(/column1\n─+\nrug\n\(1 row\)/);
      expect(stdout).toContain('counts as shown, not passed. [y/n] n');
      expect(stdout).toContain('Skipped.');
      expect(stdout).not.toContain('NOT EXISTS is true');
      const drafts = path.join(other.folder, 'state/pg-tutor/drafts');
      expect(readdirSync(drafts, { recursive: true })).toHaveLength(2);
      await allGone(path.join(other.folder, 'state/pg-tutor/postgres'));
    } finally {
      other.remove();
    }
  });
});
