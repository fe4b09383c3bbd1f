/**
 * Walks the Markdown of a lesson from top to bottom and builds its pages. It is one class because every block needs
 * the ones before it: an `expect` its step, a `predict` the step to come, each id all ids.
 */
import type { RootContent } from 'mdast';
import { toString as plainText } from 'mdast-util-to-string';
import { expectKeys, type ReadClaims, toClaimSet } from './claims.ts';
import { closest } from './closest.ts';
import { readComparison } from './comparisons.ts';
import { readExercise } from './exercises.ts';
import { type Fence, type Info, readFence, readInfo, readSession } from './fences.ts';
import { readMeasure } from './measures.ts';
import { type ReadPrediction, readPrediction } from './predictions.ts';
import { type Problems, quoted } from './problems.ts';
import { isOpenComment, readNotes, toProse } from './prose.ts';
import { readShape } from './schema.ts';
import { slugify, takeUnique } from './slug.ts';
import type { Block, ClaimSet, Page, Position, ProseNode, SqlStep, Step } from './types.ts';
import { readView } from './views.ts';
import { readYaml } from './yaml.ts';

/** A set of claims and the step it stands at. */
export type PlacedClaims = ReadClaims & { readonly host: Step };

const laterBlocks = ['load', 'server'];
const blockNames = ['sql', 'expect', 'predict', 'view', 'compare', 'exercise', 'measure'];

type OpenPage = { page: Page; blocks: Block[]; steps: number };

export class BodyReader {
  readonly setup: SqlStep[] = [];
  readonly pages: Page[] = [];
  readonly steps: Step[] = [];
  readonly claims: PlacedClaims[] = [];
  predictions = 0;
  exercises = 0;

  readonly #file: string;
  readonly #lines: readonly string[];
  readonly #title: string;
  readonly #problems: Problems;
  /** Every id of a step or prediction, and of a page. */
  readonly #ids = new Set<string>();
  readonly #written = new Set<string>();
  readonly #pageIds = new Set<string>();
  #open: OpenPage | null = null;
  /** Whether the first page has no heading of its own. */
  #untitled = false;
  /** What an `expect` speaks of: the claims of the step above it on this page. */
  #above: { step: Step; claims: ClaimSet[] } | 'setup' | null = null;
  /** A question that waits for its step. */
  #asked: { prediction: ReadPrediction; fence: Fence; id: string | null; at: number } | null = null;

  constructor(file: string, lines: readonly string[], title: string, problems: Problems) {
    this.#file = file;
    this.#lines = lines;
    this.#title = title;
    this.#problems = problems;
  }

  read(nodes: readonly RootContent[]): void {
    // Ids that an author wrote come first, so that a made-up one never takes their place.
    for (const node of nodes)
      if (node.type === 'code')
        for (const word of readFence(node, this.#file, this.#lines)?.words.slice(1) ?? [])
          if (word.text.startsWith('#')) this.#ids.add(word.text.slice(1));
    for (const node of nodes) this.#node(node);
    this.#endPage();
  }

  #place = (node: { position?: RootContent['position'] }): Position => ({
    file: this.#file,
    line: node.position?.start.line ?? 1,
    column: node.position?.start.column ?? 1,
  });

  #node(node: RootContent): void {
    if (node.type === 'heading' && node.depth === 2) {
      this.#heading(node);
      return;
    }
    if (node.type === 'heading' && node.depth === 1)
      this.#problems.warning(
        this.#place(node),
        'the title of a lesson is in its front matter; a page begins with ##',
      );
    if (node.type === 'html') {
      if (isOpenComment(node.value)) {
        this.#problems.error(this.#place(node), 'the comment that begins here is not closed by -->');
        return;
      }
      const notes = readNotes(node.value);
      if (notes !== null) {
        this.#page(this.#place(node)).blocks.push({
          kind: 'notes',
          text: notes,
          position: this.#place(node),
        });
        return;
      }
    }
    const fence = node.type === 'code' ? readFence(node, this.#file, this.#lines) : null;
    if (fence && this.#block(fence)) return;
    const prose = toProse(node, this.#place, this.#problems);
    if (prose) this.#prose(prose, this.#place(node));
  }

  #heading(node: Extract<RootContent, { type: 'heading' }>): void {
    const title = plainText(node, { includeHtml: false }).trim();
    if (title === '') this.#problems.error(this.#place(node), 'a page needs a title after ##');
    toProse(node, this.#place, this.#problems);
    // Notes above the first heading belong to the page they introduce.
    const early = this.#notesAlone();
    this.#endPage();
    this.#startPage(title, this.#place(node)).blocks.push(...early);
  }

  /** Takes away the page that notes above the first heading have opened. */
  #notesAlone(): Block[] {
    const [only, second] = this.pages;
    if (!this.#untitled || second || !only?.blocks.every((block) => block.kind === 'notes')) return [];
    this.#untitled = false;
    this.#open = null;
    this.#pageIds.clear();
    this.pages.pop();
    return [...only.blocks];
  }

  #startPage(title: string, position: Position): OpenPage {
    const blocks: Block[] = [];
    const id = takeUnique(slugify(title) || 'page', this.#pageIds);
    const open = { page: { id, title, position, blocks }, blocks, steps: 0 };
    this.pages.push(open.page);
    this.#open = open;
    return open;
  }

  #endPage(): void {
    if (this.#asked)
      this.#problems.error(this.#asked.fence.position, 'predict: no step follows on this page');
    const page = this.#open?.page;
    // A block that cannot be read is not on the page, and said already.
    const broken = this.#problems.list.some(
      ({ severity, position }) => severity === 'error' && position.line >= (page?.position.line ?? 0),
    );
    if (page?.blocks.every((block) => block.kind === 'notes') && !broken)
      this.#problems.warning(page.position, `the page ${quoted(page.title)} is empty`);
    this.#asked = null;
    this.#above = null;
    this.#open = null;
  }

  #page(position: Position): OpenPage {
    if (this.#open) return this.#open;
    this.#untitled = true;
    return this.#startPage(this.#title, position);
  }

  #prose(node: ProseNode, position: Position): void {
    const { blocks } = this.#page(position);
    const last = blocks.at(-1);
    if (last?.kind === 'prose' && this.#asked?.at !== blocks.length)
      blocks[blocks.length - 1] = { ...last, nodes: [...last.nodes, node] };
    else blocks.push({ kind: 'prose', nodes: [node], position });
  }

  /** @returns false when the fence is only to be shown */
  #block(fence: Fence): boolean {
    const [name, second] = fence.words;
    const kind = name?.text ?? '';
    if (laterBlocks.includes(kind)) {
      this.#problems.error(fence.position, `${kind} blocks are not supported by this version`);
      return true;
    }
    if (!blockNames.includes(kind)) {
      const [near] = closest(kind, blockNames);
      if (name && near && kind.length > 2)
        this.#problems.warning(
          name.position,
          `a ${quoted(kind)} block is only shown; did you mean "${near}"?`,
        );
      if (fence.closed) return false;
    }
    if (!fence.closed) {
      // What it has swallowed would only give more problems.
      this.#problems.error(fence.position, 'the block that begins here is not closed by a line of backticks');
      return true;
    }
    if (kind === 'sql' && second?.text === 'show' && fence.words.length === 2) return false;
    const info = readInfo(fence, this.#problems);
    if (kind === 'sql') this.#sql(fence, info);
    else if (kind === 'view' || kind === 'measure') this.#view(fence, info);
    else if (kind === 'predict') this.#predict(fence, info);
    else if (kind === 'compare') this.#compare(fence, info);
    else if (kind === 'exercise') this.#exercise(fence, info);
    else this.#expect(fence);
    return true;
  }

  /** The written id when it is new, else one made from `base`. */
  #id(info: Info, base: string): string {
    if (!info.id) return takeUnique(base, this.#ids);
    if (this.#written.has(info.id.text))
      this.#problems.error(info.id.position, `the id "${info.id.text}" is already taken by another block`);
    this.#written.add(info.id.text);
    return info.id.text;
  }

  #sql(fence: Fence, info: Info): void {
    const { flags, postgres } = info;
    const session = readSession(info, this.#problems);
    const isSetup = flags.has('setup');
    if (fence.body.text.trim() === '') this.#problems.error(fence.position, 'the sql block is empty');
    for (const flag of isSetup ? (['explain', 'wait'] as const) : []) {
      const position = flags.get(flag);
      if (position) this.#problems.error(position, `setup cannot be combined with ${flag}`);
    }
    const [name] = info.names;
    if (isSetup && name)
      this.#problems.error(name.position, `setup runs in a session of its own, not in ${quoted(name.text)}`);
    const batch = flags.get('batch');
    if (batch && flags.has('explain')) this.#problems.error(batch, 'batch cannot be combined with explain');
    const page = isSetup ? null : this.#page(fence.position);
    const claims: ClaimSet[] = [];
    const step: SqlStep = {
      kind: 'sql',
      id: this.#id(info, page ? `${page.page.id}-${page.steps + 1}` : `setup-${this.setup.length + 1}`),
      session,
      sql: fence.body.text,
      send: batch ? 'batch' : 'statements',
      explain: flags.has('explain'),
      wait: flags.has('wait'),
      postgres,
      claims,
      position: fence.position,
      sqlPosition: fence.body.position(0),
    };
    if (page) this.#step(page, step, claims);
    else {
      this.setup.push(step);
      this.#above = 'setup';
    }
  }

  #view(fence: Fence, info: Info): void {
    const read = (fence.words[0]?.text === 'measure' ? readMeasure : readView)(fence, info, this.#problems);
    const page = this.#page(fence.position);
    const id = this.#id(info, `${page.page.id}-${page.steps + 1}`);
    const claims: ClaimSet[] = [];
    // A view that cannot be read still takes its place, so that its expect and predict are judged rightly.
    const request = read ?? { view: 'locks' as const };
    this.#step(
      page,
      { ...request, kind: 'view', id, postgres: info.postgres, claims, position: fence.position },
      claims,
    );
  }

  #step(page: OpenPage, step: Step, claims: ClaimSet[]): void {
    page.steps++;
    this.steps.push(step);
    this.#above = { step, claims };
    const asked = this.#asked;
    this.#asked = null;
    if (asked) {
      const { question, choices, why } = asked.prediction;
      const id = asked.id ?? takeUnique(`${step.id}-prediction`, this.#ids);
      page.blocks.splice(asked.at, 0, {
        kind: 'prediction',
        id,
        question,
        choices,
        why,
        step: step.id,
        position: asked.fence.position,
      });
      this.predictions++;
      for (const read of asked.prediction.claims) this.claims.push({ ...read, host: step });
    }
    page.blocks.push(step);
  }

  #compare(fence: Fence, info: Info): void {
    const page = this.#page(fence.position);
    const comparison = readComparison(fence, info, this.steps, this.#problems);
    if (comparison) page.blocks.push(comparison);
  }

  #exercise(fence: Fence, info: Info): void {
    const { page, blocks } = this.#page(fence.position);
    const read = readExercise(fence, info, this.#problems);
    this.exercises++;
    // A question above it waits for a step, and an `expect` below it would speak of no step.
    this.#above = null;
    if (read) blocks.push({ ...read, id: this.#id(info, `${page.id}-exercise`) });
  }

  #predict(fence: Fence, info: Info): void {
    for (const word of info.names)
      this.#problems.error(word.position, `predict: ${quoted(word.text)} is not understood`);
    for (const [flag, position] of info.flags)
      this.#problems.error(position, `predict: "${flag}" is for sql blocks`);
    if (info.postgres.from !== undefined || info.postgres.to !== undefined)
      this.#problems.error(
        fence.position,
        'predict: versions go into the when of a choice: postgres: ">=18"',
      );
    const prediction = readPrediction(fence, this.#problems) ?? {
      question: '',
      choices: [],
      why: [],
      claims: [],
    };
    if (this.#asked)
      this.#problems.error(
        fence.position,
        'predict: another prediction already asks about the step that follows',
      );
    const id = info.id ? this.#id(info, '') : null;
    this.#asked ??= { prediction, fence, id, at: this.#page(fence.position).blocks.length };
  }

  #expect(fence: Fence): void {
    for (const word of fence.words.slice(1))
      this.#problems.error(
        word.position,
        word.text.startsWith('pg')
          ? 'expect: write versions inside: postgres: ">=18"'
          : `expect: ${quoted(word.text)} is not understood`,
      );
    const above = this.#above;
    if (above === 'setup') this.#problems.error(fence.position, 'expect: setup carries no claims');
    else if (!above) this.#problems.error(fence.position, 'expect: there is no step above it on this page');
    const source = readYaml(fence.body, this.#problems);
    const data = source && readShape(expectKeys, source, this.#problems);
    if (!data || !above || above === 'setup') return;
    if (data.length === 0)
      this.#problems.error(source.valuePosition([]), 'expect: at least one claim is needed');
    const isList = Array.isArray(source.value);
    for (const [index, set] of data.entries()) {
      const read = toClaimSet(set, source, isList ? [index] : [], this.#problems);
      above.claims.push(read.set);
      this.claims.push({ ...read, host: above.step });
    }
  }
}
