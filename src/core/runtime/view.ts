import { chmod, link, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { globMatcher } from '../lib/paths.js';
import type { Step } from '../plan/plan.js';
import { standIn } from '../source/tool-names.js';
import type { StepContext } from './context.js';
import type { HandedFile } from './input.js';

/** The folder under /src that holds what an installed tool is given, and nothing else. */
export const VIEW = 'view';

/**
 * Links the files that a step is given into a folder of their own: whatever else is in the tree, such as a scanner's own
 * configuration, is not there for the tool. Files by which a tree steers this tool get a name that it does not look for.
 */
export async function makeView(
  step: Step,
  files: readonly HandedFile[],
  { snapshot, sandbox, signal }: Pick<StepContext, 'snapshot' | 'sandbox' | 'signal'>,
  to: string,
): Promise<HandedFile[]> {
  await sandbox.bring(snapshot.folder, signal);
  const steers = globMatcher(step.neutralise, true);
  const seen = files.map((file) => ({ ...file, at: `${VIEW}/${nameIn(file, steers(file.path))}` }));
  for (const folder of foldersOf(seen)) await makeFolder(join(to, folder));
  const links = seen.map(({ at }, index) => link(join(snapshot.folder, files[index]?.at ?? ''), join(to, at)));
  await Promise.all(links);
  return seen;
}

/** The place below its class, `general/` or `sensitive/`; a file is in one of them alone. */
function nameIn({ at }: HandedFile, steers: boolean): string {
  const name = at.slice(at.indexOf('/') + 1);
  if (!steers) return name;
  const slash = name.lastIndexOf('/') + 1;
  return name.slice(0, slash) + standIn(Buffer.from(name.slice(slash), 'utf8').toString('latin1'));
}

/** Parents first. */
function foldersOf(files: readonly HandedFile[]): string[] {
  const folders = new Set([VIEW]);
  for (const { at } of files)
    for (let folder = dirname(at); folder !== '.' && !folders.has(folder); folder = dirname(folder))
      folders.add(folder);
  return [...folders].sort((a, b) => a.length - b.length);
}

/** Jobs may run as another user than the one whose umask would hold. */
async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await chmod(path, 0o755);
}
