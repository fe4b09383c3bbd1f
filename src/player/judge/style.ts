import type { StyleWarning } from '../judge-state.ts';
import { isStar } from './constructs-in.ts';
import { asNode, listOf, nodesIn, type ParsedStatement, type TreeNode, toChars } from './parse-tree.ts';

type Rule = StyleWarning['rule'];

const sentences: Readonly<Record<Rule, string>> = {
  'select-star': 'Name the columns: what * gives changes with the table.',
  'implicit-join':
    'Write JOIN … ON: a comma hides which condition joins the tables, and forgetting it is no error.',
  'missing-semicolon': 'End the statement with a semicolon: psql waits for one.',
  'order-by-number': 'Sort by a name: ORDER BY 1 sorts by something else as soon as a column is added.',
  'not-in-subquery':
    'NOT IN (query) finds nothing when the query returns a NULL; NOT EXISTS does not have this trap.',
};

const isNumber = (value: unknown): boolean => {
  const node = asNode(value);
  return node?.type === 'A_Const' && 'ival' in node.fields;
};

const rulesOf = (node: TreeNode, parent: TreeNode | null): Rule[] => {
  const { type, fields } = node;
  if (type === 'SelectStmt') {
    const rules: Rule[] = [];
    // EXISTS (select * …) reads no column.
    const counts = parent?.type === 'SubLink' && parent.fields.subLinkType === 'EXISTS_SUBLINK';
    if (!counts && listOf(fields.targetList).some(isStar)) rules.push('select-star');
    if (listOf(fields.fromClause).filter((item) => asNode(item)?.type === 'RangeVar').length > 1)
      rules.push('implicit-join');
    if (listOf(fields.sortClause).some((key) => isNumber(asNode(key)?.fields.node)))
      rules.push('order-by-number');
    return rules;
  }
  if (type === 'BoolExpr' && fields.boolop === 'NOT_EXPR') {
    const [only] = listOf(fields.args).map(asNode);
    if (only?.type === 'SubLink' && only.fields.subLinkType === 'ANY_SUBLINK' && !('operName' in only.fields))
      return ['not-in-subquery'];
  }
  return [];
};

/** A few habits worth a word, each once. They never make an answer fail. */
export const styleWarnings = (answer: string, statements: readonly ParsedStatement[]): StyleWarning[] => {
  const warnings = new Map<Rule, StyleWarning>();
  const warn = (rule: Rule, offset: number): void => {
    if (!warnings.has(rule)) warnings.set(rule, { rule, sentence: sentences[rule], offset });
  };
  for (const { node: root, text, offset } of statements)
    for (const { node, parent } of nodesIn({ [root.type]: root.fields }))
      for (const rule of rulesOf(node, parent)) {
        const at = node.fields.location;
        warn(rule, offset + (typeof at === 'number' ? toChars(text, at) : 0));
      }
  const last = statements.at(-1);
  if (
    last &&
    !answer
      .slice(last.offset + last.text.length)
      .trimStart()
      .startsWith(';')
  )
    warn('missing-semicolon', last.offset + last.text.length);
  return [...warnings.values()];
};
