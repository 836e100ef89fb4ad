import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../lib/errors.js';
import type { Machine } from '../lib/machine.js';
import { PLATFORMS, type Platform } from '../plan/supplier.js';
import { installFault } from './fault.js';
import { contentsOf } from './file-list.js';

/** First bytes of machine code: ELF; Mach-O of 32 and 64 bits in both orders, and universal. */
const MAGIC = ['7f454c46', 'feedface', 'feedfacf', 'cefaedfe', 'cffaedfe', 'cafebabe'];

/** Whether any file below a folder is machine code, so that it fits one kind of machine alone. */
export async function holdsMachineCode(root: string): Promise<boolean> {
  const { files } = await contentsOf(root, (path) => installFault(`${path} cannot be installed`));
  const block = Buffer.alloc(4);
  for (const path of files) {
    const file = await open(join(root, path));
    try {
      const { bytesRead } = await file.read(block, 0, 4, 0);
      if (bytesRead === 4 && MAGIC.includes(block.toString('hex'))) return true;
    } finally {
      await file.close();
    }
  }
  return false;
}

/** This machine's platform. Throws `Refusal` where tools cannot be installed. */
export function machinePlatform({ platform }: Machine): Platform {
  const found = PLATFORMS.find((one) => one === platform);
  if (found !== undefined && found !== 'any') return found;
  throw new Refusal('tool', [
    { message: `tools cannot be installed on ${platform}`, remedy: `They can on ${PLATFORMS.slice(1).join(', ')}.` },
  ]);
}

/** `any` for what its packages say is code for an interpreter alone, when it is so. */
export const platformOf = async (root: string, anywhere: boolean, machine: Machine): Promise<Platform> =>
  anywhere && !(await holdsMachineCode(root)) ? 'any' : machinePlatform(machine);
