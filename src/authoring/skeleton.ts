import { splitNumber } from '../lesson/slug.ts';

/** What to write, relative to the folder of lessons. */
export type NewLesson = {
  readonly file: string;
  readonly text: string;
  /** As people say it: `6.11`. */
  readonly number: string;
  /** The README of a module that is new; null: the module is there. */
  readonly readme: { readonly file: string; readonly text: string } | null;
};

/** A folder of the folder of lessons, with the files in it. */
export type Folder = { readonly name: string; readonly files: readonly string[] };

const words = (slug: string): string => slug.charAt(0).toUpperCase() + slug.slice(1).replaceAll('-', ' ');
const twoDigits = (number: number): string => String(number).padStart(2, '0');
const following = (names: readonly string[]): number =>
  1 + Math.max(0, ...names.map((name) => splitNumber(name.replace(/\.md$/, ''))?.number ?? 0));

const readmeText = (module: string): string => `# ${words(module)}

In one or two sentences: what these lessons are about, and what one can do after them.
`;

/** A lesson that verifies: its setup, steps, claims, questions and exercise are to be replaced one by one. */
const lessonText = (slug: string): string => `---
title: ${words(slug)}
summary: In one sentence, what goes wrong and how it is put right.
minutes: 10
needs: { postgres: ">=14" }
covers: []
docs: [mvcc]
---

\`\`\`sql setup
create table account (id int primary key, owner text not null, balance int not null);
insert into account values (1, 'ann', 300), (2, 'ben', 50), (3, 'eve', 0);
\`\`\`

## The problem

Say in two or three sentences what somebody wants to do, and what they expect.

\`\`\`sql #look
select owner, balance from account order by balance desc;
\`\`\`
\`\`\`expect
rows: [[ann, 300], [ben, 50], [eve, 0]]
ordered: true
columns: [owner, balance]
\`\`\`

<!-- notes: 2 minutes. What to ask the room before the first step, and what people usually answer. -->

## Two sessions

Alice changes a row and leaves her transaction open.

\`\`\`sql alice #take
begin;
update account set balance = balance - 100 where id = 1;
\`\`\`
\`\`\`expect
tag: UPDATE 1
\`\`\`

\`\`\`predict #reader
question: Bob reads the same row. He…
choices:
  - { text: sees 300, when: { rows: [[300]], blockedBy: none } }
  - { text: sees 200, when: { rows: [[200]] } }
  - { text: waits for Alice, when: { blockedBy: alice } }
why: Readers never wait for writers. They see what was committed when their statement began.
\`\`\`
\`\`\`sql bob #read
select balance from account where id = 1;
\`\`\`
\`\`\`expect
rows: [[300]]
blockedBy: none
\`\`\`

\`\`\`predict #writer
question: Now Bob takes 100 as well. His UPDATE…
choices:
  - { text: is done at once, when: { blockedBy: none } }
  - { text: waits for Alice, when: { blockedBy: alice } }
why: Two writers of one row wait for each other. Text that explains an outcome stands below it.
\`\`\`
\`\`\`sql bob #second
update account set balance = balance - 100 where id = 1 returning balance;
\`\`\`
\`\`\`expect
blockedBy: alice
lock: { mode: ShareLock, type: transactionid }
\`\`\`

\`\`\`predict #both
question: Alice commits. What does Bob's UPDATE return?
choices:
  - { text: "200", when: { step: second, rows: [[200]] } }
  - { text: "100", when: { step: second, rows: [[100]] } }
why: After the wait Bob's UPDATE reads the row again, and takes 100 from what Alice left.
\`\`\`
\`\`\`sql alice #end
commit;
\`\`\`
\`\`\`expect
- unblocks: bob
- { step: second, rows: [[100]] }
\`\`\`

## Your turn

\`\`\`exercise #rich
task: The **owners** of accounts that hold 100 or more.
starter: |
  select
solution:
  sql: select owner from account where balance >= 100;
  why: The border belongs to it.
check:
  - result: rows
hints:
  - Which column says how much there is?
  - Is an account with exactly 100 among them?
explanation: Say here why the solution is right, and what else would have been.
right:
  - select owner from account where not balance < 100
  - select owner from account except select owner from account where balance < 100
wrong:
  - { sql: "select owner from account", verdict: extra-row }
  - { sql: "select owner from account where balance > 100", verdict: missing-row }
hidden: |
  update account set balance = 100 where id = 2;
\`\`\`

<!-- notes: 5 minutes. Where people get stuck, and what to ask them then. -->

## Remember

- One sentence for what goes wrong.
- One for why.
- One for what to do instead.
`;

/** What stands in the way of a new lesson. */
export type Taken = { readonly taken: string };

const slugPattern = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** Whether a word can be the name of a module or a lesson. */
export const isSlug = (word: string): boolean => slugPattern.test(word);

/**
 * A new lesson behind the others of its module, or the first one of a module behind the others.
 * @returns the file that is there already, when there is one of that name
 */
export const newLesson = (folders: readonly Folder[], module: string, slug: string): NewLesson | Taken => {
  const known = folders.flatMap((folder) => {
    const split = splitNumber(folder.name);
    return split?.slug === module ? [{ ...folder, number: split.number }] : [];
  })[0];
  const number = known?.number ?? following(folders.map(({ name }) => name));
  const name = known?.name ?? `${twoDigits(number)}-${module}`;
  const same = known?.files.find((file) => splitNumber(file.replace(/\.md$/, ''))?.slug === slug);
  if (same) return { taken: `${name}/${same}` };
  const lesson = following(known?.files ?? []);
  const hasReadme = known?.files.includes('README.md') ?? false;
  return {
    file: `${name}/${twoDigits(lesson)}-${slug}.md`,
    text: lessonText(slug),
    number: `${number}.${lesson}`,
    readme: hasReadme ? null : { file: `${name}/README.md`, text: readmeText(module) },
  };
};
