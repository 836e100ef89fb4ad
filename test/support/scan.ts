import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Catalog } from '../../src/core/plan/catalog.js';
import type { ScanEvent } from '../../src/core/run.js';
import { type ScanResult, scan } from '../../src/core/scan.js';
import type { ScanRequest } from '../../src/core/scan-request.js';

/** A temporary folder that is gone after the tests. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'folder-'));
}

/** A scan as the command line runs it. */
export function scanWith(
  catalog: Catalog,
  request: Partial<ScanRequest> & { source: string; exportDir: string },
  ports: { signal?: AbortSignal; onEvent?: (event: ScanEvent) => void } = {},
): Promise<ScanResult> {
  const { signal = new AbortController().signal, onEvent = () => {} } = ports;
  return scan(request, catalog, { clock: () => new Date(), signal, onEvent });
}
