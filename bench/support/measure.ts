/** CPU milliseconds of this process, all its threads, since `from`. */
export const cpuSince = (from: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1000;
};

export const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ??
  Number.NaN;

export const median = (values: readonly number[]): number => percentile(values, 0.5);

export const percentiles = (values: readonly number[]): string => {
  const [p50, p99, max] = [0.5, 0.99, 1].map((share) => percentile(values, share).toFixed(1).padStart(6));
  return `p50 ${p50} ms   p99 ${p99} ms   max ${max} ms   (${values.length})`;
};
