import type { NodeType } from './node-types.ts';

/**
 * What each node type does, and when it is a bad sign. One table, for all of them have to be there: the compiler
 * checks that against `nodeTypes`.
 */
export const nodeWords: Readonly<Record<NodeType, { readonly does: string; readonly badWhen: string }>> = {
  Result: {
    does: 'Computes values without reading a table, or lets rows through only if a condition that does not depend on them holds.',
    badWhen:
      'Hardly ever. With a One-Time Filter of false, the planner has proved that there is nothing to find.',
  },
  ProjectSet: {
    does: 'Calls functions that return sets in the SELECT list, and gives one row for each value they return.',
    badWhen:
      'When a set is much longer than the planner assumed: what is above it was planned for fewer rows.',
  },
  ModifyTable: {
    does: 'Inserts, updates, deletes or merges the rows it gets from below, and keeps the indexes up to date.',
    badWhen:
      'When most time is spent here: every index of the table is written too, and BEFORE triggers run inside. If the time is in triggers, look for foreign keys without an index.',
  },
  Append: {
    does: 'Gives the rows of its inputs one after another: the partitions of a table, or the branches of a UNION ALL.',
    badWhen:
      'When it reads partitions the query does not need: then its condition does not mention the partition key in a way that can be compared.',
  },
  'Merge Append': {
    does: 'Merges inputs that are sorted already into one sorted stream, mostly the partitions of a table.',
    badWhen:
      'With very many inputs each row costs comparisons. It is good under a LIMIT, which it can satisfy early.',
  },
  'Recursive Union': {
    does: 'Runs a WITH RECURSIVE: its first input once, then its second again and again on the rows of the last round, until a round gives none.',
    badWhen:
      'When rounds find rows they have found before: UNION instead of UNION ALL drops them. Estimates of it are guesses.',
  },
  BitmapAnd: {
    does: 'Combines bitmaps of several indexes: keeps the pages that all of them name.',
    badWhen: 'When one index with both columns would find the rows directly.',
  },
  BitmapOr: {
    does: 'Combines bitmaps of several indexes: keeps the pages that any of them names.',
    badWhen:
      'Rarely; it is how an OR uses indexes. One condition with IN is cheaper when it is on a single column.',
  },
  'Nested Loop': {
    does: 'For each row of the first input, runs the second input, which usually looks matching rows up in an index.',
    badWhen:
      'When the first input gives many more rows than expected: the second input runs once for each of them.',
  },
  'Merge Join': {
    does: 'Joins two inputs sorted by the join column, walking along both like a zip.',
    badWhen:
      'When both sides must be sorted first and the sorts spill, or when many equal keys make it read one side again.',
  },
  'Hash Join': {
    does: 'Puts the second input into a hash table, then looks each row of the first input up in it.',
    badWhen: 'When the hash table does not fit into memory and is split into batches that go through files.',
  },
  'Seq Scan': {
    does: 'Reads the whole table, page by page, and keeps the rows that pass the filter.',
    badWhen:
      'When it throws nearly all rows of a big table away. It is right when most rows are wanted or the table is small.',
  },
  'Sample Scan': {
    does: 'Reads a random part of a table, as TABLESAMPLE asks.',
    badWhen: 'BERNOULLI still reads every page; SYSTEM reads only some but takes whole pages.',
  },
  Gather: {
    does: 'Starts worker processes that run what is below it, and collects their rows in any order.',
    badWhen:
      'When fewer workers start than were planned, or so many rows are passed on that handing them over costs more than the workers save.',
  },
  'Gather Merge': {
    does: 'Starts worker processes that each give sorted rows, and merges them so that the order is kept.',
    badWhen: 'When fewer workers start than were planned, or very many rows are merged in the leader.',
  },
  'Index Scan': {
    does: 'Finds rows by walking an index, and fetches each row from the table.',
    badWhen:
      'When it fetches much of the table in random order, or a filter throws away most of what the index found.',
  },
  'Index Only Scan': {
    does: 'Takes all it needs from the index, and looks into the table only for pages that vacuum has not marked all-visible.',
    badWhen:
      'When Heap Fetches is near the number of rows: then it is an ordinary index scan. VACUUM the table.',
  },
  'Bitmap Index Scan': {
    does: 'Walks an index and notes in a bitmap where the matching rows are, without reading the table.',
    badWhen: 'When it finds many more rows than the condition finally keeps.',
  },
  'Bitmap Heap Scan': {
    does: 'Reads the table pages that a bitmap names, in the order they lie on disk, each once.',
    badWhen:
      'When blocks are lossy: the bitmap did not fit into work_mem, so every row of such a page is tested again.',
  },
  'Tid Scan': {
    does: 'Fetches rows by their physical address (ctid).',
    badWhen: 'Addresses change with every UPDATE and VACUUM FULL: do not keep them.',
  },
  'Tid Range Scan': {
    does: 'Reads a range of table pages, told by physical addresses (ctid).',
    badWhen: 'Addresses change with every UPDATE and VACUUM FULL: it is for reading a table in pieces.',
  },
  'Subquery Scan': {
    does: 'Gives the rows of a subquery that could not be merged into the query around it.',
    badWhen:
      'When its filter throws away most rows: the condition could not be moved into the subquery, often because of LIMIT, DISTINCT or a window function.',
  },
  'Function Scan': {
    does: 'Calls a function in FROM and gives the rows it returns, which are usually collected first.',
    badWhen: 'When it returns far more rows than its ROWS setting promises: the planner cannot see into it.',
  },
  'Table Function Scan': {
    does: 'Takes rows out of a document: XMLTABLE or JSON_TABLE.',
    badWhen: 'Its number of rows is a guess, and large documents are parsed anew in each loop.',
  },
  'Values Scan': {
    does: 'Gives the rows written in a VALUES list.',
    badWhen:
      'Lists of thousands of values: an array parameter or a temporary table with statistics plans better.',
  },
  'CTE Scan': {
    does: 'Reads the stored result of a WITH query, which runs as far as its readers ask.',
    badWhen:
      'When it filters a large WITH query that is stored whole: NOT MATERIALIZED lets conditions and indexes reach inside.',
  },
  'Named Tuplestore Scan': {
    does: 'Reads the rows a statement changed, in an AFTER trigger with a transition table.',
    badWhen: 'It has no index: joining a large one in a trigger is slow.',
  },
  'WorkTable Scan': {
    does: 'Reads the rows of the last round, inside a WITH RECURSIVE.',
    badWhen: 'Its estimate is a guess; the rounds are its loops.',
  },
  'Foreign Scan': {
    does: 'Asks another server or a file, through a foreign data wrapper.',
    badWhen:
      'When filters, joins or sorts stay here instead of being sent along: see Remote SQL. Many loops are many round trips.',
  },
  'Custom Scan': {
    does: 'A node of an extension, which alone knows what it does.',
    badWhen: "See the extension's manual.",
  },
  Materialize: {
    does: 'Keeps the rows of its input so that they can be read again without computing them again.',
    badWhen:
      'When it is read in very many loops, or its rows go to disk because they do not fit into work_mem.',
  },
  Memoize: {
    does: 'Remembers the results of its input for each key, so that a nested loop need not look the same key up twice.',
    badWhen: 'When there are few hits, or evictions because the cache is too small: then it only costs.',
  },
  Sort: {
    does: 'Sorts all rows of its input, in memory if they fit into work_mem, else through files.',
    badWhen: 'When the method is external merge. An index in the right order avoids the sort altogether.',
  },
  'Incremental Sort': {
    does: 'Sorts input that is already sorted by the first columns, one group of equal values at a time.',
    badWhen: 'When single groups are huge. Under a LIMIT it is good: it stops after the first groups.',
  },
  Group: {
    does: 'Gives one row for each group of sorted input, without computing aggregates.',
    badWhen: 'When the sort below it costs more than hashing would.',
  },
  Aggregate: {
    does: 'Computes count, sum and the like: over all rows, over each group of sorted rows, or with a hash table of groups.',
    badWhen:
      'When a hash table of groups spills to disk, mostly because there are more groups than expected.',
  },
  WindowAgg: {
    does: 'Computes window functions over the rows of each partition, which come sorted.',
    badWhen: 'When the frame is large and is computed anew for each row, or the sort below spills.',
  },
  Unique: {
    does: 'Drops repeated rows of sorted input.',
    badWhen:
      'When it reads very many rows to keep few: the index can be skipped through by other means, such as a recursive query.',
  },
  SetOp: {
    does: 'Computes INTERSECT or EXCEPT by counting equal rows of both inputs.',
    badWhen: 'When its hash table is large; EXISTS and NOT EXISTS can often use an index instead.',
  },
  LockRows: {
    does: 'Locks each row that comes through, for SELECT … FOR UPDATE and its kind.',
    badWhen: 'When its time is waiting for other transactions. Every locked row is also written to.',
  },
  Limit: {
    does: 'Stops after so many rows; what is below it is not asked for more.',
    badWhen:
      'With a large OFFSET: the rows skipped are computed all the same. What is below was planned hoping to stop early.',
  },
  Hash: {
    does: 'Builds the hash table for the Hash Join above it.',
    badWhen:
      'When it has more than one batch, or more batches than planned: it did not fit into work_mem × hash_mem_multiplier.',
  },
};
