import { Command } from 'commander';
import { ageInDays } from '../../core/advisories/age.js';
import { packAddress } from '../../core/advisories/download.js';
import { importPack } from '../../core/advisories/import.js';
import { ADVISORY_KINDS, type PackName, packLabel, parsePackName } from '../../core/advisories/kind.js';
import { type Pack, packSize } from '../../core/advisories/pack.js';
import { packsFor, prunePacks } from '../../core/advisories/store.js';
import { updatePack } from '../../core/advisories/update.js';
import { countOf } from '../../core/lib/count.js';
import { Fault, formatProblem, Refusal } from '../../core/lib/errors.js';
import { printable } from '../../core/lib/printable.js';
import { userData } from '../../core/lib/user-data.js';
import { table } from '../style.js';

const today = (): string => new Date().toISOString().slice(0, 10);
const storeFolder = (): string => userData('advisories');

export function advisoriesCommand(): Command {
  const command = new Command('advisories').description(
    'known vulnerabilities, as packs of data that scanners judge by',
  );
  command
    .command('list', { isDefault: true })
    .description('list the packs in use, and their age')
    .option('--json', 'as JSON')
    .action(async ({ json }: { json?: boolean }) => print(await allPacks(), json === true));
  command
    .command('update')
    .description('download packs; without a name, those in use')
    .argument('[packs...]', 'osv/ECOSYSTEM, retire')
    .option('--from <url>', 'base address of a mirror')
    .option('--date <day>', 'day of the data, for a Retire.js list from a mirror')
    .action(update);
  command
    .command('import')
    .description('take a pack from a file or folder')
    .argument('<pack>', 'osv/ECOSYSTEM, retire, trivy or grype')
    .argument('<path>', 'the archive, list or folder')
    .option('--date <day>', 'day of the data, where they do not tell')
    .action(async (label: string, path: string, { date }: { date?: string }) => {
      const pack = parsePackName(label);
      say(await importPack(storeFolder(), { pack, path, date, today: today(), source: 'file' }));
    });
  command
    .command('prune')
    .description('remove packs that are not in use; not during an import')
    .action(async () => {
      const removed = await prunePacks(storeFolder());
      console.log(removed.length === 0 ? 'nothing to remove' : `removed ${removed.join(', ')}`);
    });
  return command;
}

interface UpdateFlags {
  from?: string;
  date?: string;
}

/** Every name and address is checked before the first download; one that fails does not keep the others from being tried. */
async function update(labels: string[], { from, date }: UpdateFlags): Promise<void> {
  const packs = labels.length > 0 ? labels.map(parsePackName) : await downloadable();
  for (const pack of packs) packAddress(pack, from);
  const failures: unknown[] = [];
  for (const pack of packs) {
    await updatePack(storeFolder(), { pack, from, date, today: today() }).then(say, (error) => failures.push(error));
  }
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1)
    throw new Fault('advisories', `${failures.length} packs were not updated\n${failures.map(wordsOf).join('\n')}`);
}

function wordsOf(error: unknown): string {
  if (error instanceof Refusal) return error.problems.map(formatProblem).join('\n');
  return error instanceof Fault ? formatProblem(error) : String(error);
}

/** The packs in use that an address serves. */
async function downloadable(): Promise<PackName[]> {
  const labels = (await allPacks()).map(packLabel);
  const packs = labels.map(parsePackName).filter(({ kind }) => kind === 'osv' || kind === 'retire');
  if (packs.length > 0) return packs;
  const remedy = 'Name them: `security-scan advisories update osv/npm osv/PyPI retire`.';
  throw new Refusal('usage', [{ message: 'no advisory packs are in use that could be updated', remedy }]);
}

async function allPacks(): Promise<Pack[]> {
  const packs: Pack[] = [];
  for (const kind of ADVISORY_KINDS) packs.push(...(await packsFor(kind, storeFolder())).values());
  return packs;
}

const say = (pack: Pack): void => {
  const count = pack.count === null ? '' : `${pack.count} advisories, `;
  console.log(`${packLabel(pack)}: ${count}newest ${pack.newest}, ${pack.digest}`);
};

function print(packs: readonly Pack[], json: boolean): void {
  if (json) {
    console.log(JSON.stringify(packs.map(described), null, 2));
    return;
  }
  const rows = packs.map((pack) => {
    const { digest, newest, age, count, size, source } = described(pack);
    const days = countOf(age, 'day');
    return [
      packLabel(pack),
      newest,
      days,
      String(count ?? ''),
      megabytes(size),
      digest.slice(0, 12),
      printable(source, 200),
    ];
  });
  console.log(table([['pack', 'newest', 'age', 'advisories', 'size', 'digest', 'from'], ...rows]).join('\n'));
}

function described(pack: Pack) {
  const { kind, name, digest, newest, count, source, imported, files } = pack;
  return {
    kind,
    name,
    digest,
    newest,
    age: ageInDays(newest, today()),
    count,
    size: packSize(pack),
    source,
    imported,
    files,
  };
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
