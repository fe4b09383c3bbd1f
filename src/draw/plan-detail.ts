import type { Finding, NodeDescription, Plan, PlanNode } from '../explain/types.ts';
import type { Glyphs } from '../text/glyphs.ts';
import { type Line, plainLine, type Style, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { wrapLine } from '../text/wrap.ts';
import { targetOf } from './plan-label.ts';
import { pagesOf } from './plan-metric.ts';
import { formatBytes, formatCount, msInWords, planGlyphs, wholeCount } from './plan-numbers.ts';

export type DetailOptions = { readonly width: number; readonly glyphs: Glyphs };

const severityStyle: Readonly<Record<Finding['severity'], Style>> = {
  high: { color: 'red', bold: true },
  medium: { color: 'yellow', bold: true },
  low: { bold: true },
};

const paragraph = (text: string, width: number, style?: Style): Line[] =>
  wrapLine(plainLine(sanitizeLine(text, ' '), style), width);

/** A heading, then its text a little to the right. */
const section = (title: string, text: string, width: number): Line[] =>
  text === '' ? [] : [[], [span(title, { bold: true })], ...paragraph(text, width)];

/** A finding: what, how one sees it, and what to try. */
export const drawFinding = (finding: Finding, { width, glyphs }: DetailOptions): Line[] => {
  const where = finding.node === null ? '' : `#${finding.node} `;
  const indented = (text: string, style?: Style): Line[] =>
    paragraph(text, Math.max(10, width - 2), style).map((line): Line => [span('  '), ...line]);
  return [
    ...wrapLine(
      [
        span(`${planGlyphs(glyphs).finding} `, severityStyle[finding.severity]),
        span(`${where}${sanitizeLine(finding.title)}`, severityStyle[finding.severity]),
      ],
      width,
      { indent: 2 },
    ),
    ...indented(finding.evidence),
    ...indented(finding.advice, { italic: true }),
  ];
};

type Fact = readonly [name: string, value: string];

const bufferFacts = (node: PlanNode): Fact[] => {
  if (node.buffers === null) return [];
  const { self, total } = node.buffers;
  const words = [
    ['hit', self.sharedHit],
    ['read', self.sharedRead],
    ['dirtied', self.sharedDirtied],
    ['written', self.sharedWritten],
    ['local', self.localHit + self.localRead],
    ['temp read', self.tempRead],
    ['temp written', self.tempWritten],
  ].flatMap(([name, count]) => (Number(count) > 0 ? [`${name} ${wholeCount(Number(count))}`] : []));
  const io =
    (self.sharedReadMs ?? 0) + (self.sharedWriteMs ?? 0) + (self.tempReadMs ?? 0) + (self.tempWriteMs ?? 0);
  return [
    [
      'pages',
      `${words.length === 0 ? 'none of its own' : words.join(', ')}; ${wholeCount(pagesOf(total))} with children`,
    ],
    ...(io > 0 ? [['I/O', msInWords(io)] as const] : []),
  ];
};

const timeFacts = (node: PlanNode): Fact[] => {
  const { selfMs, totalMs, selfCpuMs, selfToleranceMs: toleranceMs, loops, processes } = node;
  if (selfMs === null || totalMs === null) return [];
  // A rounding error that is larger than a twentieth of the number should be known.
  const doubt = toleranceMs !== null && toleranceMs > 0.005 && toleranceMs > selfMs / 20;
  const about = doubt ? ` ±${msInWords(toleranceMs)}` : '';
  const cpu =
    processes > 1 && selfCpuMs !== null ? `; ${msInWords(selfCpuMs)} of CPU in ${processes} processes` : '';
  const facts: Fact[] = [
    ['time', `${msInWords(selfMs)}${about} itself, ${msInWords(totalMs)} with children${cpu}`],
  ];
  if (loops !== null && loops > 1) facts.push(['loops', wholeCount(loops)]);
  return facts;
};

const rowFacts = (node: PlanNode): Fact[] => {
  if (node.rowsPerLoop === null)
    return node.planRows === null ? [] : [['rows', `${wholeCount(node.planRows)} expected`]];
  const loops = node.loops ?? 1;
  const each = loops > 1 ? ` (${formatCount(node.rowsPerLoop)} each)` : '';
  const expected =
    node.planRows === null ? '' : `, expected ${wholeCount(node.planRows)}${loops > 1 ? ' each' : ''}`;
  return [['rows', `${wholeCount(node.rows ?? 0)}${each}${expected}`]];
};

const otherFacts = (node: PlanNode): Fact[] => {
  const facts: Fact[] = [];
  const add = (name: string, value: string | null): void => {
    if (value !== null) facts.push([name, value]);
  };
  if (node.totalCost !== null)
    add(
      'cost',
      `${(node.startupCost ?? 0).toFixed(2)} to the first row, ${node.totalCost.toFixed(2)} in all`,
    );
  for (const { name, text, removed } of node.conditions)
    add(name, removed !== null && removed > 0 ? `${text} (removed ${wholeCount(removed)})` : text);
  if (node.sort)
    add(
      'sort',
      `${node.sort.method}, ${formatBytes(node.sort.kb * 1024)} ${node.sort.space === 'disk' ? 'on disk' : 'of memory'}`,
    );
  if (node.hash?.batches !== null && node.hash?.batches !== undefined)
    add(
      'hash',
      `${wholeCount(node.hash.buckets ?? 0)} buckets, ${node.hash.batches} batches (planned ${node.hash.originalBatches ?? node.hash.batches})`,
    );
  if (node.memoryKb !== null && !node.sort) add('memory', formatBytes(node.memoryKb * 1024));
  if (node.diskKb !== null && node.diskKb > 0 && !node.sort) add('disk', formatBytes(node.diskKb * 1024));
  if (node.memoize)
    add(
      'cache',
      `${wholeCount(node.memoize.hits)} hits, ${wholeCount(node.memoize.misses)} misses, ${wholeCount(node.memoize.evictions)} evicted`,
    );
  if (node.heapFetches !== null) add('heap fetches', wholeCount(node.heapFetches));
  if (node.heapBlocks)
    add(
      'heap blocks',
      `${wholeCount(node.heapBlocks.exact)} exact, ${wholeCount(node.heapBlocks.lossy)} lossy`,
    );
  if (node.indexSearches !== null) add('searches', wholeCount(node.indexSearches));
  if (node.subplansRemoved !== null)
    add('removed', `${wholeCount(node.subplansRemoved)} subplans, before the start`);
  if (node.workersPlanned !== null)
    add('workers', `${node.workersLaunched ?? '?'} launched of ${node.workersPlanned} planned`);
  if (node.wal && node.wal.total.bytes > 0)
    add(
      'WAL',
      `${formatBytes(node.wal.total.bytes)} in ${wholeCount(node.wal.total.records)} records, ${wholeCount(node.wal.total.fpi)} page images`,
    );
  if (node.paidBy.length > 0)
    add(
      'paid by',
      node.paidBy
        .map(({ node: id, share }) => `#${id}${node.paidBy.length > 1 ? ` ${Math.round(share * 100)}%` : ''}`)
        .join(', '),
    );
  return facts;
};

const drawFacts = (facts: readonly Fact[], width: number): Line[] =>
  facts.flatMap(([name, value]) =>
    wrapLine([span(`${sanitizeLine(name)} `, { dim: true }), span(sanitizeLine(value, ' '))], width, {
      indent: 2,
    }),
  );

/** What the node is, what this type does, its numbers, when it is a bad sign, and what was found. */
export const drawPlanDetail = (
  node: PlanNode,
  plan: Plan,
  words: NodeDescription,
  options: DetailOptions,
): Line[] => {
  const { width } = options;
  const target = targetOf(node);
  const name = `#${node.id} ${sanitizeLine(node.label)}${target === '' ? '' : ` ${target}`}`;
  const whole = plan.findings.filter((finding) => finding.node === null);
  const findings = node.parent === null ? [...node.findings, ...whole] : node.findings;
  return [
    ...paragraph(name, width, { bold: true }),
    ...paragraph(words.does, width),
    ...findings.flatMap((finding): Line[] => [[], ...drawFinding(finding, options)]),
    ...section('Here', words.here, width),
    ...section('When it is bad', words.badWhen, width),
    [],
    ...drawFacts([...timeFacts(node), ...rowFacts(node), ...bufferFacts(node), ...otherFacts(node)], width),
  ];
};
