import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { SpecError } from '../../src/isolation/error.ts';
import { parseSpec } from '../../src/isolation/parse.ts';
import { permutationsOf } from '../../src/isolation/permutations.ts';

const problem = (text: string): string => {
  try {
    parseSpec(text, 'a.spec');
  } catch (error) {
    if (error instanceof SpecError) return error.message;
    throw error;
  }
  return 'none';
};
const orders = (text: string): string[] =>
  [...permutationsOf(parseSpec(text, 'a.spec'))].map((steps) => steps.map(({ step }) => step.name).join(' '));

describe('parseSpec', () => {
  it('reads every part', () => {
    const spec = parseSpec(
      `setup { create table t (); } # first
setup{create index i;}
teardown {  drop table t;\t}
session s1
  setup { begin; }
  step a { select 1 }
  step b {
 two
 lines
 }
  teardown { rollback; }
session "a ""b"" c" step "step" {}
permutation a "step"(*, b, a notices 12) b
permutation b`,
      'a.spec',
    );
    expect(spec.setups).toEqual(['create table t ();', 'create index i;']);
    expect(spec.teardown).toBe('drop table t;');
    const [first, second] = spec.sessions;
    expect(first).toMatchObject({ name: 's1', setup: 'begin;', teardown: 'rollback;' });
    expect(first?.steps.map((step) => step.sql)).toEqual(['select 1', '\n two\n lines\n']);
    expect(second).toEqual({
      name: 'a "b" c',
      setup: null,
      teardown: null,
      steps: [{ name: 'step', sql: '', session: 1 }],
    });
    const [a, b] = first?.steps ?? [];
    expect(spec.permutations[0]?.[1]?.blockers).toEqual([
      { type: 'once' },
      { type: 'step', step: b },
      { type: 'notices', step: a, count: 12 },
    ]);
    expect(spec.unused).toEqual([]);
  });

  it('keeps what looks like a comment, a keyword or a quote inside SQL', () => {
    const sql = 'select \'#1\', "setup" -- }'.replace('}', '');
    expect(parseSpec(`session s step x { ${sql} }`, 'a').sessions[0]?.steps[0]?.sql).toBe(sql.trimEnd());
  });

  it('lists unused steps by their bytes', () => {
    const text = 'session s step é {} step b {} step a {} step Z {} step u {}';
    expect(parseSpec(`${text} permutation u`, 'a').unused).toEqual(['Z', 'a', 'b', 'é']);
    expect(parseSpec(text, 'a').unused).toEqual([]);
  });

  it.each([
    ['', '1:1: expected a session, not the end of the file'],
    ['setup', '1:6: expected the SQL of the setup in { }, not the end of the file'],
    ['session s\n  step', '2:7: expected the name of the step, not the end of the file'],
    ['session s', '1:10: expected setup or a step, not the end of the file'],
    ['session s setup {} permutation a', '1:20: expected a step, not "permutation"'],
    ['session step step a {}', '1:9: expected the name of the session, not "step"'],
    ['session s step a {\n select 1', '1:18: this SQL block is not closed: there is no } after it'],
    ['session "s\nstep a {}', '1:9: this quoted name is not closed on its line'],
    ['session "s', '1:9: this quoted name is not closed'],
    ['session s\r\n\tstep a {} ; step b {}', '2:12: unexpected character ";"'],
    ['session s step 😀; {}', '1:18: unexpected character ";"'],
    ['session s step a {}\nsession t step a {}', '2:16: duplicate step name: a'],
    ['session s step a {} permutation', '1:32: expected the name of a step, not the end of the file'],
    ['session s step a {} permutation b', '1:33: undefined step "b" specified in permutation'],
    ['session s step a {} permutation a(', '1:35: expected * or the name of a step, not the end of the file'],
    ['session s step a {} permutation a(*', '1:36: expected , or ), not the end of the file'],
    ['session s step a {} permutation a(a notices x)', '1:45: expected a number of notices, not "x"'],
    [
      'session s step a {} session t step b {} permutation a(b)',
      '1:55: undefined blocking step "b" referenced in permutation step "a"',
    ],
    [
      'session s step a {} step b {} permutation a(b) b',
      '1:45: permutation step "a" cannot block on its own session',
    ],
    ['session s step a {} permutation a session t step b {}', '1:35: expected a permutation, not "session"'],
    [
      'session s step a {} teardown {} teardown {}',
      '1:33: expected a session or a permutation, not "teardown"',
    ],
  ])('says where %j is wrong', (text, words) => expect(problem(text)).toBe(`a.spec:${words}`));
});

describe('permutationsOf', () => {
  it('interleaves all sessions, the first of the file first', () => {
    expect(orders('session s step a {} step b {} session t step c {}')).toEqual(['a b c', 'a c b', 'c a b']);
    expect(orders('session s step a {} session t step b {} session u step c {}')).toHaveLength(6);
  });

  it('takes the permutations that are named, also one twice', () => {
    expect(orders('session s step a {} step b {} permutation b a permutation b a')).toEqual(['b a', 'b a']);
  });
});

describe('the specs beside this file', () => {
  const folder = path.join(import.meta.dirname, 'specs');
  it.each(readdirSync(folder))('%s can be read', (name) => {
    expect(parseSpec(readFileSync(path.join(folder, name), 'utf8'), name).sessions).not.toEqual([]);
  });
});
