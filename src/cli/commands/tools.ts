import { Command } from 'commander';
import { addDoctor } from './tools-doctor.js';
import { addInstall } from './tools-install.js';
import { addList } from './tools-list.js';
import { addLock } from './tools-lock.js';
import { toolsNewCommand } from './tools-new.js';

/** A part of `tools`: adds its command. */
export type AddCommand = (command: Command, done: (code: number) => void) => void;

export function toolsCommand(done: (code: number) => void): Command {
  // Set first: commands inherit it when they are made.
  const command = new Command('tools').description('the scanners').exitOverride();
  for (const add of [addList, addInstall, addLock, addDoctor]) add(command, done);
  return command.addCommand(toolsNewCommand().exitOverride());
}
