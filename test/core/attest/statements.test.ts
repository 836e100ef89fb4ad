import { describe, expect, it } from 'vitest';
import { cycloneDxStatement } from '../../../src/core/attest/predicates/sbom.js';
import { testResult } from '../../../src/core/attest/predicates/test-result.js';
import { vexStatement } from '../../../src/core/attest/predicates/vex.js';
import { vsa } from '../../../src/core/attest/predicates/vsa.js';
import { vulnerabilityScans } from '../../../src/core/attest/predicates/vulns.js';
import type { StatementFacts } from '../../../src/core/attest/statement.js';
import type { Evidence } from '../../../src/core/bundle/documents.js';
import type { StepStatus } from '../../../src/core/runtime/outcome.js';
import type { SourceSubject } from '../../../src/core/source/snapshot.js';
import type { BudgetRow, Verdict } from '../../../src/core/verdict/judge.js';
import type { Waiver } from '../../../src/core/waivers/admit.js';

const HEX = 'ab'.repeat(32);
const COMMIT: SourceSubject = {
  kind: 'gitCommit',
  commit: 'c'.repeat(40),
  tree: 'd'.repeat(40),
  time: '2026-01-01T00:00:00Z',
};
const TREE: SourceSubject = { kind: 'tree', digest: HEX, baseCommit: 'c'.repeat(40) };

interface Given {
  verdict?: Verdict['verdict'];
  reasons?: Verdict['reasons'];
  budgets?: BudgetRow[];
  /** Status of each step by its tool; undefined for a step without outcome. */
  steps?: Record<string, StepStatus | undefined>;
  subject?: SourceSubject;
  origin?: string;
  packs?: { name: string; digest: string; newest: string }[];
  baseline?: Partial<Evidence['baseline']>;
  waivers?: Evidence['waivers'];
}

/** The parts of evidence that statements read. */
function evidence({ verdict = 'pass', reasons = [], budgets = [], steps = {}, subject = COMMIT, ...more }: Given) {
  const planned = Object.keys(steps).map((id) => {
    const advisories = more.packs === undefined ? null : { kind: 'osv', packs: more.packs };
    return { id, tool: id, version: '1', digest: HEX, assets: { privacy: HEX }, advisories };
  });
  return {
    plan: {
      policy: { name: 'p', digest: HEX },
      manifest: null,
      generator: { version: '9.9.9' },
      rulesetDigest: HEX,
      steps: planned,
      waivers: { digest: HEX, asOf: '2026-03-04' },
    },
    snapshot: { subject, treeDigest: HEX, origin: more.origin },
    outcomes: Object.entries(steps).flatMap(([step, status]) => (status === undefined ? [] : [{ step, status }])),
    verdict: { verdict, reasons, budgets },
    baseline: more.baseline ?? null,
    waivers: more.waivers ?? null,
  } as unknown as Evidence;
}

const facts = (given: Given, more: Partial<StatementFacts> = {}): StatementFacts => ({
  evidence: evidence(given),
  index: [],
  indexSha256: HEX,
  scanSha256: HEX,
  read: async () => '{}',
  ...more,
});

const row = (more: Partial<BudgetRow>): BudgetRow => ({
  scope: 'overall',
  name: 'overall',
  severity: 'high',
  count: 0,
  limit: 0,
  exceeded: false,
  ...more,
});

describe('incomplete evidence', () => {
  it('is FAILED in a VSA', () => {
    const { predicate } = vsa(facts({ verdict: 'error' }));
    expect([predicate.verificationResult, predicate.verifiedLevels]).toEqual(['FAILED', ['FAILED']]);
  });

  it.each<StepStatus | undefined>(['error', 'cancelled', undefined])(
    'is FAILED in a test result, and so is the step (%s); no budget passes',
    (status) => {
      const steps = { bad: status, good: 'clean' as const, found: 'findings' as const };
      const budgets = [row({}), row({ severity: 'low', limit: null }), row({ severity: 'critical', exceeded: true })];
      const { predicate } = testResult(facts({ verdict: 'error', steps, budgets }));
      expect(predicate.result).toBe('FAILED');
      expect(predicate.failedTests).toEqual(['complete', 'step:bad', 'budget:overall:critical']);
      expect(predicate.passedTests).toEqual(['step:good']);
      expect(predicate.warnedTests).toEqual(['step:found']);
    },
  );

  it.each<StepStatus>(['error', 'cancelled', 'skipped', 'not-applicable'])(
    'gives no list of vulnerabilities for a scanner that ended with %s',
    async (status) => {
      const given = evidence({ steps: { osv: status }, packs: [{ name: 'npm', digest: HEX, newest: '2026-01-01' }] });
      expect(await vulnerabilityScans(given, () => expect.unreachable())).toEqual([]);
    },
  );
});

describe('a VSA', () => {
  it.each<[string, Given, string]>([
    [
      'the address and the commit',
      { origin: 'https://example.org/r.git' },
      `git+https://example.org/r.git@${'c'.repeat(40)}`,
    ],
    ['the commit where the address is no URL', { origin: 'me@host:r.git' }, `swh:1:rev:${'c'.repeat(40)}`],
    ['the commit', {}, `swh:1:rev:${'c'.repeat(40)}`],
    [
      'the tree where no SWHID is defined',
      { subject: { ...COMMIT, commit: 'c'.repeat(64), tree: 'd'.repeat(64) } },
      'ni:///sha-256;q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s',
    ],
    [
      'the tree',
      { subject: TREE, origin: 'https://x.org/' },
      'ni:///sha-256;q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s',
    ],
  ])('names as its resource %s', (_, given, uri) => {
    expect(vsa(facts(given)).predicate.resourceUri).toBe(uri);
  });

  it('says what was decided, by which policy and upon which statement', () => {
    expect(vsa(facts({}))).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [
        { name: 'source', digest: { gitCommit: 'c'.repeat(40), gitTree: 'd'.repeat(40) } },
        { name: 'bundle.json', digest: { sha256: HEX } },
      ],
      predicateType: 'https://slsa.dev/verification_summary/v1',
      predicate: {
        verifier: { id: 'https://npmjs.com/package/certus-security-scan' },
        resourceUri: `swh:1:rev:${'c'.repeat(40)}`,
        policy: { uri: 'inputs/policy.json', digest: { sha256: HEX } },
        inputAttestations: [{ uri: 'attestation.intoto.json', digest: { sha256: HEX } }],
        verificationResult: 'PASSED',
        verifiedLevels: ['CERTUS_SECURITY_SCAN_PASSED'],
      },
    });
    expect(vsa(facts({ verdict: 'fail' })).predicate.verificationResult).toBe('FAILED');
  });

  it('is about the tree where that is no commit', () => {
    expect(vsa(facts({ subject: TREE })).subject[0]).toEqual({
      name: 'source',
      digest: { sha256: HEX },
      annotations: { baseCommit: 'c'.repeat(40) },
    });
  });
});

describe('a test result', () => {
  it('fails by the budget that is exceeded, and by edits', () => {
    const reasons = [{ kind: 'edit' as const, message: '', remedy: '' }];
    const budgets = [
      row({ exceeded: true }),
      row({ scope: 'tool', name: 'ruff', severity: 'low' }),
      row({ scope: 'review', name: 'review notes', severity: 'review' }),
    ];
    const baseline = { commit: 'e'.repeat(40) };
    const { predicate } = testResult(facts({ verdict: 'fail', reasons, budgets, steps: { a: 'findings' }, baseline }));
    expect(predicate).toMatchObject({
      result: 'FAILED',
      failedTests: ['budget:overall:high', 'edits'],
      passedTests: ['complete', 'budget:tool:ruff:low', 'budget:review'],
      warnedTests: ['step:a'],
    });
    expect(predicate.configuration.at(-1)).toEqual({ name: 'baseline', digest: { gitCommit: 'e'.repeat(40) } });
  });

  it('names what it was made with, each once', () => {
    const packs = [{ name: 'npm', digest: HEX, newest: '2026-01-01' }];
    const given = { steps: { a: 'clean', b: 'skipped' } as const, packs };
    const { result, configuration, passedTests } = testResult(facts(given)).predicate;
    expect([result, passedTests]).toEqual(['PASSED', ['complete', 'step:a']]);
    const names = ['inputs/policy.json', 'ruleset', 'a 1', 'b 1', 'assets privacy', 'advisories osv npm'];
    expect(configuration).toEqual(names.map((name) => ({ name, digest: { sha256: HEX } })));
  });
});

describe('an OpenVEX statement', () => {
  const flaw = (more: object) => ({
    waiver: {
      id: 'w1',
      status: 'false-positive',
      reason: 'Not built in.',
      risk: 'none',
      owner: 'Ann',
      followUp: 'https://example.org/1',
      created: '2026-02-01',
      expires: '2026-04-01',
    } as Waiver,
    ids: ['CVE-1', 'GHSA-1'],
    purl: 'pkg:npm/a@1',
    ...more,
  });

  it('is not there without waivers, nor for waivers that are about no flaw', () => {
    expect(vexStatement(facts({}))).toBeUndefined();
    expect(vexStatement(facts({ waivers: { states: [], flaws: [] } }))).toBeUndefined();
  });

  it('is about what was scanned, at the date by which waivers were judged', () => {
    const made = vexStatement(facts({ waivers: { states: [], flaws: [flaw({})] } }));
    expect(made).toMatchObject({
      predicateType: 'https://openvex.dev/ns',
      subject: [{ name: 'source' }, { name: 'bundle.json' }],
      predicate: {
        author: 'https://npmjs.com/package/certus-security-scan',
        timestamp: '2026-03-04T00:00:00Z',
        tooling: 'certus-security-scan 9.9.9',
        statements: [
          {
            vulnerability: { name: 'CVE-1', aliases: ['GHSA-1'] },
            status: 'not_affected',
            products: [{ '@id': `swh:1:rev:${'c'.repeat(40)}`, subcomponents: [{ '@id': 'pkg:npm/a@1' }] }],
          },
        ],
      },
    });
  });
});

describe('an SBOM statement', () => {
  const path = 'reports/sbom/sbom.cyclonedx.json';
  const entry = { path, sha256: HEX, size: 2, mediaType: 'x' };

  it('is not there without an SBOM, nor for one above 32 MiB', async () => {
    expect(await cycloneDxStatement(facts({}))).toBeUndefined();
    expect(await cycloneDxStatement(facts({}, { index: [{ ...entry, size: 2 ** 25 + 1 }] }))).toBeUndefined();
  });

  it('refuses what is no JSON', async () => {
    await expect(cycloneDxStatement(facts({}, { index: [entry], read: async () => '{' }))).rejects.toThrow();
  });

  it('has the document as its predicate', async () => {
    const read = async (from: string) => JSON.stringify({ from });
    expect(await cycloneDxStatement(facts({}, { index: [entry], read }))).toMatchObject({ predicate: { from: path } });
  });
});

describe('vulnerabilities', () => {
  const packs = [
    { name: 'npm', digest: HEX, newest: '2026-02-01T00:00:00Z' },
    { name: 'Go', digest: HEX, newest: '2026-01-01T00:00:00Z' },
  ];

  it('are those of each scanner, sorted, each once; the database is as old as its oldest pack', async () => {
    async function* findings() {
      const of = (tool: string, ids: string[], purl?: string) => ({
        tool,
        severity: 'high',
        vulnerability: { ids, purl },
      });
      yield [of('osv', ['CVE-2', 'GHSA-2'], 'pkg:npm/b@1'), of('osv', ['CVE-1'])];
      yield [of('osv', ['CVE-2', 'GHSA-2'], 'pkg:npm/b@1'), of('other', ['CVE-3'])];
      yield [{ tool: 'osv', severity: 'low' }];
    }
    const severity = [{ method: 'security-scan', score: 'high' }];
    expect(await vulnerabilityScans(evidence({ steps: { osv: 'findings', clean: 'clean' }, packs }), findings)).toEqual(
      [
        {
          name: 'vulns-osv',
          scanner: {
            uri: 'pkg:generic/osv@1',
            version: '1',
            db: { version: `npm:${HEX} Go:${HEX}`, lastUpdate: '2026-01-01T00:00:00Z' },
            result: [
              { id: 'CVE-1', severity, annotations: [{ aliases: [] }] },
              { id: 'CVE-2', severity, annotations: [{ aliases: ['GHSA-2'], purl: 'pkg:npm/b@1' }] },
            ],
          },
        },
        expect.objectContaining({ name: 'vulns-clean', scanner: expect.objectContaining({ result: [] }) }),
      ],
    );
  });
});
