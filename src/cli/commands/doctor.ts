import { Command } from 'commander';
import { probeHost } from '../../core/lib/sandbox/doctor.js';
import { table } from '../style.js';

export function doctorCommand(done: (code: number) => void): Command {
  return new Command('doctor')
    .description('what this machine can isolate, and what stands in the way')
    .action(async () => {
      const host = await probeHost();
      console.log(`Sandbox level: ${host.level ?? 'none'}`);
      console.log(table(Object.entries(host.enforcement ?? {}).map(([limit, by]) => [`  ${limit}`, by])).join('\n'));
      for (const { what, remedy } of host.obstacles) console.log(`${what}\n    ${remedy}`);
      done(host.level === undefined ? 3 : 0);
    });
}
