/** Resolves when the condition holds; rejects after the deadline (ms) with what it was. */
export const until = async (condition: () => boolean, what: string, deadline = 10_000): Promise<void> => {
  const started = performance.now();
  while (!condition()) {
    if (performance.now() - started > deadline) throw new Error(`not within ${deadline} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
};
