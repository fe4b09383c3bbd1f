import { parseLesson } from '../lesson/parse.ts';
import type { Lesson } from '../lesson/types.ts';
import type { Server } from '../postgres/types.ts';
import { reduceTimeline } from '../timeline/reduce.ts';
import { emptyTimeline, type TimelineState } from '../timeline/state.ts';
import type { Experiment } from './experiment.ts';
import { type RunSummary, runLesson } from './run-lesson.ts';
import type { Saved } from './sandbox-state.ts';
import { type ClaimLine, claimsFrom, writeLesson } from './write-lesson.ts';

/** How long playing it again may take, ms: an experiment with long sleeps is saved untried. */
const patience = 60_000;

const parse = (text: string): Lesson => {
  const { lesson, problems } = parseLesson(text, {
    file: 'sandbox.md',
    id: 'sandbox/experiment',
    number: '0.1',
    module: { slug: 'sandbox', number: 0, title: 'Sandbox', summary: '' },
  });
  const [problem] = problems;
  if (lesson) return lesson;
  throw new Error(`This cannot be written as a lesson: ${problem?.message ?? 'it has no steps'}.`);
};

/**
 * The experiment as a lesson. It is played twice on databases of its own: what comes out of the first time is
 * claimed, and what is not so the second time (times, pids, random values) is not.
 * @param server null: it cannot be played, because it was made in a database of the user's
 * @throws {Error} when it cannot be written as a lesson
 */
export const saveLesson = async (
  experiment: Experiment,
  title: string,
  server: Server | null,
  signal: AbortSignal,
): Promise<Saved> => {
  const bare = writeLesson(experiment, [], title);
  const remarks: string[] = [];
  const untried = (reason: string): Saved => ({ text: bare.text, remarks: [...remarks, reason] });
  parse(bare.text);
  if (server === null)
    return untried('It was made in a database of yours: write what it needs into a sql setup block.');

  const limit = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
  const play = async (text: string): Promise<{ summary: RunSummary; timeline: TimelineState }> => {
    let timeline = emptyTimeline;
    const summary = await runLesson({
      lesson: parse(text),
      server,
      signal: limit,
      onEvent: (event) => {
        timeline = reduceTimeline(timeline, event);
      },
    });
    signal.throwIfAborted();
    return { summary, timeline };
  };

  // Losses are claimed from the start: without its claim, a lost session ends a lesson.
  const losses: ClaimLine[] = experiment.steps
    .filter((step) => step.lost.length > 0)
    .map((step) => ({ under: step.id, text: `- { lost: [${step.lost.join(', ')}] }` }));
  const first = await play(writeLesson(experiment, losses, title).text);
  if (first.summary.error !== null) return untried(`Played again, it stops: ${first.summary.error}.`);
  let claims = claimsFrom(first.timeline, experiment.steps);
  for (;;) {
    const written = writeLesson(experiment, claims, title);
    const { summary } = await play(written.text);
    if (summary.error !== null) return untried(`Played again, it stops: ${summary.error}.`);
    if (summary.failed.length === 0) return { text: written.text, remarks };
    const wrong = new Set(summary.failed.map((check) => check.line));
    const kept = claims.filter((claim) => !wrong.has(written.lineOf.get(claim) ?? -1));
    if (kept.length === claims.length) return untried('No claim could be kept.');
    const left = claims.length - kept.length;
    remarks.splice(
      0,
      1,
      `${left} ${left === 1 ? 'claim' : 'claims'} left out that ${left === 1 ? 'was' : 'were'} not so again.`,
    );
    claims = kept;
  }
};
