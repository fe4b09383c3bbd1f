import { loadCatalog } from '../../lesson/catalog.ts';
import { dropDatabase, openMaintenance } from '../../postgres/scratch-database.ts';
import { isScratchName, scratchComment } from '../../postgres/scratch-name.ts';
import type { Connection } from '../../postgres/types.ts';
import { openDrafts } from '../../progress/drafts.ts';
import { openProgress } from '../../progress/store.ts';
import { sanitizeLine } from '../../text/sanitize.ts';
import { askYesNo } from '../ask.ts';
import type { Command } from '../command.ts';
import { exitCodes, Failure } from '../errors.ts';
import { forgetLesson } from '../forget-lesson.ts';
import { untilSignal } from '../leaving.ts';
import { serverAccess } from '../server.ts';
import { say } from '../terminal.ts';

/** What only we make: see postgres/sweep.ts. A database that somebody else named pg_tutor_… stays. */
const ourDatabases = async (maintenance: Connection): Promise<string[]> => {
  const rows = await maintenance.rows(
    `select datname, shobj_description(oid, 'pg_database') from pg_database
     where starts_with(datname, 'pg_tutor_') and not datistemplate order by datname`,
  );
  return rows.flatMap(([name = null, comment = null]) =>
    name !== null && isScratchName(name) && (comment === null || comment === scratchComment) ? [name] : [],
  );
};

export const command: Command = {
  usage: 'reset',
  description: `Drops every database of ours (pg_tutor_*) on the server and forgets your
progress. Lessons that are open elsewhere lose their databases. With --lesson
only forgets what you did in that lesson. Asks first.`,
  options: {
    lesson: { type: 'string', value: 'LESSON', help: 'forget this lesson alone; databases stay' },
  },
  maxPositionals: 0,
  async run({ globals, values }) {
    if (typeof values.lesson === 'string') {
      const { lessons, indexFile } = globals;
      const catalog = await loadCatalog(lessons, indexFile === undefined ? {} : { indexFile });
      return forgetLesson(catalog, values.lesson, globals.yes);
    }
    return untilSignal(async () => {
      const access = await serverAccess(globals);
      let maintenance: Connection | null = null;
      try {
        const server = await access.open();
        maintenance = await openMaintenance(server);
        const databases = await ourDatabases(maintenance);
        say(
          databases.length === 0
            ? `There is no database of ours on ${access.label()}.`
            : `To be dropped on ${access.label()}: ${databases.map((name) => sanitizeLine(name)).join(', ')}`,
        );
        if (!globals.yes) {
          if (!process.stdin.isTTY) {
            throw new Failure('nothing was reset: nobody is there to agree.', 'Add --yes to go ahead.');
          }
          if (!(await askYesNo('Drop them and forget all progress?'))) {
            say('Nothing was changed.');
            return exitCodes.failed;
          }
        }
        for (const name of databases) await dropDatabase(server, maintenance, name, true);
        const progress = openProgress();
        progress.forget();
        openDrafts().forget();
        const notices = progress.takeNotices();
        for (const notice of notices) say(notice);
        say(
          `Dropped ${databases.length} ${databases.length === 1 ? 'database' : 'databases'}; progress is forgotten.`,
        );
        return notices.length === 0 ? exitCodes.ok : exitCodes.failed;
      } finally {
        await maintenance?.end();
        await access.close();
      }
    });
  },
};
