import { Command } from 'commander';
import { vi } from 'vitest';

/** Runs one command in this process: its exit code and what it printed. The caller restores mocks. */
export async function runCommand(
  make: (done: (code: number) => void) => Command,
  args: readonly string[],
): Promise<{ code: number; out: string }> {
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  let code = -1;
  const command = make((given) => {
    code = given;
  });
  command.exitOverride().configureOutput({ writeErr: () => {} });
  await new Command().addCommand(command).parseAsync([command.name(), ...args], { from: 'user' });
  return { code, out: lines.join('\n') };
}
