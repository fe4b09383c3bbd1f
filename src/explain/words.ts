import type { BufferCounts, Plan, PlanNode } from './types.ts';

/** 1234567 as `1,234,567`; a fraction keeps two digits. */
export const count = (value: number): string => {
  const text =
    Number.isInteger(value) || Math.abs(value) >= 100 ? String(Math.round(value)) : value.toFixed(2);
  return text.replace(/\B(?=(?:\d{3})+(?!\d)(?<!\.\d*))/g, ',');
};

export const plural = (value: number, word: string, many = `${word}s`): string =>
  `${count(value)} ${value === 1 ? word : many}`;

export const milliseconds = (value: number): string =>
  value >= 10_000
    ? `${(value / 1000).toFixed(1)} s`
    : value >= 100
      ? `${count(Math.round(value))} ms`
      : value >= 1
        ? `${value.toFixed(1)} ms`
        : `${value.toFixed(3)} ms`;

export const kilobytes = (kb: number): string =>
  kb >= 10 * 1024 * 1024
    ? `${(kb / 1024 / 1024).toFixed(1)} GB`
    : kb >= 10 * 1024
      ? `${(kb / 1024).toFixed(1)} MB`
      : `${count(kb)} kB`;

export const percent = (share: number): string =>
  share > 0.99 && share < 1 ? 'more than 99 %' : `${Math.round(share * 100)} %`;

/** Pages looked at, wherever they were found. */
export const pages = (buffers: BufferCounts): number =>
  buffers.sharedHit + buffers.sharedRead + buffers.localHit + buffers.localRead;

/** What a scan reads, as the query calls it. */
export const target = (node: PlanNode): string | null =>
  node.relation ?? node.cte ?? node.functionName ?? node.alias ?? null;

/** `Seq Scan on ord` and `Index Scan using ord_pkey on ord`. */
export const title = (node: PlanNode): string => {
  const on = target(node);
  const using = node.index
    ? node.type === 'Bitmap Index Scan'
      ? ` on ${node.index}`
      : ` using ${node.index}`
    : '';
  return `${node.label}${using}${on ? ` on ${on}` : ''}`;
};

/** A node and its number in the picture. */
export const named = (node: PlanNode): string => `#${node.id} ${title(node)}`;

export const childrenOf = (node: PlanNode, plan: Plan): PlanNode[] =>
  node.children.flatMap((id) => plan.nodes[id - 1] ?? []);

export const isScan = (node: PlanNode): boolean => node.type.endsWith('Scan');
export const isJoin = (node: PlanNode): boolean => node.type === 'Nested Loop' || node.type.endsWith('Join');
