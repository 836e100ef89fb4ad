import { closeSync, fsyncSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { auditChain } from '../lib/audit.js';
import { canonicalJson } from '../lib/canonical.js';
import { forTerminal } from '../lib/escape.js';
import { redact } from '../lib/redact.js';
import { writeDurably } from './staging.js';

/** Opens the log of decisions in the run's folder: written event by event, so that a killed run leaves what it had done. */
export function openAuditLog(folder: string, run: string, clock: () => Date) {
  mkdirSync(folder, { recursive: true });
  const fd = openSync(join(folder, 'audit.jsonl'), 'wx', 0o644);
  // Unlike `writeSync` it goes on after a short write, which would tear an entry.
  const chain = auditChain(run, clock, (entry) => writeFileSync(fd, `${canonicalJson(entry)}\n`));
  const close = () => {
    fsyncSync(fd);
    closeSync(fd);
  };
  return { ...chain, close };
}

/** Writes the step logs into the record, without what looks like a secret and without what would steer a terminal. */
export async function writeLogs(folder: string, logs: readonly { name: string; path: string }[]): Promise<void> {
  for (const { name, path } of logs) {
    const text = await readFile(path, 'utf8').catch(() => '');
    if (text !== '') await writeDurably(join(folder, 'logs', name), [redactedLog(text)]);
  }
}

/** Redacted as a whole: a private key has many lines. */
const redactedLog = (text: string): string => redact(text).split('\n').map(forTerminal).join('\n');

/** Writes one JSON Lines file of the record. */
export const writeLines = (path: string, values: readonly object[]) =>
  writeDurably(
    path,
    values.map((value) => `${canonicalJson(value)}\n`),
  );
