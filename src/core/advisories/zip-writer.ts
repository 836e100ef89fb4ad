import type { FileHandle } from 'node:fs/promises';
import * as zlib from 'node:zlib';

/**
 * A zip of stored members, of which every byte follows from the members alone (PKWARE APPNOTE 6.3.3, sections 4.3 and 4.4).
 * Nothing is compressed: what deflate makes depends on the version of zlib and on the processor, and the bytes are a digest.
 */
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;

/** 1 January 1980, 00:00, the earliest date of the format. */
const DATE = (1 << 5) | 1;
const VERSION = 20;
const VERSION_64 = 45;
/** Names are UTF-8 (section 4.4.4, bit 11). */
const UTF8 = 1 << 11;
const MAX_COUNT = 0xffff;
/** Offsets are written as 32 bits. */
const MAX_BYTES = 0xffffffff;

export interface ZipMember {
  name: string;
  data: Buffer;
}

/** Writes the members in the given order to an empty file. Throws `RangeError` above 4 GiB. */
export async function writeZip(file: FileHandle, members: Iterable<ZipMember>): Promise<void> {
  const central: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const header = headerOf(member);
    const parts = [Buffer.concat([u32(LOCAL), header, u16(0), nameOf(member)]), member.data];
    central.push(centralOf(member, header, offset));
    for (const part of parts) offset += await append(file, part);
    if (offset > MAX_BYTES) throw new RangeError('the zip would be larger than 4 GiB');
  }
  const directory = Buffer.concat(central);
  await append(file, directory);
  await append(file, endOf(central.length, directory.length, offset));
}

const nameOf = ({ name }: ZipMember): Buffer => Buffer.from(name, 'utf8');

/** The fields that local and central headers share (section 4.3.7), up to the length of the name. */
const headerOf = (member: ZipMember): Buffer =>
  Buffer.concat([
    ...[VERSION, UTF8, 0, 0, DATE].map(u16),
    ...[zlib.crc32(member.data), member.data.length, member.data.length].map(u32),
    u16(nameOf(member).length),
  ]);

/** Section 4.3.12. Extra field, comment, disk and attributes are zero. */
const centralOf = (member: ZipMember, header: Buffer, offset: number): Buffer =>
  Buffer.concat([u32(CENTRAL), u16(VERSION), header, Buffer.alloc(12), u32(offset), nameOf(member)]);

/** Sections 4.3.14 to 4.3.16. More than 65,534 members need the larger record. */
function endOf(count: number, size: number, offset: number): Buffer {
  const shown = Math.min(count, MAX_COUNT);
  const end = Buffer.concat([u32(END), ...[0, 0, shown, shown].map(u16), u32(size), u32(offset), u16(0)]);
  if (count < MAX_COUNT) return end;
  const large = [u64(44), u16(VERSION_64), u16(VERSION_64), u32(0), u32(0), ...[count, count, size, offset].map(u64)];
  const locator = [u32(LOCATOR_64), u32(0), u64(offset + size), u32(1)];
  return Buffer.concat([u32(END_64), ...large, ...locator, end]);
}

async function append(file: FileHandle, data: Buffer): Promise<number> {
  await file.writeFile(data);
  return data.length;
}

function u16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(value);
  return buffer;
}

function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

function u64(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer;
}
