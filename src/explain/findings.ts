import { estimateFindings } from './findings-estimates.ts';
import { memoryFindings } from './findings-memory.ts';
import { workFindings } from './findings-work.ts';
import type { Finding, Plan } from './types.ts';

const severities = { high: 0, medium: 1, low: 2 };

/**
 * Adds what is worth saying about a plan, worst first. Every finding has numbers of this plan as its evidence; what
 * costs nothing is not reported, however unusual it looks.
 */
export const withFindings = (plan: Plan): Plan => {
  if (!plan.analyzed) return plan;
  const share = (finding: Finding): number =>
    finding.node === null ? 1 : (plan.nodes[finding.node - 1]?.share ?? 0);
  const findings = [...estimateFindings(plan), ...memoryFindings(plan), ...workFindings(plan)].sort(
    (a, b) => severities[a.severity] - severities[b.severity] || share(b) - share(a),
  );
  if (findings.length === 0) return plan;
  const byNode = new Map<number, Finding[]>();
  for (const finding of findings)
    if (finding.node !== null) byNode.set(finding.node, [...(byNode.get(finding.node) ?? []), finding]);
  const nodes = [...plan.nodes];
  for (const [id, own] of byNode) {
    const node = nodes[id - 1];
    if (node) nodes[id - 1] = { ...node, findings: own };
  }
  return { ...plan, findings, nodes };
};
