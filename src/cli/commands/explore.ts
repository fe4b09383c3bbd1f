import { drawExploration, progressBar } from '../../draw/exploration.ts';
import { explorationReport } from '../../plain/exploration-report.ts';
import { toJson } from '../../plain/json.ts';
import type { Exploration } from '../../player/lab-state.ts';
import { toAnsi } from '../../text/ansi.ts';
import type { Command } from '../command.ts';
import { exitCodes, Failure, UsageError } from '../errors.ts';
import { untilSignal } from '../leaving.ts';
import { pageId, splitPage } from '../lesson-page.ts';
import { needLesson } from '../lessons.ts';
import { unmetOn } from '../needs.ts';
import { progressLine } from '../progress-line.ts';
import { serverAccess } from '../server.ts';
import { say, textSettings } from '../terminal.ts';

const limitFrom = (value: unknown): number | null => {
  if (value === undefined) return null;
  const limit = Number(value);
  if (Number.isInteger(limit) && limit > 0) return limit;
  throw new UsageError(`--limit takes a number of orders, not ${String(value)}`);
};

/** `▰▰▰▱▱▱▱▱ 7 of 20 orders, 3 outcomes`; what is not possible counts as done. */
const progressInWords = ({ total, played, impossible, outcomes }: Exploration): string => {
  const done = played + impossible;
  const found = outcomes.length === 1 ? '1 outcome' : `${outcomes.length} outcomes`;
  return `${progressBar(done, total, 20, textSettings().glyphs)} ${done} of ${total} orders, ${found}`;
};

export const command: Command = {
  usage: 'explore <lesson>:<page>',
  description: `Runs the steps of a page in every order in which each session keeps its own,
each on a fresh copy of the database, and groups the orders by outcome.
Steps of "you" at the end of the page stay at the end; views are left out.`,
  options: {
    format: { type: 'string', value: 'FORMAT', help: 'text (default) or json' },
    limit: { type: 'string', value: 'N', help: 'run at most so many orders (default 500)' },
  },
  maxPositionals: 1,
  async run({ globals, values, positionals }) {
    const { format = 'text' } = values;
    if (format !== 'text' && format !== 'json')
      throw new UsageError(`unknown format ${String(format)}; known are text, json`);
    const limit = limitFrom(values.limit);
    const { name, page } = splitPage(positionals[0] ?? '');
    if (name === '' || page === null) throw new UsageError('which page? For example: pg-tutor explore 6.4:2');
    return untilSignal(async (signal) => {
      const lesson = await needLesson(globals.lessons, name);
      const at = pageId(lesson, page);
      const access = await serverAccess(globals);
      try {
        const server = await access.open();
        const unmet = await unmetOn(server, lesson.needs);
        if (unmet.length > 0) throw new Failure(`lesson ${lesson.number} needs ${unmet.join(', ')}.`);
        const { defaultBound, explore } = await import('../../player/explore.ts');
        const { hasOrders } = await import('../../player/orders.ts');
        const found = lesson.pages.find(({ id }) => id === at);
        if (!found || !hasOrders(found, server.info.major))
          throw new UsageError(`page ${page} has steps of one session only: there is nothing to reorder`);
        const line = progressLine();
        const onProgress = (exploration: Exploration): void => line.show(progressInWords(exploration));
        const bound = limit ?? defaultBound;
        const exploration = await explore({ lesson, server, page: at, bound, signal, onProgress });
        line.clear();
        if (signal.aborted) return exitCodes.failed;
        if (format === 'json') process.stdout.write(`${toJson(explorationReport(exploration, lesson), 2)}\n`);
        else {
          const { style, width, glyphs } = textSettings();
          const styled = style && !globals.plain;
          for (const drawn of drawExploration(exploration, lesson, { width, glyphs }))
            process.stdout.write(`${toAnsi(drawn, { color: styled, style: styled }).trimEnd()}\n`);
        }
        if (exploration.phase === 'bounded') say(`Only ${bound} orders were run; --limit takes more.`);
        return exitCodes.ok;
      } finally {
        await access.close();
      }
    });
  },
};
