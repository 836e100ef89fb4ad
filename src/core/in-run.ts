import { tmpdir } from 'node:os';
import { admitScan, operatorFiles, operatorPrograms } from './admission.js';
import { checkBundleId } from './bundle/id.js';
import { diskFaults } from './disk.js';
import { bundlesFolder } from './pinned.js';
import type { Catalog } from './plan/catalog.js';
import { closeRun, openRun, type ScanPorts } from './run.js';
import type { ScanRequest } from './scan-request.js';
import { guardTree } from './source/guard.js';
import { parseSource, withGitDir } from './source/request.js';
import type { SourceRequest } from './source/snapshot.js';
import type { Context } from './stages.js';
import { withTrustedBase } from './trusted-base.js';

/**
 * Does work in a run of its own, over a source that may be read by rules that hold. What can be refused is refused before a
 * process starts; whatever happens, nothing of the run is left but what the work published.
 */
export async function inRun<T>(
  asked: ScanRequest,
  given: Catalog,
  ports: ScanPorts,
  work: (source: SourceRequest, context: Context) => Promise<T>,
): Promise<T> {
  checkBundleId(asked.bundleId);
  const source = withGitDir(parseSource(asked.source), asked.allowGitDir ?? false);
  const { exportDir } = asked;
  const guarded = { documents: await operatorFiles(asked), exportDir: bundlesFolder(asked) };
  const inside = await guardTree(source, guarded);
  const { request, catalog, decisions } = await withTrustedBase(asked, given, ports.signal);
  const admission = await admitScan(request, catalog, ports.clock);
  await guardTree(source, { documents: operatorPrograms(admission), exportDir });
  const explain = diskFaults(request.exportDir, tmpdir());
  const run = await openRun(admission.plan, request, catalog, ports).catch(explain);
  try {
    for (const decision of decisions) run.audit.record(decision);
    return await work(source, { request, catalog, admission, run, ports, inside });
  } catch (error) {
    return await explain(error);
  } finally {
    await closeRun(run);
  }
}
