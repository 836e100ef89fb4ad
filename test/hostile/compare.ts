import type { ScanResult } from '../../src/core/scan.js';
import type { ScanRequest } from '../../src/core/scan-request.js';
import { linesIn } from '../support/bundle.js';
import { builtCatalog } from '../support/catalog.js';
import { scanWith } from '../support/scan.js';

export interface Scanned {
  result: ScanResult;
  /** `tool rule path:line` of every finding, sorted. */
  findings: string[];
}

/** Scans with the tools as built. */
export async function scanBuilt(source: string, exportDir: string, more: Partial<ScanRequest> = {}): Promise<Scanned> {
  const result = await scanWith(await builtCatalog(), { source, exportDir, ...more });
  return { result, findings: findingsIn(result.bundle.folder) };
}

export const findingsIn = (bundle: string): string[] =>
  linesIn(bundle, 'findings.jsonl')
    .map(({ tool, rule, path, startLine }) => `${tool} ${rule} ${path}:${startLine}`)
    .sort();

/** Those findings that lie in these files. */
export const inFiles = (findings: readonly string[], paths: readonly string[]): string[] =>
  findings.filter((finding) => paths.some((path) => new RegExp(`^\\S+ \\S+ ${literally(path)}:\\d+$`).test(finding)));

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
