/**
 * A plan as it is drawn and talked about. Numbers: times in milliseconds, memory and disk in kB, buffers in pages (as
 * EXPLAIN counts them, 8 kB each by default). null means that EXPLAIN did not print it, which is not the same as 0.
 *
 * `readPlans` and `readPlan` (read.ts) make one of a text, `describeNode` (describe.ts) explains a node,
 * `diffPlans` (diff.ts) compares two, `planToJson` (json.ts) prints one for a program.
 */
export type Plan = {
  /** In pre-order: `nodes[id - 1]` is the node with that id, and a subtree is a run of them. Never empty. */
  readonly nodes: readonly PlanNode[];
  readonly source: 'json' | 'text';
  /** It was run: EXPLAIN ANALYZE (or auto_explain with log_analyze). */
  readonly analyzed: boolean;
  /** It was run with TIMING; without it only planning and execution have times. */
  readonly timed: boolean;
  readonly queryText: string | null;
  readonly planningMs: number | null;
  readonly executionMs: number | null;
  /** Time of the root node, children included; null when not timed. */
  readonly treeMs: number | null;
  readonly buckets: Buckets;
  readonly planningBuffers: Buffers | null;
  readonly planningMemory: { readonly usedKb: number; readonly allocatedKb: number } | null;
  readonly settings: Readonly<Record<string, string>>;
  readonly triggers: readonly Trigger[];
  readonly jit: Jit | null;
  readonly serialization: Serialization | null;
  readonly queryId: string | null;
  /** How far Σ self + buckets may be from the execution time because times are printed rounded. */
  readonly toleranceMs: number | null;
  /** How far it is: Σ self + triggers + serialization + outside − execution time. null when either is not known. */
  readonly residualMs: number | null;
  /** Worst first. Those of a node are also in it. */
  readonly findings: readonly Finding[];
  /** What the reader could not use, in words: a line that is no part of a plan, a number out of range. */
  readonly notes: readonly string[];
};

/**
 * Times beside the tree. Σ self of all nodes + triggers + serialization + outside = execution time. JIT overlaps the
 * nodes' times and is not part of the sum; `unscannedCteMs` is that of nodes which have their own self times
 * (`unscannedMs` of each), said once more because the root's time does not hold it.
 */
export type Buckets = {
  readonly triggersMs: number | null;
  readonly jitMs: number | null;
  readonly serializationMs: number | null;
  /** CTEs that change data and that nothing scans: they run when the rest is done, outside the root's time. */
  readonly unscannedCteMs: number | null;
  /** Executor start and shutdown: what is left. Never below 0. */
  readonly outsideMs: number | null;
};

export type Trigger = {
  readonly name: string;
  readonly constraint: string | null;
  readonly relation: string | null;
  readonly ms: number | null;
  readonly calls: number;
};

export type Jit = {
  readonly functions: number;
  readonly options: readonly string[];
  readonly generationMs: number | null;
  readonly deformMs: number | null;
  readonly inliningMs: number | null;
  readonly optimizationMs: number | null;
  readonly emissionMs: number | null;
  readonly totalMs: number | null;
};

export type Serialization = { readonly ms: number | null; readonly kb: number; readonly format: string };

export type BufferCounts = {
  readonly sharedHit: number;
  readonly sharedRead: number;
  readonly sharedDirtied: number;
  readonly sharedWritten: number;
  readonly localHit: number;
  readonly localRead: number;
  readonly localDirtied: number;
  readonly localWritten: number;
  readonly tempRead: number;
  readonly tempWritten: number;
};

/** I/O times are null unless track_io_timing was on. */
export type Buffers = BufferCounts & {
  readonly sharedReadMs: number | null;
  readonly sharedWriteMs: number | null;
  readonly localReadMs: number | null;
  readonly localWriteMs: number | null;
  readonly tempReadMs: number | null;
  readonly tempWriteMs: number | null;
};

export type Wal = {
  readonly records: number;
  readonly fpi: number;
  readonly bytes: number;
  readonly buffersFull: number;
};

export type Role = 'outer' | 'inner' | 'member' | 'subquery' | 'initplan' | 'subplan' | 'cte';

export type PlanNode = {
  /** 1, 2, 3… from the top, as the picture numbers them. */
  readonly id: number;
  readonly parent: number | null;
  readonly depth: number;
  readonly children: readonly number[];
  /** The last node of its subtree: the subtree is `nodes.slice(id - 1, last)`. */
  readonly last: number;

  /** PostgreSQL's `Node Type`, of which there are 42: `Seq Scan`, `Aggregate`, `Hash Join`… */
  readonly type: string;
  /** As a text plan names it: `Parallel Seq Scan`, `HashAggregate`, `Hash Left Join`, `Update`, `Foreign Scan`. */
  readonly label: string;
  readonly role: Role | null;
  /** `InitPlan 1`, `SubPlan 2`, `CTE x`: how expressions elsewhere name this subtree. */
  readonly subplanName: string | null;
  readonly relation: string | null;
  readonly schema: string | null;
  /** Of the relation, function, CTE or subquery in the query. */
  readonly alias: string | null;
  readonly index: string | null;
  readonly cte: string | null;
  readonly functionName: string | null;
  readonly joinType: string | null;
  readonly strategy: string | null;
  readonly operation: string | null;
  readonly scanDirection: string | null;
  readonly parallelAware: boolean;
  readonly asyncCapable: boolean;
  readonly disabled: boolean;
  /** What it tests and sorts by, in PostgreSQL's order: `{name: 'Filter', text: '(id > 5)', removed: 3}`. */
  readonly conditions: readonly Condition[];
  /** Columns it hands up (VERBOSE). */
  readonly output: readonly string[] | null;
  /** Everything EXPLAIN printed of this node but its children, under PostgreSQL's JSON names. */
  readonly raw: Readonly<Record<string, unknown>>;

  readonly startupCost: number | null;
  readonly totalCost: number | null;
  /** Total cost less that of its children: what the planner thought this node itself adds. */
  readonly selfCost: number | null;
  readonly planRows: number | null;
  readonly planWidth: number | null;

  /** Printed loops: of all processes together. 0: never executed; null: not analysed. */
  readonly loops: number | null;
  readonly neverExecuted: boolean;
  /** How many processes ran it, the leader included: 1 outside of Gather. */
  readonly processes: number;
  /** In all loops. */
  readonly rows: number | null;
  /** As printed. Before 18 rounded to a whole number. */
  readonly rowsPerLoop: number | null;
  /**
   * Actual ÷ estimated rows per loop, each at least 1: 10 is ten times more than expected, 0.1 ten times fewer.
   * null when there is no verdict: not run, or something above may have stopped it early.
   */
  readonly estimateFactor: number | null;

  /** On the clock, without its children. */
  readonly selfMs: number | null;
  /** What of `selfMs` is in the bucket `unscannedCteMs`, outside the root's time. */
  readonly unscannedMs: number | null;
  /** On the clock, children included: printed time × loops ÷ processes. */
  readonly totalMs: number | null;
  /** Until the first row, per loop, as printed. */
  readonly startupMs: number | null;
  /** In all processes together. */
  readonly selfCpuMs: number | null;
  readonly totalCpuMs: number | null;
  /** totalMs may be off by this, since printed times are rounded per loop: 0.5 µs × loops ÷ processes. */
  readonly toleranceMs: number | null;
  /** selfMs may be off by this: the roundings of the node and of what was taken off it. */
  readonly selfToleranceMs: number | null;
  /** Set when the children took longer than the node by more than rounding explains: by how much. */
  readonly overrunMs: number | null;
  /** selfMs ÷ Σ selfMs; 0 to 1. */
  readonly share: number | null;
  /** Who pays for this InitPlan or CTE, when not the node it is listed under. Shares add up to 1. */
  readonly paidBy: readonly { readonly node: number; readonly share: number }[];

  readonly buffers: { readonly self: Buffers; readonly total: Buffers } | null;
  readonly wal: { readonly self: Wal; readonly total: Wal } | null;
  readonly sort: SortFacts | null;
  readonly hash: HashFacts | null;
  /** Peak memory of a sort, hash, aggregate, Memoize, Material or CTE. */
  readonly memoryKb: number | null;
  /** What a sort, hash or aggregate wrote to disk. */
  readonly diskKb: number | null;
  readonly memoize: MemoizeFacts | null;
  readonly heapFetches: number | null;
  readonly heapBlocks: { readonly exact: number; readonly lossy: number } | null;
  readonly indexSearches: number | null;
  readonly subplansRemoved: number | null;
  readonly workersPlanned: number | null;
  readonly workersLaunched: number | null;
  readonly workers: readonly Worker[];
  readonly findings: readonly Finding[];
};

export type Condition = {
  /** PostgreSQL's name: `Index Cond`, `Recheck Cond`, `Filter`, `Join Filter`, `Hash Cond`, `Sort Key`, `Group Key`… */
  readonly name: string;
  readonly text: string;
  /** Rows it threw away in all loops; null when it throws none away or that is not printed. */
  readonly removed: number | null;
};

export type SortFacts = {
  readonly method: string;
  readonly space: 'memory' | 'disk';
  readonly kb: number;
};

export type HashFacts = {
  readonly buckets: number | null;
  readonly batches: number | null;
  readonly originalBatches: number | null;
  readonly memoryKb: number | null;
};

export type MemoizeFacts = {
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
  readonly overflows: number;
};

export type Worker = {
  readonly number: number;
  readonly loops: number | null;
  readonly rows: number | null;
  readonly totalMs: number | null;
  readonly sort: SortFacts | null;
  readonly memoryKb: number | null;
};

export type FindingId =
  | 'misestimate'
  | 'filter-discards'
  | 'spill'
  | 'nested-loop'
  | 'heap-fetches'
  | 'lossy-bitmap'
  | 'workers-missing'
  | 'repeated-subplan'
  | 'seq-scan-few-rows'
  | 'partitions-not-pruned'
  | 'jit-dominates'
  | 'planning-dominates'
  | 'stale-statistics';

export type Finding = {
  readonly id: FindingId;
  /** `high`: most of the time or pages; `medium`: worth a look; `low`: good to know. */
  readonly severity: 'high' | 'medium' | 'low';
  /** The node it is about; null: the whole plan. */
  readonly node: number | null;
  /** A few words: `Sort spilled to disk`. */
  readonly title: string;
  /** The numbers that show it. */
  readonly evidence: string;
  /** What to try, and how to see whether it helped. */
  readonly advice: string;
};

export type NodeDescription = {
  /** What this type of node does, for a learner. */
  readonly does: string;
  /** This plan's numbers in a sentence or two. */
  readonly here: string;
  /** When it is a bad sign, and when it is not. */
  readonly badWhen: string;
};

/** `same`: as before; `changed`: the same work done otherwise or with other numbers. */
export type DiffMark = 'same' | 'changed' | 'appeared' | 'vanished';

export type DiffRow = {
  readonly mark: DiffMark;
  /** Ids of the node in the plan before and after. One is null when it appeared or vanished. */
  readonly before: number | null;
  readonly after: number | null;
  /** What changed, the most telling first: `Seq Scan → Index Scan using i`, `pages 3,110 → 24`, `rows 5 → 500`. */
  readonly changes: readonly string[];
};

export type PlanDiff = {
  readonly before: Plan;
  readonly after: Plan;
  /** In the order of the plan after, each vanished node where it stood. */
  readonly rows: readonly DiffRow[];
  /** Pages touched (hit + read, shared and local) by the whole plan; null when either has no BUFFERS. */
  readonly pages: { readonly before: number; readonly after: number } | null;
  readonly ms: { readonly before: number; readonly after: number } | null;
  /** `the sort is gone: index order; 3,110 → 24 pages`. */
  readonly verdict: string;
};
