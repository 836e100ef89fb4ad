import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as zlib from 'node:zlib';
import { importPack } from '../../../src/core/advisories/import.js';
import { parsePackName } from '../../../src/core/advisories/kind.js';
import type { Pack } from '../../../src/core/advisories/pack.js';
import { writeZip } from '../../../src/core/advisories/zip-writer.js';
import { Fault, Refusal } from '../../../src/core/lib/errors.js';
import { temporaryFolder } from '../../support/scan.js';

export const TODAY = '2026-08-22';
const SCRATCH = temporaryFolder();

export const freshFolder = (): string => mkdtempSync(join(SCRATCH, 'f-'));

/** An OSV record that affects every version of a package. */
export const record = (id: string, more: object = {}, ecosystem = 'npm') => ({
  id,
  modified: '2026-08-20T10:00:00Z',
  affected: [
    {
      package: { ecosystem, name: 'left-pad' },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '1.3.1' }] }],
    },
  ],
  ...more,
});

/** A folder of files; what is no text is written as JSON. */
export function folderOf(files: Readonly<Record<string, unknown>>): string {
  const folder = freshFolder();
  for (const [name, value] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), textOf(value));
  }
  return folder;
}

const textOf = (value: unknown): string | Buffer =>
  typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value);

/** A zip of such files. */
export async function zipOf(files: readonly (readonly [string, unknown])[]): Promise<string> {
  const path = join(freshFolder(), 'all.zip');
  const file = await open(path, 'wx');
  await writeZip(
    file,
    files.map(([name, value]) => ({ name, data: Buffer.from(textOf(value)) })),
  );
  await file.close();
  return path;
}

/** A member of a hand-made zip; `size` and `crc` may lie. */
export interface RawMember {
  name: string;
  data: Buffer;
  size?: number;
  crc?: number;
}

/** A zip of deflated members. */
export function deflatedZip(members: readonly RawMember[]): string {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  for (const { name, data, size = data.length, crc = zlib.crc32(data) } of members) {
    const packed = zlib.deflateRawSync(data);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc, 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(size, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const offset = Buffer.alloc(16);
    offset.writeUInt32LE(Buffer.concat(local).length, 12);
    central.push(Buffer.from('PK\x01\x02\x14\0', 'latin1'), fields, offset.subarray(2), Buffer.from(name));
    local.push(Buffer.from('PK\x03\x04', 'latin1'), fields, Buffer.from(name), packed);
  }
  const body = Buffer.concat(local);
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(body.length, 16);
  const path = join(freshFolder(), 'all.zip');
  writeFileSync(path, Buffer.concat([body, directory, end]));
  return path;
}

/** Imports as the operator would on TODAY. */
export const take = (
  store: string,
  label: string,
  path: string,
  more: { date?: string; onlyNewer?: boolean } = {},
): Promise<Pack> => importPack(store, { pack: parsePackName(label), path, today: TODAY, source: 'file', ...more });

/** What a refused or failed call says, and how it ends; `undefined` when it does not fail. */
export async function failure(work: Promise<unknown>): Promise<{ exit: number; message: string } | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return { exit: 2, message: error.message };
    if (error instanceof Fault) return { exit: 3, message: `${error.message}\n${error.remedy}` };
    throw error;
  }
}

/** A Retire.js repository with one vulnerability. */
export const retireList = {
  jquery: {
    vulnerabilities: [
      { below: '1.6.3', severity: 'medium', cwe: ['CWE-79'], identifiers: { CVE: ['CVE-2011-4969'] }, info: [] },
    ],
    extractors: { filename: ['jquery-(§§version§§)\\.js'] },
  },
};
