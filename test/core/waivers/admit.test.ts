import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/core/lib/canonical.js';
import { digestOf } from '../../../src/core/lib/digest.js';
import { type Problem, Refusal } from '../../../src/core/lib/errors.js';
import { generateKey } from '../../../src/core/lib/signing/keys.js';
import { readPolicy } from '../../../src/core/policy/default.js';
import { admitWaivers, parseWaiverSet, type WaiverRules, waiverRules } from '../../../src/core/waivers/admit.js';
import type { WaiverEntry } from '../../../src/core/waivers/entry.js';
import { readWaivers } from '../../../src/core/waivers/read.js';
import { signEntry } from '../../../src/core/waivers/sign.js';
import { AS_OF, alice, bob, fileOf, rules, signedBy, trusted, unsigned, waived } from './support.js';

const admit = (entries: readonly unknown[], given: WaiverRules = rules(), asOf = AS_OF) =>
  admitWaivers(readWaivers(fileOf(...entries)), given, asOf);

function refused(entries: readonly unknown[], given?: WaiverRules, asOf?: string): readonly Problem[] {
  try {
    admit(entries, given, asOf);
  } catch (error) {
    if (error instanceof Refusal && error.code === 'waivers') return error.problems;
    throw error;
  }
  throw new Error('it was admitted');
}

const said = (problems: readonly Problem[]): string =>
  problems.map(({ message, remedy = '' }) => `${message} ${remedy}`).join('\n');

const approvedBy = (key = bob) => signedBy(unsigned(), ['waive', alice], ['approve-waiver', key]);
const both = trusted(alice, 'Alice', 'waive', 'approve-waiver');
const otherKey = rules({ approval: 'other-key' });
const mallory = generateKey('ed25519');

describe('waivers are refused', () => {
  it.each<[string, WaiverEntry, RegExp, WaiverRules?]>([
    ['without a signature', { ...waived(), signatures: [] }, /no author signed .*waive --sign-key/],
    ['where the policy lets nobody waive', waived(), /SHA256:.* does not know .*trust\.keys/, rules({ keys: [] })],
    ['of a key that the policy does not know', signedBy(unsigned(), ['waive', mallory]), /does not know/],
    [
      'of a key without the role',
      signedBy(unsigned(), ['waive', bob]),
      /is by Bob, whose key has not the role `waive`/,
    ],
    ['with an approval alone', signedBy(unsigned(), ['approve-waiver', bob]), /no author signed/],
    ['with an approval by an unknown key, though none is needed', approvedBy(mallory), /does not know/],
    [
      'with an approval by the author',
      approvedBy(alice),
      /the same key .*Somebody else/,
      rules({ keys: [both], approval: 'other-key' }),
    ],
    [
      'with an approval by the author, though none is needed',
      approvedBy(alice),
      /the same key/,
      rules({ keys: [both] }),
    ],
    ['without the approval that the policy demands', waived(), /approval by another key .*--approve one/, otherKey],
    [
      'with two authors',
      signedBy(unsigned(), ['waive', alice], ['waive', mallory]),
      /two signatures of one role/,
      rules({ keys: [both, trusted(mallory, 'M', 'waive')] }),
    ],
  ])('%s', (_, entry, message, given) => {
    expect(said(refused([entry], given))).toMatch(message);
  });

  it.each<[string, Partial<WaiverEntry>]>([
    ['reason', { reason: 'Because.' }],
    ['end', { expires: '2026-07-02' }],
    ['target', { fingerprint: 'b'.repeat(64) }],
    ['status', { status: 'false-positive' }],
    ['id', { id: 'two' }],
    ['owner', { owner: 'platform team' }],
    ['link', { followUp: 'https://tracker.example.org/browse/SEC-1235' }],
  ])('when its %s was changed after signing', (_, change) => {
    const [problem] = refused([{ ...waived(), ...change }]);
    expect(problem).toMatchObject({
      file: 'waivers.yaml',
      path: 'waivers[0].signatures[0]',
      message: expect.stringMatching(/does not verify with the key of Alice: the entry is not what was signed/),
    });
  });

  it('when a signature was moved to another entry', () => {
    const second = { ...waived({ id: 'two' }), signatures: waived().signatures };
    expect(refused([waived(), second])[0]).toMatchObject({ path: 'waivers[1].signatures[0]' });
  });

  it("when an author's signature is made to pass for an approval, or an approval for an author's", () => {
    const keys = [both, trusted(bob, 'Bob', 'waive', 'approve-waiver')];
    const entry = approvedBy();
    const swapped = entry.signatures.map((one) => ({
      ...one,
      role: one.role === 'waive' ? ('approve-waiver' as const) : ('waive' as const),
    }));
    expect(refused([{ ...entry, signatures: swapped }], rules({ keys, approval: 'other-key' }))).toHaveLength(2);
    expect(admit([entry], rules({ keys, approval: 'other-key' })).entries).toHaveLength(1);
  });

  it.each<[string, string, string, RegExp]>([
    ['ends before it begins', '2026-06-01', '2026-05-31', /is not after `created`/],
    ['ends on the day it begins', '2026-06-01', '2026-06-01', /is not after `created`/],
    ['begins in the future', '2026-06-16', '2026-07-01', /lies in the future: the run is as of 2026-06-15/],
    ['lasts a day too long', '2026-06-01', '2026-08-31', /is 91 days after `created`, 90 are allowed/],
    ['lasts a century', '2026-06-01', '2126-06-01', /90 are allowed/],
  ])('when one %s', (_, created, expires, message) => {
    expect(said(refused([waived({ created, expires })]))).toMatch(message);
  });

  it('with all reasons at once, each with its line', () => {
    const entries = [
      waived({ expires: '2027-06-01' }),
      { ...waived({ id: 'two' }), owner: 'x' },
      waived({ id: 'three' }),
    ];
    const problems = refused(entries);
    expect(problems.map(({ path }) => path)).toEqual(['waivers[0].expires', 'waivers[1].signatures[0]']);
    const lines = fileOf(...entries).text.split('\n');
    expect(lines[(problems[0]?.line ?? 0) - 1]).toContain('"expires": "2027-06-01"');
  });

  it('with a name of a key that would move the cursor', () => {
    const keys = [trusted(bob, 'B\u001b[1A', 'approve-waiver')];
    expect(said(refused([signedBy(unsigned(), ['waive', bob])], rules({ keys })))).toContain('B\\u{1b}[1A');
  });
});

describe('waivers that the policy lets count', () => {
  it('may last as long as the policy says', () => {
    expect(admit([waived({ created: '2026-06-01', expires: '2026-08-30' })]).entries).toHaveLength(1);
  });

  it('may have expired', () => {
    expect(admit([waived()], rules(), '2027-01-01').entries).toHaveLength(1);
  });

  it('name who signed, as the policy does', () => {
    expect(admit([approvedBy()], otherKey).entries[0]).toMatchObject({
      author: { name: 'Alice', keyid: alice.keyid },
      approver: { name: 'Bob', keyid: bob.keyid },
    });
  });

  it('make the same document in whatever order they and their signatures stand', () => {
    const [a, b] = [approvedBy(), waived({ id: 'two' })];
    const turned = { ...a, signatures: [...a.signatures].reverse() };
    const [one, other] = [admit([a, b]), admit([b, turned])];
    expect(one.digest).toBe(other.digest);
    expect(one.digest).toBe(digestOf(one.document));
    expect(one.entries.map(({ id }) => id)).toEqual(['one', 'two']);
  });

  it('have the same signature each time with Ed25519', () => {
    expect(signEntry(unsigned(), 'waive', alice)).toEqual(signEntry(unsigned(), 'waive', alice));
  });

  it('may be none', () => {
    expect(admit([], rules({ keys: [] })).document).toEqual({ schemaVersion: 1, waivers: [] });
  });
});

describe('the rules of a policy', () => {
  it('let nobody waive unless it says who', () => {
    expect(waiverRules(readPolicy('schemaVersion: 1\nname: p\n', 'p.yaml'), 'p.yaml')).toEqual({
      keys: [],
      maxDays: 90,
      approval: 'none',
    });
  });
});

describe('the waivers of a bundle', () => {
  const set = admit([approvedBy(), waived({ id: 'two' })], otherKey.keys.length > 0 ? rules() : otherKey);
  const text = canonicalJson(set.document);

  it('are those that were admitted', () => {
    expect(parseWaiverSet(JSON.parse(text), rules(), AS_OF)).toEqual(set);
  });

  it('are refused in another order', () => {
    const { waivers } = JSON.parse(text);
    expect(() => parseWaiverSet({ schemaVersion: 1, waivers: waivers.reverse() }, rules(), AS_OF)).toThrow(/order/);
    const swapped = waivers.map((one: WaiverEntry) => ({ ...one, signatures: [...one.signatures].reverse() }));
    expect(() => parseWaiverSet({ schemaVersion: 1, waivers: swapped }, rules(), AS_OF)).toThrow(/order/);
  });

  it('are refused with the id of the waiver when other keys are trusted', () => {
    expect(() => parseWaiverSet(JSON.parse(text), rules({ keys: [] }), AS_OF)).toThrow(/^one: is by SHA256/m);
  });

  it('are refused after any change of a character', () => {
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom('a', 'B', '1', '/', ' ', '"', '}'), (at, character) => {
        const changed = text.slice(0, at) + character + text.slice(at + 1);
        fc.pre(changed !== text);
        let document: unknown;
        try {
          document = JSON.parse(changed);
        } catch {
          return;
        }
        // A change of white space is the caller's to see: the file must be canonical.
        if (canonicalJson(document) === text) return;
        expect(() => parseWaiverSet(document, rules(), AS_OF)).toThrow();
      }),
      { numRuns: 600 },
    );
  });
});
