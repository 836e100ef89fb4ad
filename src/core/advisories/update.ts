import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../lib/errors.js';
import { download, downloadLimit, packAddress } from './download.js';
import { importPack } from './import.js';
import { type PackName, packLabel } from './kind.js';
import type { Pack } from './pack.js';
import { stagingFolder } from './store.js';

export interface UpdateRequest {
  pack: PackName;
  /** Base address of a mirror. */
  from?: string | undefined;
  /** Day of the data, for a Retire.js list from a mirror. */
  date?: string | undefined;
  /** `YYYY-MM-DD`. */
  today: string;
  signal?: AbortSignal;
}

/**
 * Downloads a pack's data and imports them; what fails leaves the pack in use as it was. Throws `Refusal` and `Fault`.
 */
export async function updatePack(store: string, request: UpdateRequest): Promise<Pack> {
  const { pack, today, signal } = request;
  const url = packAddress(pack, request.from);
  const date = dateOf(request);
  const folder = await stagingFolder(store);
  try {
    const path = join(folder, 'data');
    await download(url, path, downloadLimit(pack), signal);
    return await importPack(store, { pack, path, date, today, source: url.href, onlyNewer: true });
  } catch (error) {
    throw error instanceof Refusal ? from(url, error) : error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What is wrong with an answer is told of its address, not of the file that it was kept in for a moment. */
function from({ href }: URL, refusal: Refusal): Refusal {
  const problems = refusal.problems.map((problem) => ({ ...problem, file: href }));
  return new Refusal(refusal.code, problems, { cause: refusal });
}

/** The project's own list is the newest one on the day of the download; what a mirror serves may be old. */
function dateOf({ pack, from, date, today }: UpdateRequest): string | undefined {
  if (pack.kind !== 'retire' || date !== undefined) return date;
  if (from === undefined) return today;
  const remedy = 'Give the day on which the mirror took the list.';
  throw new Refusal('usage', [{ message: `--date: needed for ${packLabel(pack)} from a mirror`, remedy }]);
}
