/** What became of a claim when it was run; docs/inventory.md says what each word means. */
export const verdicts = ['holds', 'fails', 'false', 'outdated', 'misleading', 'needs more'] as const;
export type InventoryVerdict = (typeof verdicts)[number];

/** One row of docs/inventory.md. */
export type InventoryItem = {
  /** `S2-57`; what a lesson lists in `covers`. */
  readonly id: string;
  readonly claim: string;
  readonly verdict: InventoryVerdict;
  readonly teach: string;
  /** Number and title of the lesson it is meant for. */
  readonly lesson: { readonly number: string; readonly title: string };
  readonly module: { readonly number: number; readonly title: string };
};

/** Cells of a row of a Markdown table; `\|` is a bar within a cell. */
const cells = (row: string): string[] =>
  row
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));

/**
 * The rows below the headings `## 6 Module` and `### 6.4 Lesson`, in their order.
 * @throws {Error} naming the line that cannot be read, or an id that is there twice
 */
export const parseInventory = (text: string): InventoryItem[] => {
  const items = new Map<string, InventoryItem>();
  let module: InventoryItem['module'] | null = null;
  let lesson: InventoryItem['lesson'] | null = null;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [, moduleNumber, moduleTitle] = /^## (\d+) (.+)$/.exec(line) ?? [];
    if (moduleNumber && moduleTitle) module = { number: Number(moduleNumber), title: moduleTitle };
    const [, number, title] = /^### (\d+\.\d+) (.+)$/.exec(line) ?? [];
    if (number && title) lesson = { number, title };
    if (!/^\| *S\d/.test(line)) continue;
    const [id = '', claim = '', word = '', teach = '', ...rest] = cells(line);
    const verdict = verdicts.find((one) => one === word);
    const complete = claim !== '' && teach !== '' && rest.length === 0;
    if (!module || !lesson || !verdict || !complete)
      throw new Error(`inventory line ${index + 1}: not a row of id, claim, verdict, what we teach`);
    if (items.has(id)) throw new Error(`inventory line ${index + 1}: ${id} is there twice`);
    items.set(id, { id, claim, verdict, teach, lesson, module });
  }
  return [...items.values()];
};
