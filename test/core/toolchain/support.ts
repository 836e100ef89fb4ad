import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { type Machine, pythonProgram, thisMachine } from '../../../src/core/lib/machine.js';
import { type Tool, toolSchema } from '../../../src/core/plan/tool.js';
import type { Staging } from '../../../src/core/toolchain/incoming.js';
import type { InstallEvent, InstallPorts } from '../../../src/core/toolchain/install.js';
import { openStore, type Store } from '../../../src/core/toolchain/store.js';

/** One entry of a zip archive as it is written, however wrong. */
export interface ZipEntry {
  name: string;
  content?: string;
  /** Unix mode with file type. */
  mode?: number;
  deflate?: boolean;
  /** What the directory claims, when it lies. */
  claims?: { size?: number; crc?: number };
}

/** A zip archive (APPNOTE.TXT), written by hand so that it can be hostile. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content = '', mode = 0o100644, deflate = false, claims = {} } of entries) {
    const [path, plain] = [Buffer.from(name), Buffer.from(content)];
    const data = deflate ? deflateRawSync(plain) : plain;
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x800, 2);
    fields.writeUInt16LE(deflate ? 8 : 0, 4);
    fields.writeUInt32LE(claims.crc ?? crc32(plain), 10);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(claims.size ?? plain.length, 18);
    fields.writeUInt16LE(path.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, path, data]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((mode << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 3]), fields, rest, path]));
    locals.push(local);
    offset += local.length;
  }
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(index.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, index, Buffer.from('PK\x05\x06'), end]);
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** A sound wheel of a project with these files; `record` replaces the text of its RECORD. */
export function wheel(
  name: string,
  version: string,
  files: Readonly<Record<string, string>>,
  options: { record?: (sound: string) => string; more?: readonly ZipEntry[]; requires?: readonly string[] } = {},
): Buffer {
  const info = `${name}-${version}.dist-info`;
  const requires = (options.requires ?? []).map((one) => `Requires-Dist: ${one}\n`).join('');
  const all: Record<string, string> = {
    ...files,
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n${requires}`,
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  };
  const lines = Object.entries(all).map(([path, text]) => `${path},sha256=${hashOf(text)},${Buffer.byteLength(text)}`);
  const sound = `${lines.join('\n')}\n${info}/RECORD,,\n`;
  const record = options.record?.(sound) ?? sound;
  const entries = Object.entries(all).map(([path, content]) => ({ name: path, content, deflate: true }));
  return zip([...entries, { name: `${info}/RECORD`, content: record }, ...(options.more ?? [])]);
}

/** Writes files below a folder. */
export function fill(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** A staging area of a store that holds these files. */
export async function staged(store: Store, files: Readonly<Record<string, string>>): Promise<Staging> {
  const staging = await store.stage();
  fill(staging.root, files);
  return staging;
}

/** This machine; Python's minor version is taken from the system. */
export const machine: Machine = thisMachine();

/** Ports of an install whose events are kept. */
export function portsFor(folder: string, env: NodeJS.ProcessEnv = {}): InstallPorts & { events: InstallEvent[] } {
  const events: InstallEvent[] = [];
  return {
    store: openStore(join(folder, 'store')),
    machine,
    env: { HOME: folder, ...env },
    signal: new AbortController().signal,
    download: () => Promise.reject(new Error('no network in tests')),
    onEvent: (event) => void events.push(event),
    events,
  };
}

const RUN = { args: [], report: { format: 'sarif', file: 'report.json' }, exitCodes: { clean: [0] } };

export const run = (interpreter: 'none' | 'node' | 'python', entry: string) => ({ ...RUN, interpreter, entry });

/** A tool file with one supplier. */
export const toolOf = (id: string, ...suppliers: readonly object[]): Tool =>
  toolSchema.parse({
    schemaVersion: 1,
    id,
    name: id,
    description: 'A tool of a test.',
    category: 'sast',
    suppliers,
    appliesTo: { files: ['**'] },
    judges: 'tree',
    capabilities: { memory: '1GiB', cpu: '1m', wall: '1m', pids: 8, output: '1MiB', tmp: '1MiB', net: 'none' },
    cost: 1,
  });

/** Whether the system's Python has pip, which is not part of it everywhere. */
export const hasPip = (() => {
  try {
    execFileSync(pythonProgram() ?? '', ['-I', '-m', 'pip', '--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
