import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/core/findings/finding.js';
import { sameFlaws, tallier } from '../../../src/core/verdict/tally.js';

const finding = (over: Partial<Finding>): Finding => ({
  tool: 'ruff',
  rule: 'S1',
  category: 'sast',
  kind: 'fail',
  severity: 'high',
  cwe: ['CWE-79'],
  message: 'm',
  path: 'a.py',
  startLine: 1,
  fingerprint: '0'.repeat(64),
  lineHash: 'a:1',
  ...over,
});

describe('sameFlaws', () => {
  it('keeps findings of one tool apart, whatever they share', () => {
    expect(sameFlaws([finding({}), finding({ rule: 'S2' })])).toHaveLength(2);
  });

  it('keeps findings without a common CWE apart', () => {
    expect(
      sameFlaws([finding({}), finding({ tool: 'x', cwe: ['CWE-89'] }), finding({ tool: 'y', cwe: [] })]),
    ).toHaveLength(3);
  });

  it('joins what two tools see, with the highest severity', () => {
    const flaws = sameFlaws([finding({ severity: 'low' }), finding({ tool: 'x', severity: 'critical' })]);
    expect(flaws.map(({ severity }) => severity)).toEqual(['critical']);
  });

  it('does not join B and C because both share something with A, when A does not stand for them', () => {
    const a = finding({ tool: 'a', cwe: ['CWE-1', 'CWE-2'], severity: 'low' });
    const b = finding({ tool: 'b', cwe: ['CWE-1'], severity: 'high' });
    const c = finding({ tool: 'c', cwe: ['CWE-2'], severity: 'high' });
    expect(sameFlaws([a, b, c])).toHaveLength(2);
  });
});

describe('tallier', () => {
  it('counts a shared flaw once overall and in its category, but in each tool', () => {
    const counter = tallier();
    counter.add(finding({}));
    counter.add(finding({ tool: 'x', severity: 'medium' }));
    counter.add(finding({ tool: 'x', severity: 'medium', startLine: 2 }));
    expect(counter.finish()).toMatchObject({
      overall: { high: 1, medium: 1 },
      categories: { sast: { high: 1, medium: 1 } },
      tools: { ruff: { high: 1 }, x: { medium: 2 } },
      findings: 3,
    });
  });

  it('keeps review notes and known findings out of every severity', () => {
    const counter = tallier(({ rule }) => rule === 'old');
    counter.add(finding({ kind: 'review', severity: 'none' }));
    counter.add(finding({ rule: 'old', startLine: 2 }));
    expect(counter.finish()).toMatchObject({ overall: { high: 0 }, tools: {}, reviewNotes: 1, known: 1, findings: 2 });
  });
});
