import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importPack } from '../../src/core/advisories/import.js';
import { parsePackName } from '../../src/core/advisories/kind.js';
import { hostProgram } from '../../src/core/lib/sandbox/programs.js';

const DAY = '2026-11-21';
const OSV = 'test/tools/osv-scanner/advisories';
const RETIRE = 'test/tools/retire-js/advisories/list.json';
const GRYPE = 'test/tools/grype/advisories.sql';

/** Imports made-up advisories about the packages of the fixtures into an empty store. */
export async function importFixtures(store: string): Promise<void> {
  const take = (label: string, path: string, date?: string) =>
    importPack(store, { pack: parsePackName(label), path, date, today: DAY, source: 'file' });
  for (const name of readdirSync(OSV)) await take(`osv/${name}`, join(OSV, name));
  await take('retire', RETIRE, DAY);
  await take('grype', grypeDatabase(`${store}-grype`), DAY);
}

/** Grype's database, made from its text by Python's SQLite: Node has none before version 22. */
function grypeDatabase(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const program = 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(open(sys.argv[2]).read())';
  execFileSync(hostProgram('python'), ['-I', '-c', program, join(folder, 'vulnerability.db'), GRYPE]);
  writeFileSync(join(folder, 'import.json'), '{ "digest": "xxh64:0", "client_version": "v6.1.4" }\n');
  return folder;
}
