import type { Position } from '../lesson/types.ts';
import { type Keyword, scan, syntaxError, type Token } from './scan.ts';
import type { Blocker, Permutation, PermutationStep, Spec, SpecSession, SpecStep } from './spec.ts';

type Named = { readonly text: string; readonly position: Position };

/** A marker or a step of a permutation as it is written, before its names are looked up. */
type WrittenBlocker = { readonly name: Named; readonly notices: number | null } | 'once';
type WrittenStep = { readonly name: Named; readonly blockers: readonly WrittenBlocker[] };

/** strcmp's order, as isolationtester sorts names: by bytes. */
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Reads the tokens by the grammar of src/test/isolation/specparse.y. */
class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(text: string, file: string) {
    this.#tokens = scan(text, file);
  }

  spec(): Spec {
    const setups: string[] = [];
    while (this.#takes('keyword', 'setup')) setups.push(this.#sql('setup'));
    const teardown = this.#takes('keyword', 'teardown') ? this.#sql('teardown') : null;
    const steps = new Map<string, SpecStep>();
    const sessions: SpecSession[] = [];
    while (this.#takes('keyword', 'session')) sessions.push(this.#session(sessions.length, steps));
    if (sessions.length === 0) throw this.#unexpected('a session');
    const permutations: Permutation[] = [];
    while (this.#takes('keyword', 'permutation')) permutations.push(link(this.#permutation(), steps));
    this.#expect('end', permutations.length > 0 ? 'a permutation' : 'a session or a permutation');
    const used = new Set(permutations.flat().map(({ step }) => step.name));
    const unused = permutations.length === 0 ? [] : [...steps.keys()].filter((name) => !used.has(name));
    return { setups, teardown, sessions, permutations, unused: unused.sort(byBytes) };
  }

  #session(index: number, steps: Map<string, SpecStep>): SpecSession {
    const name = this.#name('the name of the session').text;
    const setup = this.#takes('keyword', 'setup') ? this.#sql('setup') : null;
    const own: SpecStep[] = [];
    while (this.#takes('keyword', 'step')) {
      const { text, position } = this.#name('the name of the step');
      const step = { name: text, sql: this.#sql('step'), session: index };
      if (steps.has(text)) throw syntaxError(position, `duplicate step name: ${text}`);
      steps.set(text, step);
      own.push(step);
    }
    if (own.length === 0) throw this.#unexpected(setup === null ? 'setup or a step' : 'a step');
    const teardown = this.#takes('keyword', 'teardown') ? this.#sql('teardown') : null;
    return { name, setup, steps: own, teardown };
  }

  #permutation(): WrittenStep[] {
    const steps: WrittenStep[] = [];
    do {
      const name = this.#name('the name of a step');
      const blockers: WrittenBlocker[] = [];
      if (this.#takes('sign', '(')) {
        do blockers.push(this.#blocker());
        while (this.#takes('sign', ','));
        if (!this.#takes('sign', ')')) throw this.#unexpected(', or )');
      }
      steps.push({ name, blockers });
    } while (this.#token.type === 'name');
    return steps;
  }

  #blocker(): WrittenBlocker {
    if (this.#takes('sign', '*')) return 'once';
    const name = this.#name('* or the name of a step');
    if (!this.#takes('keyword', 'notices')) return { name, notices: null };
    return { name, notices: Number(this.#expect('number', 'a number of notices').text) };
  }

  get #token(): Token {
    const token = this.#tokens[Math.min(this.#next, this.#tokens.length - 1)];
    if (!token) throw new Error('a scan ends with a token of type end');
    return token;
  }

  #takes(type: 'sign' | 'keyword', text: Keyword | string): boolean {
    const taken = this.#token.type === type && this.#token.text === text;
    if (taken) this.#next++;
    return taken;
  }

  #expect(type: Token['type'], wanted: string): Token {
    const token = this.#token;
    if (token.type !== type) throw this.#unexpected(wanted);
    this.#next++;
    return token;
  }

  #name(wanted: string): Named {
    return this.#expect('name', wanted);
  }

  #sql(owner: Keyword): string {
    return this.#expect('sql', `the SQL of the ${owner} in { }`).text;
  }

  #unexpected(wanted: string): Error {
    const { type, text, position } = this.#token;
    const found = type === 'end' ? 'the end of the file' : type === 'sql' ? 'an SQL block' : `"${text}"`;
    return syntaxError(position, `expected ${wanted}, not ${found}`);
  }
}

/** Gives the names of a permutation their steps. @throws {SpecError} */
const link = (
  written: readonly WrittenStep[],
  steps: ReadonlyMap<string, SpecStep>,
): readonly PermutationStep[] => {
  const named = written.map(({ name, blockers }) => {
    const step = steps.get(name.text);
    if (!step) throw syntaxError(name.position, `undefined step "${name.text}" specified in permutation`);
    return { step, blockers };
  });
  const present = new Map(named.map(({ step }) => [step.name, step]));
  const blocker = (own: SpecStep, one: WrittenBlocker): Blocker => {
    if (one === 'once') return { type: 'once' };
    const { text, position } = one.name;
    const step = present.get(text);
    if (!step) {
      const where = `referenced in permutation step "${own.name}"`;
      throw syntaxError(position, `undefined blocking step "${text}" ${where}`);
    }
    if (step.session === own.session) {
      throw syntaxError(position, `permutation step "${own.name}" cannot block on its own session`);
    }
    return one.notices === null ? { type: 'step', step } : { type: 'notices', step, count: one.notices };
  };
  return named.map(({ step, blockers }) => ({ step, blockers: blockers.map((one) => blocker(step, one)) }));
};

/** Reads a spec. @param file its name, for messages @throws {SpecError} spec-syntax: `file:line:column: what is wrong` */
export const parseSpec = (text: string, file: string): Spec => new Parser(text, file).spec();
