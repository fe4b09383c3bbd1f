// One thing, and long: what a lesson is once it has been read, which every layer above speaks of.
import type { Blockquote, RootContent } from 'mdast';
import type { ConstructName } from './constructs.ts';

/** A place in a lesson file; line and column count from 1. */
export type Position = { readonly file: string; readonly line: number; readonly column: number };

/** Something wrong in a lesson file. An `error` keeps the lesson from being played; a `warning` does not. */
export type Problem = {
  readonly position: Position;
  readonly severity: 'error' | 'warning';
  readonly message: string;
};

/** Major versions, both ends included; absent means open. `{ from: 15, to: 16 }` is 15 and 16. */
export type VersionRange = { readonly from?: number; readonly to?: number };

export type ModuleInfo = {
  /** Folder name without its number: `transactions`. */
  readonly slug: string;
  readonly number: number;
  readonly title: string;
  readonly summary: string;
};

/** What a list of lessons shows; read from front matter alone. */
export type LessonHead = {
  /** `module-slug/lesson-slug`, both without their numbers. Progress is keyed by it. */
  readonly id: string;
  /** As people say it: `6.4`. */
  readonly number: string;
  /** Path of the Markdown file. */
  readonly file: string;
  readonly module: ModuleInfo;
  readonly title: string;
  readonly summary: string;
  readonly minutes: number;
  readonly needs: {
    readonly postgres: VersionRange;
    readonly extensions: readonly string[];
    readonly privileges: readonly ('superuser' | 'createrole')[];
  };
  /** Ids of the inventory that the lesson teaches. */
  readonly covers: readonly string[];
  /** Pages of the PostgreSQL manual, without `.html`. */
  readonly docs: readonly string[];
  readonly counts: {
    readonly pages: number;
    readonly predictions: number;
    readonly exercises: number;
    readonly sessions: number;
  };
};

export type Lesson = LessonHead & {
  /** Run in order, in one session, before the lesson; the database after them is the prepared state. */
  readonly setup: readonly SqlStep[];
  /** Sessions in order of first use. Never empty. */
  readonly sessions: readonly string[];
  readonly pages: readonly Page[];
};

/** A level-2 heading and what follows it. Text before the first heading is a page titled like the lesson. */
export type Page = {
  /** Slug of the title, unique in the lesson. */
  readonly id: string;
  readonly title: string;
  readonly position: Position;
  readonly blocks: readonly Block[];
};

export type Block = Prose | SqlStep | ViewStep | Prediction | Notes | Comparison | Exercise;
/** A block that is run against the server. */
export type Step = SqlStep | ViewStep;

/** `> [!NOTE]`, `[!TIP]`, `[!IMPORTANT]`, `[!WARNING]`, `[!CAUTION]`, as GitHub writes them. */
export type Admonition = {
  readonly type: 'admonition';
  readonly kind: 'note' | 'tip' | 'important' | 'warning' | 'caution';
  readonly children: Blockquote['children'];
};
export type ProseNode = RootContent | Admonition;

export type Prose = {
  readonly kind: 'prose';
  readonly nodes: readonly ProseNode[];
  readonly position: Position;
};

/** The outcomes of two steps that have run, side by side. Runs nothing itself. */
export type Comparison = {
  readonly kind: 'compare';
  /** Both steps are `explain` steps, or neither is. */
  readonly of: 'plans' | 'results';
  readonly left: ComparedStep;
  readonly right: ComparedStep;
  readonly position: Position;
};
export type ComparedStep = {
  readonly step: string;
  /** What the learner reads above it. */
  readonly label: string;
};

/** For the instructor; never shown to a learner. */
export type Notes = { readonly kind: 'notes'; readonly text: string; readonly position: Position };

export type SqlStep = {
  readonly kind: 'sql';
  /** Unique in the lesson; written `#id`, else made from the page id and a number. */
  readonly id: string;
  readonly session: string;
  readonly sql: string;
  /** `statements`: one message per statement, as psql sends them. `batch`: the whole text as one message. */
  readonly send: 'statements' | 'batch';
  /** Run under EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) and drawn as a tree. */
  readonly explain: boolean;
  /** The next step waits until this one has ended, even while it is blocked (a timeout, a deadlock). */
  readonly wait: boolean;
  /** Left out on other majors. */
  readonly postgres: VersionRange;
  readonly claims: readonly ClaimSet[];
  readonly position: Position;
  /** Where the SQL text starts. */
  readonly sqlPosition: Position;
};

/**
 * What a measure counts. `pages`: shared and local buffers hit and read; `wal`: bytes of WAL; both by EXPLAIN.
 * `bytes`, `count`: the only value of a query, such as pg_relation_size.
 */
export const measureUnits = ['pages', 'wal', 'bytes', 'count'] as const;
export type MeasureUnit = (typeof measureUnits)[number];

/** One bar: run in a transaction of its own that is rolled back, after `before`. */
export type MeasureVariant = { readonly name: string; readonly sql: string; readonly before: string };

export type ViewRequest =
  | { readonly view: 'locks' | 'lock-matrix' | 'row-lock-matrix' }
  /** Tables of these operators: `and`, `or`, `not`, `=`, `is distinct from`… */
  | { readonly view: 'truth-table'; readonly operators: readonly string[] }
  /** The line pointers and tuple headers of a page of a table, from 0, as pageinspect reads them. */
  | { readonly view: 'heap-page'; readonly relation: string; readonly page: number }
  /** Variants side by side, a bar for each. */
  | { readonly view: 'measure'; readonly unit: MeasureUnit; readonly variants: readonly MeasureVariant[] };
export type ViewName = ViewRequest['view'];

/** A picture made from the live server. Running it gives rows like a statement does, so it can carry claims. */
export type ViewStep = ViewRequest & {
  readonly kind: 'view';
  readonly id: string;
  readonly postgres: VersionRange;
  readonly claims: readonly ClaimSet[];
  readonly position: Position;
};

/** Asked before the step that follows it, judged when that step has settled. */
export type Prediction = {
  readonly kind: 'prediction';
  readonly id: string;
  readonly question: string;
  readonly choices: readonly Choice[];
  /** Shown after the outcome, as Markdown. */
  readonly why: readonly ProseNode[];
  /** The step it is asked before. */
  readonly step: string;
  readonly position: Position;
};

export type Choice = {
  readonly text: string;
  /** The choice is right when all of these hold. */
  readonly when: ClaimSet;
  readonly position: Position;
};

/**
 * The learner writes SQL, which is run and judged on a copy of the page's state: what the lesson has done down to
 * this block, with its sessions and their open transactions.
 */
export type Exercise = {
  readonly kind: 'exercise';
  readonly id: string;
  readonly task: readonly ProseNode[];
  /**
   * Who runs the answer; never empty. With several, a line `-- bob:` in an answer says that bob runs what follows it;
   * what stands before the first such line is for the first of them.
   */
  readonly sessions: readonly string[];
  /** What the editor holds at first; may be empty. */
  readonly starter: string;
  /** Never empty. The first is what answers are compared with. */
  readonly solutions: readonly Solution[];
  /** Never empty; all must hold, and the first that does not is the verdict. */
  readonly checks: readonly ExerciseCheck[];
  /** From a nudge to nearly the answer, shown one after the other. */
  readonly hints: readonly (readonly ProseNode[])[];
  /** Shown with the solutions: why they are right, and what else would do. */
  readonly explanation: readonly ProseNode[];
  /** Other answers that pass. For the verifier; not shown. */
  readonly right: readonly Answer[];
  /** Answers that fail, each with one of its kinds. For the verifier; not shown. */
  readonly wrong: readonly WrongAnswer[];
  /** Run on top of the page's state, for the second set of data that every answer is held against; null: there is none. */
  readonly hidden: { readonly sql: string; readonly position: Position } | null;
  readonly position: Position;
};

export type Answer = {
  readonly sql: string;
  readonly position: Position;
};

export type Solution = Answer & {
  /** A few words for the learner who sees several: `with a join`. */
  readonly label: string | null;
  readonly why: readonly ProseNode[];
};

export type WrongAnswer = Answer & { readonly verdicts: readonly VerdictKind[] };

/** How an answer differs from what was asked; the first that applies. */
export const verdictKinds = [
  /** Nothing but white space and comments. */
  'no-answer',
  /** The parser refuses it. */
  'syntax',
  /** It is made of something that the task forbids, or lacks something that it asks for. */
  'forbidden',
  'required',
  /** It raises an error, or not the one it should. */
  'error',
  /** It runs for too long, or waits for somebody for good. */
  'timeout',
  /** Rows are asked for, and no statement of it returns any. */
  'no-result',
  'column-count',
  'column-name',
  'column-order',
  'type',
  'missing-row',
  'extra-row',
  'order',
  'state',
  'plan',
  'lock',
  'wait',
  'interleave',
] as const;
export type VerdictKind = (typeof verdictKinds)[number];

/** Something that `forbid` and `require` look for in the parse tree; constructs.ts says what each is. */
export type Construct = {
  readonly name: ConstructName;
  /** Of `function`: its name, without schema; of `relation`: the name of a table, view or CTE. Else null. */
  readonly of: string | null;
};

export type ExerciseCheck = {
  readonly position: Position;
} /** The rows of the last statement that returns any are those of the solution. */ & (
  | { readonly kind: 'result'; readonly ordered: boolean; readonly columns: boolean }
  /** What tables hold afterwards is what they hold after the solution. */
  | {
      readonly kind: 'state';
      /** All of the lesson's tables when there are neither tables nor queries. */
      readonly tables: readonly string[];
      /** Compared instead of whole tables: for serial numbers, times of day and the like. */
      readonly queries: readonly string[];
    }
  /** Of the last statement that has a plan. */
  | { readonly kind: 'plan'; readonly plan: PlanPattern }
  /** Some statement of the answer raises it; others may not fail. */
  | { readonly kind: 'error'; readonly sqlstate: string }
  /** While its transaction is open, it holds no lock above `atMost` on the relation; null: none at all. */
  | { readonly kind: 'locks'; readonly relation: string; readonly atMost: string | null }
  /** While its transaction is open, somebody else can run this at once (`passes`), or has to wait (`blocks`). */
  | { readonly kind: 'passes' | 'blocks'; readonly sql: string }
  /** While somebody else has run `held` in an open transaction, it waits for no lock longer than this, ms; 0: not at all. */
  | { readonly kind: 'waits'; readonly held: string; readonly atMost: number }
  /**
   * In every order of the statements of several sessions that run the answer (`copies`), or of the answer and another
   * transaction (`with`), the invariant is a query that says true at the end.
   */
  | {
      readonly kind: 'interleave';
      readonly copies: number;
      /** What one other session runs; null: all run the answer. */
      readonly with: string | null;
      readonly invariant: string;
      /** SQLSTATEs that may end a session's transaction for good. */
      readonly allow: readonly string[];
      /** SQLSTATEs after which a session rolls back and runs all of its own again, once the others are done. */
      readonly retry: readonly string[];
    }
  | { readonly kind: 'forbid' | 'require'; readonly construct: Construct }
);

/** Claims that belong together: one `expect` block, or the `when` of a choice. */
export type ClaimSet = {
  /** The step spoken of; by default the one the block stands below (`expect`) or above (`when`). */
  readonly step?: string;
  /** Which statement of the step, from 1; by default the last one that ran. */
  readonly statement?: number;
  /** Checked on these majors only. */
  readonly postgres: VersionRange;
  readonly claims: readonly Claim[];
  readonly position: Position;
};

/** A value in a result: what PostgreSQL prints, null for NULL, or a regular expression it must match. */
export type CellPattern = string | null | { readonly matches: string };

export type LockPattern = {
  /** As pg_locks.mode prints it: `ShareLock`. */
  readonly mode?: string;
  /** As pg_locks.locktype prints it: `relation`, `tuple`, `transactionid`, `advisory`… */
  readonly type?: string;
  readonly relation?: string;
};

/** Both ends included. */
export type Bound = { readonly min: number; readonly max: number };

/**
 * Numbers of a plan node that can be claimed, of all loops and processes together: rows that came out, shared
 * buffers hit and read (children included, as EXPLAIN prints them), heap fetches, times the node was started,
 * workers launched, and subplans removed by pruning.
 */
export const planNumbers = [
  'rows',
  'buffers',
  'heapFetches',
  'loops',
  'workersLaunched',
  'subplansRemoved',
] as const;
export type PlanNumber = (typeof planNumbers)[number];

/** `uses`: some node of the plan is like this; `avoids`: none is. */
export type PlanPattern = {
  readonly mode: 'uses' | 'avoids';
  /** As EXPLAIN prints it, in text or JSON: `Hash Join`, `Hash Left Join`, `Parallel Seq Scan`. null: any node. */
  readonly node: string | null;
  readonly index?: string;
  /** Table, CTE or function. */
  readonly relation?: string;
  readonly bounds: Readonly<Partial<Record<PlanNumber, Bound>>>;
};

/** About one variant of a measure: its number, or how many times the number of another one it is. */
export type MeasurePattern = {
  readonly variant: string;
  readonly value: Bound | null;
  readonly times: Bound | null;
  readonly of: string | null;
};

export type Claim = { readonly position: Position } & (
  | { readonly kind: 'rows'; readonly rows: readonly (readonly CellPattern[])[]; readonly ordered: boolean }
  | { readonly kind: 'columns'; readonly columns: readonly string[] }
  /** Rows returned or affected. */
  | { readonly kind: 'rowCount'; readonly count: number }
  /** The command tag: `UPDATE 1`. */
  | { readonly kind: 'tag'; readonly tag: string }
  /** SQLSTATE of the error that ended the step; null: it did not fail. */
  | { readonly kind: 'error'; readonly sqlstate: string | null }
  /** Regular expression for the message of that error. */
  | { readonly kind: 'message'; readonly pattern: string }
  /** Regular expression that one notice of the step matches. */
  | { readonly kind: 'notice'; readonly pattern: string }
  /** Exactly these sessions had to be waited for; empty: the step was never blocked. */
  | { readonly kind: 'blockedBy'; readonly sessions: readonly string[] }
  /** These sessions are waiting for this step's session once it has settled; empty: none is. */
  | { readonly kind: 'blocks'; readonly sessions: readonly string[] }
  /** Exactly these sessions waited before the step and no longer do once it has settled; empty: none. */
  | { readonly kind: 'unblocks'; readonly sessions: readonly string[] }
  /** These sessions lost their connection in the course of the step (a terminated backend); the lesson goes on. */
  | { readonly kind: 'lost'; readonly sessions: readonly string[] }
  /** A node of the plan of an `explain` step. */
  | { readonly kind: 'plan'; readonly plan: PlanPattern }
  /** A bar of a `measure`. */
  | { readonly kind: 'measured'; readonly measured: MeasurePattern }
  /** The lock the step waited for. */
  | { readonly kind: 'lock'; readonly lock: LockPattern }
  /** Asked over a connection of its own once the step has settled. */
  | {
      readonly kind: 'state';
      readonly sql: string;
      readonly rows: readonly (readonly CellPattern[])[];
      readonly ordered: boolean;
    }
);

/** What reading one file gives: a lesson unless an error stands in the way, and everything wrong with it. */
export type ParsedLesson = { readonly lesson: Lesson | null; readonly problems: readonly Problem[] };
