// Run by store.test.ts in processes of its own: writes progress as fast as it can.
// argv: file, lesson id, number of pages (0: until killed)
import { openProgress } from '../../src/progress/store.ts';

const [file = '', lesson = '', count = '0'] = process.argv.slice(2);
const store = openProgress(file);
const now = (): string => new Date().toISOString();
for (let page = 1; count === '0' || page <= Number(count); page += 1) {
  store.update(lesson, (progress) => ({
    ...progress,
    pages: Object.fromEntries([
      ...Object.entries(progress.pages).slice(-200),
      [`${process.pid}-page-${page}`, { startedAt: now(), doneAt: now() }],
    ]),
    page: `page-${page}`,
    pageAt: now(),
    updatedAt: now(),
  }));
  process.stdout.write(`${page}\n`);
}
for (const notice of store.takeNotices()) process.stderr.write(`${notice}\n`);
