import { LineReader } from '../plain/line-reader.ts';
import { resumePlace, startOf } from '../progress/resume.ts';
import { openProgress } from '../progress/store.ts';
import { lessonToContinue } from '../progress/types.ts';
import type { Globals } from './command.ts';
import { command as list } from './commands/list.ts';
import { describeError, exitCodes } from './errors.ts';
import { needLesson } from './lessons.ts';
import { playInPlain } from './play.ts';
import { say } from './terminal.ts';

/** The home screen as text: the list, then a question. @returns the exit code */
export const chooseInPlain = async (globals: Globals): Promise<number> => {
  const code = await list.run({ globals, values: {}, positionals: [] });
  if (process.stdin.isTTY !== true) {
    process.stdout.write('\nOpen a lesson: pg-tutor learn <number>\n');
    return code;
  }
  for (;;) {
    const progress = openProgress();
    const last = lessonToContinue(progress.all());
    const enter = last ? ', Enter to go on where you left' : '';
    process.stdout.write(`\nWhich lesson [its number${enter}, q to leave]? `);
    const lines = new LineReader(process.stdin);
    const line = (await lines.next())?.trim();
    lines.close();
    if (line === undefined) process.stdout.write('\n');
    if (line === undefined || line === 'q') return exitCodes.ok;
    if (line === '' && !last) continue;
    try {
      const lesson = await needLesson(globals.lessons, line || (last ?? ''));
      const at = line === '' ? resumePlace(lesson, progress.lesson(lesson.id)) : startOf(null);
      const end = await playInPlain(lesson, at, globals);
      if (end !== exitCodes.ok) return end;
    } catch (error) {
      say(describeError(error, globals.debug));
    }
  }
};
