import { describe, expect, it } from 'vitest';
import type { Waiver } from '../../../src/core/waivers/admit.js';
import type { UnsignedEntry } from '../../../src/core/waivers/entry.js';
import { cycloneDxVulnerabilities, waivedVulnerabilities } from '../../../src/core/waivers/vex.js';
import { unsigned } from './support.js';

const waiver = (over: Partial<UnsignedEntry> = {}): Waiver => ({
  ...unsigned(over),
  signatures: [],
  author: { name: 'Alice', keyid: 'k' },
  approver: undefined,
});
const purl = 'pkg:npm/lodash@4.17.20';
const ids = ['CVE-2021-23337', 'GHSA-35jh-r3h4-6jhm'];
const named = { vulnerability: { id: 'GHSA-35jh-r3h4-6jhm', purl: 'pkg:npm/lodash' } };
const analysis = (over: Partial<UnsignedEntry>) =>
  cycloneDxVulnerabilities([{ waiver: waiver(over), ids, purl }])[0]?.analysis;

describe('what a waiver says of a flaw', () => {
  it('is about one flaw with all its packages, by the name that the waiver gives it', () => {
    const one = waiver(named);
    const flaws = [
      { waiver: one, ids, purl },
      { waiver: one, ids: ['GHSA-35jh-r3h4-6jhm', 'SNYK-1'], purl: 'pkg:npm/lodash@3.0.0' },
    ];
    expect(waivedVulnerabilities(flaws)).toEqual([
      {
        waiver: one,
        name: 'GHSA-35jh-r3h4-6jhm',
        aliases: ['CVE-2021-23337', 'SNYK-1'],
        purls: ['pkg:npm/lodash@3.0.0', purl],
      },
    ]);
    expect(waivedVulnerabilities([...flaws].reverse())).toEqual(waivedVulnerabilities(flaws));
  });

  it('is about the CVE where the waiver names none', () => {
    expect(waivedVulnerabilities([{ waiver: waiver(), ids: [...ids].reverse(), purl }])[0]?.name).toBe(
      'CVE-2021-23337',
    );
  });

  it('never makes an accepted or mitigated risk a flaw that does not matter', () => {
    expect(analysis({ status: 'accepted' })?.state).toBe('exploitable');
    expect(analysis({ status: 'mitigated' })).toMatchObject({
      state: 'exploitable',
      response: ['workaround_available'],
    });
  });

  it('is told in the words of CycloneDX', () => {
    expect(
      analysis({ ...named, status: 'not-exploitable', justification: 'vulnerable_code_not_in_execute_path' }),
    ).toEqual({
      state: 'not_affected',
      justification: 'code_not_reachable',
      detail:
        'Called with constants alone. Risk: A later caller may pass user input. Owner: Platform team. ' +
        'Waiver one, until 2026-07-01: https://tracker.example.org/browse/SEC-1234',
    });
    expect(analysis({ status: 'false-positive' })).toEqual({ state: 'false_positive', detail: expect.any(String) });
  });

  it('points at components that are there alone', () => {
    const flaw = { waiver: waiver(named), ids, purl };
    expect(cycloneDxVulnerabilities([flaw])[0]).toMatchObject({
      'bom-ref': 'waiver:one:GHSA-35jh-r3h4-6jhm',
      id: 'GHSA-35jh-r3h4-6jhm',
      affects: [{ ref: purl }],
    });
    expect(cycloneDxVulnerabilities([flaw], () => false)[0]?.affects).toEqual([]);
  });
});
