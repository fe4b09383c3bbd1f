import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadCatalog } from '../../src/lesson/catalog.ts';
import { coverageInWords, coverageOf } from '../../src/lesson/coverage.ts';
import { parseInventory, verdicts } from '../../src/lesson/inventory.ts';

const root = path.resolve(import.meta.dirname, '../..');
const document = readFileSync(path.join(root, 'docs/inventory.md'), 'utf8');

const small = `## 6 Locks
### 6.4 Lost updates
| id | what is said | verdict | what we teach |
| --- | --- | --- | --- |
| S2-57 | a \\|\\| b | false | other |
| S2-78 | c | holds | d |
`;

describe('the inventory', () => {
  it('counts what it says it counts', () => {
    const items = parseInventory(document);
    for (const verdict of verdicts) {
      const [, told] = new RegExp(`^\\| ${verdict} \\| .* \\| (\\d+) \\|$`, 'm').exec(document) ?? [];
      expect([verdict, items.filter((item) => item.verdict === verdict).length]).toEqual([
        verdict,
        Number(told),
      ]);
    }
    expect(items).toHaveLength(282);
    for (const { lesson, module } of items) expect(Math.trunc(Number(lesson.number))).toBe(module.number);
  });

  it('has every id that a lesson covers', async () => {
    const { modules } = await loadCatalog(path.join(root, 'lessons'));
    const lessons = modules.flatMap((module) => module.lessons);
    expect(coverageOf(parseInventory(document), lessons).unknown).toEqual([]);
  });

  it('reads bars in a cell, and names a line that it cannot read', () => {
    expect(parseInventory(small)[0]).toMatchObject({ claim: 'a || b', lesson: { number: '6.4' } });
    expect(() => parseInventory(`${small}| S2-57 | e | holds | f |`)).toThrow('line 7: S2-57 is there twice');
    expect(() => parseInventory(`${small}| S2-79 | e | maybe | f |`)).toThrow('line 7: not a row');
  });
});

describe('its coverage', () => {
  it('tells what has a lesson, what lacks one, and what is not known', () => {
    const lessons = [
      { number: '6.5', covers: ['S2-57'] },
      { number: '6.4', covers: ['S9-1'] },
    ];
    const coverage = coverageOf(parseInventory(small), lessons);
    expect(coverageInWords(coverage)).toBe(`6 Locks: 1 of 2
  6.4 Lost updates: 1 of 2
    has    S2-57 (6.5)
    lacks  S2-78

1 of 2 have a lesson.
error: lesson 6.4 covers S9-1, which is not known`);
    expect(coverageInWords(coverage, [5])).not.toContain('S2-57');
  });
});
