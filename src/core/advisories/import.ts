import { rm } from 'node:fs/promises';
import { Refusal } from '../lib/errors.js';
import { ageInDays, isDate } from './age.js';
import { makeDatabasePack } from './database.js';
import { type PackName, packLabel } from './kind.js';
import { makeOsvPack } from './osv.js';
import { openOsvInput } from './osv-input.js';
import type { Pack, PackContents } from './pack.js';
import { refuse } from './refuse.js';
import { makeRetirePack } from './retire.js';
import { currentPack, stagingFolder, storePack } from './store.js';

export interface ImportRequest {
  pack: PackName;
  /** File or folder; what it may be depends on the kind. */
  path: string;
  /** Day of the data, `YYYY-MM-DD`, for kinds whose data do not tell. */
  date?: string | undefined;
  /** The day of the import, `YYYY-MM-DD`. */
  today: string;
  /** The address that the data came from, or `file`. */
  source: string;
  /** Refuse data that are older than those in use: whoever answers for a mirror could keep a known hole open. */
  onlyNewer?: boolean;
}

/**
 * Checks advisory data and makes them the pack in use, whole or not at all. Throws `Refusal` for data that do not hold
 * and `Fault` for a store that does not work.
 */
export async function importPack(store: string, request: ImportRequest): Promise<Pack> {
  const { date, today, source } = request;
  if (date !== undefined && (!isDate(date) || ageInDays(date, today) < 0))
    throw new Refusal('usage', [{ message: '--date: expected a day that is not in the future, as YYYY-MM-DD' }]);
  const staged = await stagingFolder(store);
  try {
    const contents = await makePack(request, staged);
    checkDates(request, contents, await currentNewest(store, request));
    return await storePack(store, staged, contents, { source, imported: today });
  } finally {
    await rm(staged, { recursive: true, force: true });
  }
}

async function makePack({ pack, path, date, today }: ImportRequest, staged: string): Promise<PackContents> {
  switch (pack.kind) {
    case 'osv':
      refuseDate(pack, date);
      return makeOsvPack(await openOsvInput(path), pack.name, today, staged);
    case 'retire':
      if (date === undefined)
        throw refuse(path, 'does not tell its age', 'Give the day of its data with --date YYYY-MM-DD.');
      return makeRetirePack(path, date, staged);
    case 'trivy':
    case 'grype':
      return makeDatabasePack(pack.kind, path, date, staged);
  }
}

/** The records have dates; another one could only make them look newer. */
function refuseDate(pack: PackName, date: string | undefined): void {
  if (date !== undefined)
    throw new Refusal('usage', [{ message: `--date: the data of ${packLabel(pack)} tell their age themselves` }]);
}

/** A damaged pack is no reason to keep it. */
const currentNewest = async (store: string, { pack }: ImportRequest): Promise<string | undefined> =>
  (await currentPack(store, pack).catch(() => undefined))?.newest;

function checkDates({ path, today, pack, onlyNewer }: ImportRequest, { newest }: PackContents, current = ''): void {
  if (ageInDays(newest, today) < -1) throw refuse(path, `is dated ${newest.slice(0, 10)}, after ${today}`);
  if (onlyNewer === true && newest < current)
    throw refuse(
      path,
      `ends on ${newest}, the advisories in use on ${current}`,
      `If that is right, \`security-scan advisories import ${packLabel(pack)} PATH\` takes older data.`,
    );
}
