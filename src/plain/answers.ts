import type { Intent, PlayerState } from '../player/state.ts';
import { isPageDone, nextStep, openPrediction, pageIndex } from '../player/state.ts';
import { sanitizeLine } from '../text/sanitize.ts';

/** What a line of input asks for; a string is what to say when it makes no sense here. */
export type Answer = Intent | 'quit' | 'help' | { readonly type: 'unclear'; readonly words: string };

const unclear = (words: string): Answer => ({ type: 'unclear', words });

/** The question that still waits for an answer. */
const unanswered = (state: PlayerState) => {
  const question = openPrediction(state);
  return question && state.predictions[question.id] === undefined ? question : null;
};

/** What the learner may answer now, in the words of the prompt. */
export const promptFor = (state: PlayerState): string => {
  if (state.phase === 'broken') return '[r to start this page again, q to leave] ';
  const question = unanswered(state);
  if (question) return `Your answer [1-${question.choices.length}, s to skip]: `;
  const step = nextStep(state);
  if (step)
    return `[Enter to run ${step.kind === 'sql' ? `it as ${sanitizeLine(step.session)}` : 'it'}, ? for help] `;
  const last = pageIndex(state.lesson, state.page) === state.lesson.pages.length - 1;
  return last ? '[Enter to finish, ? for help] ' : '[Enter for the next page, ? for help] ';
};

export const helpText = `Enter     run the next step, or go to the next page
1, 2 …    answer a question; s skips it
b         the page before
r         this page again, from its start
g 3       go to page 3
q         leave; your progress is kept
Ctrl+C    cancel the statement that runs; again: leave`;

/** Reads a line the learner typed. */
export const readAnswer = (line: string, state: PlayerState): Answer => {
  const word = line.trim().toLowerCase();
  const question = unanswered(state);
  if (word === 'q' || word === 'quit' || word === 'exit') return 'quit';
  if (word === '?' || word === 'h' || word === 'help') return 'help';
  if (word === 'r') return { type: 'reset' };
  if (word === 'b') {
    return pageIndex(state.lesson, state.page) > 0 ? { type: 'back' } : unclear('This is the first page.');
  }
  const go = /^g\s*(\d+)$/.exec(word);
  if (go) {
    const page = state.lesson.pages[Number(go[1]) - 1];
    const { length } = state.lesson.pages;
    return page ? { type: 'go', page: page.id } : unclear(`There are pages 1 to ${length}.`);
  }
  if (state.phase === 'broken')
    return unclear('Only r (start this page again) and q (leave) make sense now.');
  if (question) {
    if (word === 's') return { type: 'predict', choice: null };
    const choice = /^\d+$/.test(word) ? Number(word) - 1 : -1;
    if (question.choices[choice]) return { type: 'predict', choice };
    return unclear(`Answer with a number from 1 to ${question.choices.length}, or s to skip.`);
  }
  if (word === '' || word === 'n') return { type: 'next' };
  if (word === 's') return isPageDone(state) ? { type: 'next' } : unclear('There is no question to skip.');
  return unclear('? shows what you can type.');
};
