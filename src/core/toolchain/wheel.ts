import { installFault } from './fault.js';
import { isBytecode } from './file-list.js';
import { parseRecord, type Recorded } from './record.js';
import type { FileWriter, Written } from './write-file.js';
import { type ZipMember, zipMembers } from './zip.js';

const RECORD = /^([^/]+)\.dist-info\/RECORD$/;
/** Signatures of RECORD, which RECORD cannot hold. */
const UNRECORDED = /^[^/]+\.dist-info\/RECORD(\.jws|\.p7s)?$/;
const DATA = /^([^/]+)\.data\/([^/]+)\/(.+)$/;
const MAX_RECORD = 2 ** 25;

/** Where the parts of a wheel's `.data` go (Binary distribution format, "The .data directory"). */
const PLACES: Readonly<Record<string, string>> = {
  purelib: 'site',
  platlib: 'site',
  scripts: 'bin',
  data: 'data',
  headers: 'include',
};

/**
 * Unpacks a wheel: modules to `site/`, scripts to `bin/`. Nothing of it is run, and bytecode is left out. Throws `Fault`
 * code `toolchain` for a wheel that is broken, whose files are not those of its RECORD, or whose names leave its folder.
 */
export async function unpackWheel(wheel: string, writer: FileWriter): Promise<void> {
  const found = new Map<string, Written>();
  let record: { base: string; text: string } | undefined;
  const bases = new Set<string>();
  for await (const member of zipMembers(wheel)) {
    const [, base] = RECORD.exec(member.path) ?? [];
    if (base !== undefined) {
      if (record !== undefined) throw installFault('a wheel holds two packages');
      record = { base, text: await textOf(member) };
    }
    const place = placeOf(member);
    if (place.base !== undefined) bases.add(place.base);
    if (!isBytecode(place.path))
      found.set(member.path, await writer.write(place.path, member.content(), place.executable, member.size));
  }
  if (record === undefined) throw installFault('a wheel has no RECORD');
  for (const base of bases)
    if (base !== record.base) throw installFault(`a wheel of ${record.base} holds ${base}.data`);
  compare(found, parseRecord(record.text));
}

function placeOf({ path, executable }: ZipMember): { path: string; executable: boolean; base?: string } {
  const [, base, key = '', rest] = DATA.exec(path) ?? [];
  if (base === undefined) return { path: `site/${path}`, executable };
  const folder = PLACES[key];
  if (folder === undefined) throw installFault(`a wheel holds ${path}, which has no place`);
  return { path: `${folder}/${rest}`, executable: executable || key === 'scripts', base };
}

function compare(found: ReadonlyMap<string, Written>, record: ReadonlyMap<string, Recorded> | undefined): void {
  if (record === undefined) throw installFault('the RECORD of a wheel cannot be read');
  for (const [path, { sha256, size }] of found) {
    if (UNRECORDED.test(path)) continue;
    const recorded = record.get(path);
    if (recorded?.sha256 !== sha256.toString('base64url') || (recorded.size ?? size) !== size)
      throw installFault(`${path} is not what the RECORD of its wheel says`);
  }
  for (const path of record.keys())
    if (!found.has(path) && !isBytecode(path))
      throw installFault(`${path} is in the RECORD of a wheel and not in the wheel`);
}

async function textOf(member: ZipMember): Promise<string> {
  if (member.size > MAX_RECORD) throw installFault('the RECORD of a wheel is too large');
  const chunks: Buffer[] = [];
  for await (const chunk of member.content()) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
