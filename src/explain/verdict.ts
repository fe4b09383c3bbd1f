import type { DiffRow, PlanDiff, PlanNode } from './types.ts';
import { count, isJoin, isScan, milliseconds, target, title } from './words.ts';

type Diff = Omit<PlanDiff, 'verdict'>;

const isSort = (node: PlanNode | undefined): boolean =>
  node?.type === 'Sort' || node?.type === 'Incremental Sort';
const byIndex = (node: PlanNode): boolean => node.type === 'Index Scan' || node.type === 'Index Only Scan';

/** The one thing that says most about how the plan is different; null when its shape is the same. */
const shape = (diff: Diff): string | null => {
  const node = (row: DiffRow, side: 'before' | 'after'): PlanNode | undefined =>
    diff[side].nodes[(row[side] ?? 0) - 1];
  const gone = diff.rows.filter((row) => row.mark === 'vanished').map((row) => node(row, 'before'));
  const fresh = diff.rows.filter((row) => row.mark === 'appeared').map((row) => node(row, 'after'));
  const pairs = diff.rows.flatMap((row) => {
    const [was, is] = [node(row, 'before'), node(row, 'after')];
    return was && is ? [{ was, is }] : [];
  });
  const rescan = pairs.find(({ was, is }) => isScan(is) && title(was) !== title(is));
  const index = pairs.some(({ was, is }) => byIndex(is) && (was.type !== is.type || was.index !== is.index));
  if (gone.some(isSort) && !fresh.some(isSort))
    return index ? 'the sort is gone: index order' : 'the sort is gone';
  const spill = pairs.find(({ was, is }) => was.diskKb && !is.diskKb && is.memoryKb);
  if (spill) return `${spill.is.label} stays in memory`;
  if (rescan) {
    const name = target(rescan.is) ?? rescan.is.label;
    const using = rescan.is.index ? ` using ${rescan.is.index}` : '';
    return `${name}: ${rescan.is.label}${using} instead of ${rescan.was.label}${
      rescan.was.index && rescan.was.label === rescan.is.label ? ` using ${rescan.was.index}` : ''
    }`;
  }
  const rejoin = pairs.find(({ was, is }) => isJoin(is) && was.label !== is.label);
  if (rejoin) return `${rejoin.is.label} instead of ${rejoin.was.label}`;
  const spilled = pairs.find(({ was, is }) => !was.diskKb && is.diskKb);
  if (spilled) return `${spilled.is.label} now spills to disk`;
  if (fresh.some(isSort) && !gone.some(isSort)) return 'a sort has appeared';
  // What is called the same on both sides does not say how they differ: "HashAggregate instead of HashAggregate".
  const own = (some: readonly (PlanNode | undefined)[], others: readonly (PlanNode | undefined)[]) =>
    some.find((one) => one && !others.some((other) => other && title(other) === title(one)));
  const [lost, added] = [own(gone, fresh), own(fresh, gone)];
  if (lost && added) return `${title(added)} instead of ${title(lost)}`;
  if (lost) return `${title(lost)} is gone`;
  if (added) return `${title(added)} has appeared`;
  const other = pairs.find(({ was, is }) => title(was) !== title(is));
  if (other) return `${title(other.is)} instead of ${title(other.was)}`;
  return gone.length + fresh.length > 0 ? 'the same nodes in another order' : null;
};

/** `the sort is gone: index order; 3,110 → 24 pages`: the shape, then pages, and time where pages say nothing. */
export const verdict = (diff: Diff): string => {
  const parts = [shape(diff) ?? 'the same plan'];
  const { pages, ms } = diff;
  if (pages && pages.before !== pages.after)
    parts.push(`${count(pages.before)} → ${count(pages.after)} pages`);
  else if (ms && Math.max(ms.before, ms.after) > 1.5 * Math.min(ms.before, ms.after))
    parts.push(`${milliseconds(ms.before)} → ${milliseconds(ms.after)}`);
  else if (pages) parts.push(`${count(pages.after)} pages in both`);
  return parts.join('; ');
};
