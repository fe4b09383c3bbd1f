import type { Command } from '../command.ts';
import { canRedraw } from '../terminal.ts';

export const command: Command = {
  usage: '',
  description: 'Opens the map of lessons; go on where you left.',
  options: {},
  maxPositionals: 0,
  async run(args) {
    const { globals } = args;
    if (!globals.plain && canRedraw()) {
      const { playOnScreen } = await import('../play.ts');
      return playOnScreen({ screen: 'home' }, globals);
    }
    const { chooseInPlain } = await import('../choose.ts');
    return chooseInPlain(globals);
  },
};
