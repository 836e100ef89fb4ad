import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { toolId } from '../../core/lib/category.js';
import { Refusal } from '../../core/lib/errors.js';
import { quote } from '../../core/lib/suggest.js';
import { loadPackageCatalog } from '../../core/package.js';
import { refuseWrite } from './refuse-write.js';
import { testText, toolText } from './tool-scaffold.js';

/** `tools new ID`: everything that a tool of the operator's own needs, to be filled in. */
export function toolsNewCommand(): Command {
  return new Command('new')
    .description('write the file, fixtures and test of a tool of your own')
    .argument('<id>', 'lower-case letters, digits and dashes')
    .option('--dir <dir>', 'folder of your tool files', 'tools')
    .action(async (id: string, { dir }: { dir: string }) => {
      await checkId(id);
      await scaffold(id, dir);
      console.log(nextSteps(id, dir));
    });
}

async function checkId(id: string): Promise<void> {
  const message = `${quote(id)} is no tool id`;
  if (!toolId.safeParse(id).success)
    throw new Refusal('usage', [{ message, remedy: 'Lower-case letters, digits and dashes, at most 64.' }]);
  if ((await loadPackageCatalog()).tools.has(id))
    throw new Refusal('usage', [{ message: `${id} is a tool of this package`, remedy: 'Choose another id.' }]);
}

/** Nothing that stands there is written over. */
async function scaffold(id: string, dir: string): Promise<void> {
  const file = join(dir, `${id}.yaml`);
  const folder = join(dir, id);
  for (const path of [file, folder]) if (await exists(path)) throw refuseExisting(path);
  const texts: Record<string, string> = {
    [join(folder, 'positive', 'README.md')]: `Replace this by a small file in which ${id} finds something.\n`,
    [join(folder, 'negative', 'README.md')]: `Replace this by a small file in which ${id} finds nothing.\n`,
    [join(folder, `${id}.test.mjs`)]: testText(id),
    // Last: a tool without its fixtures is not to be found.
    [file]: toolText(id),
  };
  for (const path of [join(folder, 'positive'), join(folder, 'negative')])
    await mkdir(path, { recursive: true }).catch(refuseWrite(path));
  for (const [path, text] of Object.entries(texts))
    await writeFile(path, text, { flag: 'wx' }).catch(refuseWrite(path));
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const refuseExisting = (path: string): Refusal =>
  new Refusal('usage', [{ file: path, message: 'exists already', remedy: 'Choose another id, or another --dir.' }]);

const nextSteps = (id: string, dir: string): string => `Written: ${join(dir, `${id}.yaml`)}, ${join(dir, id)}

Next:
  1. In ${id}.yaml, say where the tool comes from, how it is started and which files it judges.
  2. Put a flawed file in ${id}/positive and a sound one in ${id}/negative, in place of the README.md files.
  3. In ${id}/${id}.test.mjs, name your program, then run: node --test ${join(dir, id, `${id}.test.mjs`)}
  4. Allow it in your policy, by the SHA-256 of the file (toolchain.toolFiles), and scan with --tools ${dir}`;
