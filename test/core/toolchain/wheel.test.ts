import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unpackWheel } from '../../../src/core/toolchain/wheel.js';
import { FileWriter } from '../../../src/core/toolchain/write-file.js';
import { temporaryFolder } from '../../support/scan.js';
import { wheel, type ZipEntry, zip } from './support.js';

const FILES = { 'demo/__init__.py': 'x = 1\n', 'demo/data.txt': 'data' };

async function unpack(...wheels: readonly Buffer[]): Promise<string> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'root'));
  const writer = new FileWriter(join(folder, 'root'));
  for (const [at, bytes] of wheels.entries()) {
    writeFileSync(join(folder, `${at}.whl`), bytes);
    await unpackWheel(join(folder, `${at}.whl`), writer);
  }
  return join(folder, 'root');
}

const more = (entry: ZipEntry): Buffer => wheel('demo', '1.0', FILES, { more: [entry] });
const record = (change: (sound: string) => string): Buffer => wheel('demo', '1.0', FILES, { record: change });

const HOSTILE: [string, Buffer, RegExp][] = [
  ['a name that leaves its folder', more({ name: '../evil.py' }), /\.\.\/evil\.py|invalid relative path/],
  ['such a name inside', more({ name: 'demo/../../evil.py' }), /evil\.py/],
  ['such a name behind its data folder', more({ name: 'demo-1.0.data/purelib/../../../evil' }), /evil/],
  ['an absolute name', more({ name: '/etc/evil' }), /evil/],
  ['a Windows name', more({ name: 'demo\\evil' }), /evil/],
  ['an empty part of a name', more({ name: 'demo//evil' }), /evil/],
  ['a name with an escape sequence', more({ name: 'demo/\u001b[2J' }), /holds the name/],
  ['a name twice', more({ name: 'demo/data.txt', content: 'data' }), /twice/],
  ['a link', more({ name: 'demo/link', content: '/etc/passwd', mode: 0o120777 }), /no plain file/],
  ['a device', more({ name: 'demo/dev', mode: 0o020666 }), /no plain file/],
  [
    'a file that RECORD does not list',
    more({ name: 'demo/evil.py', content: 'evil' }),
    /evil\.py is not what the RECORD/,
  ],
  ['a second package', more({ name: 'other-1.0.dist-info/RECORD' }), /two packages/],
  ['data of another package', more({ name: 'other-1.0.data/scripts/evil' }), /other-1\.0\.data/],
  ['data without a place', more({ name: 'demo-1.0.data/etc/evil' }), /no place/],
  ['a file that grew', more({ name: 'demo/x', content: 'abc', deflate: true, claims: { size: 1 } }), /cannot be read/],
  [
    'a file that shrank',
    more({ name: 'demo/x', content: 'abc', deflate: true, claims: { size: 9 } }),
    /cannot be read/,
  ],
  ['a hash that is wrong', record((text) => text.replace(/sha256=..../, 'sha256=AAAA')), /__init__\.py is not what/],
  ['a size that is wrong', record((text) => text.replace(/,6\n/, ',7\n')), /__init__\.py is not what/],
  ['a weak hash', record((text) => text.replace('sha256=', 'md5=')), /__init__\.py is not what/],
  ['a file without hash', record((text) => text.replace(/data\.txt,[^,]*,/, 'data.txt,,')), /data\.txt is not what/],
  ['a file that is missing', record((text) => `${text}demo/gone.py,sha256=AAAA,1\n`), /gone\.py is in the RECORD/],
  ['a line of RECORD twice', record((text) => text + text), /RECORD of a wheel cannot be read/],
  ['an empty RECORD', record(() => ''), /is not what the RECORD/],
  ['no RECORD', zip([{ name: 'demo/__init__.py' }]), /no RECORD/],
  ['no zip', Buffer.from('<html>not found</html>'), /no readable zip/],
];

describe('a wheel is refused for', () => {
  it.each(HOSTILE)('%s', async (_name, bytes, message) => {
    await expect(unpack(bytes)).rejects.toThrow(message);
    await expect(unpack(bytes)).rejects.toMatchObject({ name: 'Fault', code: 'toolchain' });
  });

  it('a file that another wheel brought with other content', async () => {
    const other = wheel('other', '1.0', { 'demo/data.txt': 'evil' });
    await expect(unpack(wheel('demo', '1.0', FILES), other)).rejects.toThrow(/two different files/);
  });

  it('any bytes cut off', async () => {
    const whole = wheel('demo', '1.0', FILES);
    for (const length of [0, 10, whole.length / 2, whole.length - 1]) {
      await expect(unpack(whole.subarray(0, length))).rejects.toMatchObject({ name: 'Fault' });
    }
  });
});

describe('unpackWheel', () => {
  it('puts each part in its place and leaves bytecode out', async () => {
    const root = await unpack(
      wheel('demo', '1.0', {
        ...FILES,
        'demo/old.pyc': 'bytecode',
        'demo/__pycache__/x.cpython-311.pyc': 'bytecode',
        'demo-1.0.data/scripts/tool': '#!python\n',
        'demo-1.0.data/purelib/pure.py': 'pure',
        'demo-1.0.data/data/share/doc': 'doc',
      }),
    );
    expect(readdirSync(root, { recursive: true }).sort()).toEqual(
      [
        ...['bin', 'bin/tool', 'data', 'data/share', 'data/share/doc', 'site', 'site/demo', 'site/demo-1.0.dist-info'],
        ...['METADATA', 'RECORD', 'WHEEL'].map((name) => `site/demo-1.0.dist-info/${name}`),
        ...['site/demo/__init__.py', 'site/demo/data.txt', 'site/pure.py'],
      ].sort(),
    );
    expect(statSync(join(root, 'bin/tool')).mode & 0o111).not.toBe(0);
    expect(statSync(join(root, 'site/pure.py')).mode & 0o111).toBe(0);
    expect(existsSync(join(root, 'site/demo/old.pyc'))).toBe(false);
  });

  it('lets two wheels bring the same file', async () => {
    const root = await unpack(wheel('demo', '1.0', FILES), wheel('other', '1.0', { 'demo/data.txt': 'data' }));
    expect(readFileSync(join(root, 'site/demo/data.txt'), 'utf8')).toBe('data');
  });

  it('unpacks files of any size as they are', async () => {
    const large = `${'0123456789abcdef'.repeat(400_000)}end`;
    const root = await unpack(wheel('demo', '1.0', { 'demo/large': large, 'demo/empty': '' }));
    expect(readFileSync(join(root, 'site/demo/large'), 'utf8')).toBe(large);
    expect(statSync(join(root, 'site/demo/empty')).size).toBe(0);
  });
});
