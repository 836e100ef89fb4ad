import { lstatSync, readdirSync, type Stats } from 'node:fs';

const SLASH = Buffer.from('/');

/**
 * Visits a path and all below it, a folder before its entries, links not followed. Names are bytes: a job may make any.
 * `visit` returns false to stop. Entries that vanish meanwhile are passed over.
 */
export function walk(path: string, visit: (entry: Buffer, stat: Stats) => boolean): void {
  const pending: Buffer[] = [Buffer.from(path)];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const stat = lstatSync(at, { throwIfNoEntry: false });
    if (stat === undefined) continue;
    if (!visit(at, stat)) return;
    if (stat.isDirectory()) pending.push(...below(at));
  }
}

function below(folder: Buffer): Buffer[] {
  try {
    return readdirSync(folder, { encoding: 'buffer' }).map((name) => Buffer.concat([folder, SLASH, name]));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'ENOTDIR') return [];
    throw error;
  }
}
