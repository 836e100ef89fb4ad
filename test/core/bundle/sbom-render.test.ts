import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { renderCycloneDx } from '../../../src/core/bundle/cyclonedx.js';
import { sbomOf } from '../../../src/core/bundle/packages.js';
import { renderSpdx } from '../../../src/core/bundle/spdx.js';
import { COMPONENTS, component, SUBJECT } from './sbom-sample.js';

const GOLDEN = join(import.meta.dirname, '../../golden/sbom');
type Given = Parameters<typeof sbomOf>;
const cycloneDxText = (...given: Given) => renderCycloneDx(sbomOf(...given));
const spdxText = (...given: Given) => renderSpdx(sbomOf(...given));
const RENDERERS = [
  ['cyclonedx.json', cycloneDxText],
  ['spdx.json', spdxText],
] as const;

interface CycloneDx {
  serialNumber: string;
  metadata: { timestamp: string; component: { 'bom-ref': string } };
  components: { 'bom-ref': string; purl: string; scope: string }[];
  dependencies: { ref: string; dependsOn?: string[] }[];
}
interface Spdx {
  documentNamespace: string;
  creationInfo: { created: string };
  packages: { SPDXID: string; licenseDeclared: string }[];
  hasExtractedLicensingInfos?: { licenseId: string }[];
  relationships: { spdxElementId: string; relationshipType: string; relatedSpdxElement: string }[];
}
const cycloneDx = (...given: Given) => JSON.parse(cycloneDxText(...given)) as CycloneDx;
const spdx = (...given: Given) => JSON.parse(spdxText(...given)) as Spdx;

describe.each(RENDERERS)('%s', (name, render) => {
  it.each(['', 'yesterday', '2024-13-01T00:00:00Z'])('a commit time that is none is an error: %j', (commitTime) => {
    expect(() => render(COMPONENTS, { ...SUBJECT, commitTime })).toThrow(TypeError);
  });

  it('is the golden document', () => {
    const text = render(COMPONENTS, SUBJECT);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(join(GOLDEN, name), text);
    expect(text).toBe(readFileSync(join(GOLDEN, name), 'utf8'));
  });

  it('is the same bytes in any order of entries, twice over, and for the same instant in another zone', () => {
    const text = render(COMPONENTS, SUBJECT);
    fc.assert(
      fc.property(fc.shuffledSubarray([...COMPONENTS], { minLength: COMPONENTS.length }), (shuffled) => {
        expect(render(shuffled, SUBJECT)).toBe(text);
      }),
      { numRuns: 30 },
    );
  });

  it('is in no order of a locale', () => {
    const compare = vi.spyOn(String.prototype, 'localeCompare');
    render(COMPONENTS, SUBJECT);
    const calls = compare.mock.calls.length;
    compare.mockRestore();
    expect(calls).toBe(0);
  });

  it('has another name when the content is another', () => {
    const names = [
      render(COMPONENTS, SUBJECT),
      render(COMPONENTS.slice(1), SUBJECT),
      render(COMPONENTS, { ...SUBJECT, digest: '0'.repeat(64) }),
    ].map((text) => /[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/.exec(text)?.[0]);
    expect(names).not.toContain(undefined);
    expect(new Set(names).size).toBe(3);
  });

  it('survives prototype keys, odd hashes and empty texts', () => {
    const odd = [
      component('pkg:npm/__proto__@1', {
        hashes: { 'BLAKE-9': 'ff', 'SHA-1': 'zz' },
        licenses: ['__proto__', 'constructor', ''],
      }),
    ];
    expect(render(odd, { ...SUBJECT, name: '', version: '' })).not.toMatch(/BLAKE|"zz"/);
    expect(() => render([], SUBJECT)).not.toThrow();
  });
});

describe('CycloneDX', () => {
  it('is in the order of code units', () => {
    const names = ['Base64', '\u00e5', 'aa', 'b', 'base64'];
    const purls = names.map((name) => `pkg:npm/${name}@1`);
    const root = component('pkg:npm/A@1', { dependsOn: [...purls].reverse() });
    const { components, dependencies } = cycloneDx([...purls.map((purl) => component(purl)).reverse(), root], SUBJECT);
    const expected = [...purls].sort();
    expect(components.map(({ purl }) => purl)).toEqual(['pkg:npm/A@1', ...expected]);
    expect(dependencies.find(({ ref }) => ref === 'pkg:npm/A@1')?.dependsOn).toEqual(expected);
  });

  it('lists each purl once, with the strongest scope', () => {
    const { components } = cycloneDx(COMPONENTS, SUBJECT);
    expect(components.map(({ purl, scope }) => `${scope} ${purl}`).sort()).toEqual([
      'excluded pkg:pypi/round@1',
      'optional pkg:npm/deep@1.0.0',
      'optional pkg:pypi/trip@1',
      'required pkg:maven/org.example/core@1.0',
      'required pkg:npm/%40scope/left@2.1.0',
    ]);
  });

  it('reaches every component from the subject, also in circles, and refers to nothing else', () => {
    const purls = COMPONENTS.map(({ purl }) => purl);
    const edges = fc.array(fc.tuple(fc.nat(purls.length - 1), fc.nat(purls.length - 1)), { maxLength: 12 });
    fc.assert(
      fc.property(edges, (pairs) => {
        const linked = COMPONENTS.map((entry, index) => ({
          ...entry,
          dependsOn: pairs.flatMap(([from, to]) => (from === index ? (purls[to] ?? []) : [])),
        }));
        const { components, dependencies, metadata } = cycloneDx(linked, SUBJECT);
        const needs = new Map(dependencies.map(({ ref, dependsOn = [] }) => [ref, dependsOn]));
        const reached = new Set<string>();
        for (const waiting = [metadata.component['bom-ref']]; waiting.length > 0; ) {
          const ref = waiting.pop() ?? '';
          if (!reached.has(ref)) waiting.push(...(needs.get(ref) ?? []));
          reached.add(ref);
        }
        const all = [metadata.component['bom-ref'], ...components.map((entry) => entry['bom-ref'])];
        expect([...reached].sort()).toEqual([...all].sort());
        expect([...needs.keys()].sort()).toEqual([...all].sort());
      }),
    );
  });

  it('takes the commit’s time', () => {
    expect(cycloneDx([], SUBJECT).metadata.timestamp).toBe('2024-05-01T10:00:00.250Z');
  });
});

describe('SPDX', () => {
  it('relates every package to the subject, and refers to nothing that it does not hold', () => {
    const document = spdx(COMPONENTS, SUBJECT);
    const ids = new Set(['SPDXRef-DOCUMENT', ...document.packages.map((entry) => entry.SPDXID)]);
    expect(ids.size).toBe(document.packages.length + 1);
    const ends = document.relationships.flatMap((r) => [r.spdxElementId, r.relatedSpdxElement]);
    expect(ends.filter((id) => !ids.has(id))).toEqual([]);
    const toSubject = document.relationships.filter((r) => r.relatedSpdxElement === 'SPDXRef-Subject');
    expect(toSubject.map((r) => r.relationshipType).sort()).toEqual([
      'DEPENDENCY_OF',
      'DEPENDENCY_OF',
      'DESCRIBES',
      'DEV_DEPENDENCY_OF',
      'OPTIONAL_DEPENDENCY_OF',
      'OPTIONAL_DEPENDENCY_OF',
    ]);
    const referred = document.packages.flatMap((entry) => entry.licenseDeclared.match(/LicenseRef-\w+/g) ?? []);
    expect(referred).toEqual(document.hasExtractedLicensingInfos?.map((license) => license.licenseId));
  });

  it('takes the commit’s time in whole seconds', () => {
    expect(spdx([], SUBJECT).creationInfo.created).toBe('2024-05-01T10:00:00Z');
  });
});
