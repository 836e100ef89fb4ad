import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const corpora = fileURLToPath(new URL('../../../../../shared/corpora', import.meta.url));

/** A folder or file of the public corpora, which are kept beside the repository and are not part of it. */
export function corpus(path: string): { path: string; missing: boolean; label: string } {
  const full = `${corpora}/${path}`;
  const missing = !existsSync(full);
  return { path: full, missing, label: missing ? `skipped: ../shared/corpora/${path} is not here` : path };
}

export const naughtyStrings = (): string[] =>
  JSON.parse(readFileSync(corpus('text/blns.json').path, 'utf8')) as string[];
