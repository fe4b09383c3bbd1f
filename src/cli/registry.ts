import type { Command } from './command.ts';

/** A command as `pg-tutor --help` lists it; its file is loaded when it is used. */
export type Entry = {
  readonly usage: string;
  readonly summary: string;
  load(): Promise<{ readonly command: Command }>;
};

export const registry: Readonly<Record<string, Entry>> = {
  learn: {
    usage: 'learn <lesson>[:place]',
    summary: 'open a lesson where you left it, or at a page or step',
    load: () => import('./commands/learn.ts'),
  },
  list: {
    usage: 'list',
    summary: 'list the lessons and your progress',
    load: () => import('./commands/list.ts'),
  },
  review: {
    usage: 'review',
    summary: 'play the pages again that you predicted wrong and that are due',
    load: () => import('./commands/review.ts'),
  },
  progress: {
    usage: 'progress <action>',
    summary: 'export, import or reset what you have done',
    load: () => import('./commands/progress.ts'),
  },
  run: {
    usage: 'run <lesson>...',
    summary: 'play lessons without asking, as a transcript',
    load: () => import('./commands/run.ts'),
  },
  explain: {
    usage: 'explain [file|-]',
    summary: 'draw a plan: from a file, stdin, a paste, or of SQL that is run now',
    load: () => import('./commands/explain.ts'),
  },
  explore: {
    usage: 'explore <lesson>:<page>',
    summary: 'run all orders of a page with several sessions, grouped by outcome',
    load: () => import('./commands/explore.ts'),
  },
  verify: {
    usage: 'verify [lesson...]',
    summary: 'check every claim of the lessons, also on other versions',
    load: () => import('./commands/verify.ts'),
  },
  new: {
    usage: 'new <module>/<name>',
    summary: 'write the skeleton of a lesson',
    load: () => import('./commands/new.ts'),
  },
  watch: {
    usage: 'watch <lesson>',
    summary: 'open a lesson while you write it: each save opens it anew',
    load: () => import('./commands/watch.ts'),
  },
  lint: {
    usage: 'lint [lesson...]',
    summary: 'say what lessons lack, without running them',
    load: () => import('./commands/lint.ts'),
  },
  spec: {
    usage: 'spec <file>...',
    summary: "run PostgreSQL's isolation specs",
    load: () => import('./commands/spec.ts'),
  },
  sandbox: {
    usage: 'sandbox [file.sql]',
    summary: 'two to six sessions side by side, and whatever SQL you like',
    load: () => import('./commands/sandbox.ts'),
  },
  doctor: {
    usage: 'doctor',
    summary: 'show what pg-tutor finds: terminal, server, folders',
    load: () => import('./commands/doctor.ts'),
  },
  reset: {
    usage: 'reset',
    summary: 'drop our databases on the server and forget progress',
    load: () => import('./commands/reset.ts'),
  },
};

/** What runs when no command is given. */
export const home: Entry = {
  usage: '',
  summary: 'the map of lessons; go on where you left',
  load: () => import('./commands/home.ts'),
};
