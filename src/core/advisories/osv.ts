import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { printable } from '../lib/printable.js';
import { ageInDays } from './age.js';
import { hashFile } from './files.js';
import type { Ecosystem } from './kind.js';
import type { OsvInput } from './osv-input.js';
import { type OsvRecord, readOsvRecord } from './osv-record.js';
import type { PackContents } from './pack.js';
import { refuse, refuseAll } from './refuse.js';
import { writeZip } from './zip-writer.js';

/** The name by which osv-scanner looks for the advisories of an ecosystem. */
export const OSV_FILE = 'all.zip';

/** What one record keeps until the zip is written. */
interface Kept {
  id: string;
  newest: string;
  withdrawn: boolean;
  data: Buffer;
}

/**
 * Makes a pack of OSV records in a staging folder: a zip that is the same for the same records, wherever they came from.
 * Records of other ecosystems, two records with one id, and no record at all are refused, and so is a change that is dated
 * after `today` (`YYYY-MM-DD`): it would keep the pack fresh for ever. Throws `Refusal`.
 */
export async function makeOsvPack(
  input: OsvInput,
  ecosystem: Ecosystem,
  today: string,
  staged: string,
): Promise<PackContents> {
  const records = await readRecords(input, ecosystem, today);
  const valid = records.filter(({ withdrawn }) => !withdrawn);
  if (valid.length === 0) throw refuse(input.path, `holds no advisory for ${ecosystem}`);
  const path = join(staged, OSV_FILE);
  const file = await open(path, 'wx');
  try {
    await writeZip(file, membersOf(records));
  } finally {
    await file.close();
  }
  const newest =
    records
      .map((record) => record.newest)
      .sort()
      .at(-1) ?? '';
  const files = { [OSV_FILE]: await hashFile(path) };
  const names = ecosystem === 'PyPI' ? ({ names: 'pep503' } as const) : {};
  return { schemaVersion: 1, kind: 'osv', name: ecosystem, newest, count: valid.length, files, ...names };
}

function* membersOf(records: readonly Kept[]) {
  for (const { id, data } of records) yield { name: `${id}.json`, data };
}

/** All records, by id. */
async function readRecords(input: OsvInput, ecosystem: Ecosystem, today: string): Promise<Kept[]> {
  const records = new Map<string, Kept>();
  const problems: string[] = [];
  for await (const { name, data, form } of input.members()) {
    try {
      const { id, newest, withdrawn, text } = checked(readOsvRecord(data, form), ecosystem, today);
      if (records.has(id)) throw new Error('has an id that another record has too');
      records.set(id, { id, newest, withdrawn, data: Buffer.from(text, 'utf8') });
    } catch (error) {
      problems.push(`${printable(name, 120)} ${error instanceof Error ? error.message : 'cannot be read'}`);
    }
  }
  const remedy = `Advisories for ${ecosystem} in the OSV format are expected, as osv.dev publishes them.`;
  if (problems.length > 0) throw refuseAll(input.path, problems, remedy);
  return [...records.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** A withdrawn record affects nothing, so it need not name a package. */
function checked(record: OsvRecord, ecosystem: Ecosystem, today: string): OsvRecord {
  const { ecosystems, withdrawn, newest } = record;
  if (!ecosystems.includes(ecosystem) && !(withdrawn && ecosystems.length === 0))
    throw new Error(`names no package of ${ecosystem}`);
  // A day of grace: the clock of the importer may be behind.
  if (ageInDays(newest, today) < -1) throw new Error(`is dated after ${today}`);
  return record;
}
