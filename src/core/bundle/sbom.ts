import { join } from 'node:path';
import type { Component } from '../findings/component.js';
import { readJsonBatches } from '../lib/plain-file.js';
import type { BundleInput } from './documents.js';
import { sbomOf } from './packages.js';
import { MEDIA, type Staging } from './staging.js';

/** Documents that need a time take the commit's; without a commit the start of 1980, the oldest a ZIP can hold. */
const NO_TIME = '1980-01-01T00:00:00Z';

/** Renders the components that SBOM steps found as CycloneDX and SPDX. Nothing is written when no such step had a result. */
export async function writeSbom({ evidence, runs }: BundleInput, into: Staging): Promise<void> {
  const read = runs.flatMap((run) =>
    run.outcome.category === 'sbom' && run.results !== undefined ? [run.results] : [],
  );
  if (read.length === 0) return;
  const components: Component[] = [];
  for (const folder of read) {
    for await (const values of readJsonBatches(join(folder, 'components.jsonl')))
      components.push(...(values as Component[]));
  }
  // Loaded when needed: the library costs every other run 0.1 s at its start.
  const { renderCycloneDx } = await import('./cyclonedx.js');
  const { renderSpdx } = await import('./spdx.js');
  const { plan, snapshot } = evidence;
  const subject = {
    name: plan.manifest?.product ?? 'source',
    version:
      plan.manifest?.version ?? (snapshot.subject.kind === 'gitCommit' ? snapshot.subject.commit : snapshot.treeDigest),
    commitTime: snapshot.subject.time ?? NO_TIME,
    digest: snapshot.treeDigest,
  };
  const sbom = sbomOf(components, subject);
  await into.text('reports/sbom/sbom.cyclonedx.json', MEDIA.cyclonedx, renderCycloneDx(sbom));
  await into.text('reports/sbom/sbom.spdx.json', MEDIA.spdx, renderSpdx(sbom));
}
