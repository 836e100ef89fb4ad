import { join } from 'node:path';
import type { ScanResult } from '../../../src/core/scan.js';
import { scriptedCatalog } from '../../support/catalog.js';
import { smallSource } from '../../support/faults.js';
import { findingLine, jsonLines, leaves, reportText } from '../../support/reports.js';
import { scanWith } from '../../support/scan.js';
import { folderOf, retireList, TODAY, take } from '../advisories/data.js';

const component = {
  type: 'component',
  purl: 'pkg:npm/left-pad@1.3.0',
  name: 'left-pad',
  version: '1.3.0',
  path: 'a.txt',
  line: 1,
  scope: 'required',
  hashes: {},
  licenses: ['MIT'],
  dependsOn: [],
};

const flaw = (CVE: string) => ({ severity: 'medium', identifiers: { CVE: [CVE] }, info: [] });

/** A report of Retire.js on `a.txt`. */
const REPORT = {
  version: '5.0.0',
  data: [
    {
      file: '/src/view/a.txt',
      results: [
        {
          component: 'jquery',
          version: '1.6.1',
          detection: 'filecontent',
          vulnerabilities: [flaw('CVE-2020-0002'), flaw('CVE-2020-0001')],
        },
      ],
    },
  ],
  errors: [],
  vulnerabilityRepositories: ['list.json'],
};

const writes = (name: string, text: string): string =>
  `import * as fs from 'node:fs';\nfs.writeFileSync('/out/${name}', ${JSON.stringify(text)});\n`;

/**
 * A real scan whose bundle has a statement of every kind: a tool with findings, one that lists components, and one that
 * judges by advisories; with `failing`, an advisory scanner that fails. `prepare` may change the source before.
 */
export async function richScan({ failing = false, prepare = (_source: string) => {} } = {}): Promise<ScanResult> {
  const { folder, source, exportDir } = smallSource();
  prepare(source);
  const advisories = join(folder, 'advisories');
  await take(advisories, 'retire', join(folderOf({ 'list.json': retireList }), 'list.json'), { date: TODAY });
  const report = { format: 'retire', file: 'report.json' };
  const sca = { category: 'sca', advisories: 'retire' };
  const catalog = await scriptedCatalog(folder, [
    { id: 'finder', script: leaves(reportText([findingLine()])) },
    {
      id: 'lists',
      script: writes('report.jsonl', jsonLines([component, { type: 'end', files: 1, findings: 0 }])),
      tool: { category: 'sbom' },
    },
    { id: 'advises', script: writes('report.json', JSON.stringify(REPORT)), report, tool: sca },
    ...(failing ? [{ id: 'fails', script: 'process.exit(3);', report, tool: sca }] : []),
  ]);
  const request = { source, exportDir, profile: 'scripted', asOf: TODAY };
  return scanWith({ ...catalog, advisories }, request);
}
