// A process of its own that plays a lesson: `scratch-owner.ts <url> <lesson>`. Prints the database's name and waits.
import { createScratch } from '../../src/postgres/scratch.ts';
import { openServer } from '../../src/postgres/server.ts';
import { resolveTarget } from '../../src/postgres/target.ts';

const [url, lesson = ''] = process.argv.slice(2);
const target = await resolveTarget({ url, env: {}, home: '/nonexistent' });
const server = await openServer({
  target,
  confirm: async () => true,
  yes: true,
  stateDir: '/nonexistent',
  log: () => {},
});
const scratch = await createScratch(server, { lesson, prepare: async () => {} });
process.stdout.write(`${scratch.name}\n`);
process.stdin.resume();
