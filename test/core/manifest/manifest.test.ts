import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Refusal } from '../../../src/core/lib/errors.js';
import { initManifest } from '../../../src/core/manifest/init.js';
import { manifestJsonSchema, publicManifest, readManifest } from '../../../src/core/manifest/manifest.js';
import { problemsFrom } from '../lib/document/refused.js';

const SMALL = {
  product: 'Shop',
  version: '1.2.0',
  owners: ['payments'],
  profiles: [{ name: 'default', tools: ['ruff'] }],
};

const FULL = {
  ...SMALL,
  presets: ['web'],
  profiles: [
    {
      name: 'heavy',
      description: 'Nightly.\nEverything.',
      tools: ['bandit', { id: 'dast', description: 'x', category: 'dast', config: { depth: 3, paths: ['/'] } }],
      thresholds: { critical: 0, high: 0, medium: 10, low: 100 },
      requiresStack: true,
      stackBaseUrl: 'http://localhost:8080/shop',
      notify: {
        slack: 'https://hooks.slack.example/services/T0/B0/SECRET-1',
        webhooks: ['https://ci.example/hook?token=SECRET-2', 'https://ci.example/SECRET-3'],
        email: ['secret-4@shop.example'],
      },
      bundle: { includePrivacy: false, runtimeCeilingMinutes: 90 },
    },
  ],
  compliance: [
    {
      name: 'Code',
      description: 'x',
      controls: [
        {
          framework: 'ISO 27001',
          controlId: 'A.8.28',
          tests: [
            { name: 'a', description: 'b', evidence: ['summary.json'], linkedProfile: 'heavy', threshold: { high: 0 } },
            { name: 'b', threshold: 3 },
          ],
        },
      ],
    },
  ],
  annotations: { team: 'payments', tier: 1, external: true },
};

type Json = Record<string, unknown>;

/** The small manifest with other fields in it or in its profile. */
const changed = (top: Json, profile: Json = {}): string =>
  JSON.stringify({ ...SMALL, profiles: [{ ...SMALL.profiles[0], ...profile }], ...top });

const read = (text: string) => readManifest(text, 'm.yaml');
const refusal = (text: string) => problemsFrom(() => read(text));

describe('a manifest that is refused', () => {
  it.each<[string, Json, Json, string, string]>([
    [
      'unknown severity',
      {},
      { thresholds: { hgih: 0 } },
      'profiles[0].thresholds.hgih',
      'unknown key `hgih`: did you mean `high`?',
    ],
    ['negative threshold', {}, { thresholds: { high: -1 } }, 'profiles[0].thresholds.high', 'expected at least 0'],
    [
      'fraction as threshold',
      {},
      { thresholds: { high: 0.5 } },
      'profiles[0].thresholds.high',
      'found a number: expected a whole number',
    ],
    [
      'threshold beyond 2^53',
      {},
      { thresholds: { high: 1e300 } },
      'profiles[0].thresholds.high',
      'expected at most 9007199254740991',
    ],
    [
      'threshold as text',
      {},
      { thresholds: { high: '0' } },
      'profiles[0].thresholds.high',
      'found a string: expected a number',
    ],
    [
      'threshold null',
      {},
      { thresholds: { high: null } },
      'profiles[0].thresholds.high',
      'found nothing: expected a number',
    ],
    ['no profile', { profiles: [] }, {}, 'profiles', 'expected at least 1 entries'],
    ['no tool', {}, { tools: [] }, 'profiles[0].tools', 'expected at least 1 entries'],
    ['key of a tool', {}, { tools: [{ id: 'ruff', args: [] }] }, 'profiles[0].tools[0].args', 'unknown key `args`'],
    ['tool without id', {}, { tools: [{}] }, 'profiles[0].tools[0].id', 'missing: expected a string'],
    [
      'repeated tool',
      {},
      { tools: ['ruff', { id: 'ruff' }] },
      'profiles[0].tools[1]',
      'this tool is in the profile already',
    ],
    [
      'repeated profile',
      { profiles: [SMALL.profiles[0], SMALL.profiles[0]] },
      {},
      'profiles[1].name',
      'a profile of this name is there already',
    ],
    [
      'ceiling of no time',
      {},
      { bundle: { runtimeCeilingMinutes: 0 } },
      'profiles[0].bundle.runtimeCeilingMinutes',
      'expected at least 1',
    ],
    [
      'text as boolean',
      {},
      { requiresStack: 'true' },
      'profiles[0].requiresStack',
      'found a string: expected `true` or `false`',
    ],
    ['number as version', { version: 1 }, {}, 'version', 'found a number: expected a string'],
    ['blank product', { product: ' ' }, {}, 'product', 'expected some text'],
    [
      'list as annotation',
      { annotations: { a: [] } },
      {},
      'annotations.a',
      'found a list: expected a string, or a number, or `true` or `false`',
    ],
  ])('%s', (_, top, profile, path, message) => {
    expect(refusal(changed(top, profile))).toEqual([expect.objectContaining({ file: 'm.yaml', path, message })]);
  });

  it.each(['../x', 'a b', '-rf', 'A', '', 'a'.repeat(65), 'a\n', 'é', '$(id)', 'a;b'])('id %j', (name) => {
    const message = 'expected lower-case letters, digits and hyphens, at most 64, not starting with a hyphen';
    expect(refusal(changed({}, { name })).map((p) => p.message)).toEqual([message]);
    expect(refusal(changed({}, { tools: [name] })).map((p) => p.message)).toEqual([message]);
    expect(refusal(changed({}, { tools: [{ id: name }] })).map((p) => p.message)).toEqual([message]);
  });

  it.each([
    'file:///etc/passwd',
    'javascript:alert(1)',
    'hooks.example',
    'http://',
    'http://a b/',
    'https://u:p@h/',
    'http://[',
    '',
  ])('URL %j', (url) => {
    expect(refusal(changed({}, { stackBaseUrl: url })).map(({ path }) => path)).toEqual(['profiles[0].stackBaseUrl']);
    expect(refusal(changed({}, { notify: { slack: url } }))).toHaveLength(1);
  });

  it.each(['a\u001b[31m', 'a\u202eb', 'a\u2028b', 'a\u0000b', 'a\u009bb'])('text %j', (text) => {
    expect(refusal(changed({ product: text }))[0]?.message).toMatch(/^expected one line of text|^the character/);
    expect(refusal(changed({}, { description: text }))[0]?.message).toMatch(/^expected text without|^the character/);
  });

  it('linked profile that is not there, with a suggestion', () => {
    const test = { name: 't', linkedProfile: 'defualt' };
    const controls = [{ framework: 'f', controlId: 'c', tests: [test] }];
    expect(refusal(changed({ compliance: [{ name: 'n', controls }] }))).toEqual([
      expect.objectContaining({
        path: 'compliance[0].controls[0].tests[0].linkedProfile',
        message: 'no such profile `defualt`: did you mean `default`?',
      }),
    ]);
  });

  it('with every missing key', () => {
    expect(refusal('{}').map(({ path }) => path)).toEqual(['product', 'version', 'owners', 'profiles']);
  });

  it('under the code of manifests', () => {
    expect(() => read('{}')).toThrow(expect.objectContaining({ name: 'Refusal', code: 'manifest' }) as Refusal);
  });
});

describe('a manifest that is read', () => {
  it('gives each tool one shape', () => {
    expect(read(changed({}, { tools: ['ruff', { id: 'sbom', category: 'sbom' }] })).profiles[0]?.tools).toEqual([
      { id: 'ruff' },
      { id: 'sbom', category: 'sbom' },
    ]);
  });

  it('is the same as YAML and JSON, with and without its top-level key', () => {
    const expected = {
      ...FULL,
      profiles: [{ ...FULL.profiles[0], tools: [{ id: 'bandit' }, FULL.profiles[0]?.tools[1]] }],
    };
    for (const value of [FULL, { manifest: FULL }]) {
      expect(readManifest(JSON.stringify(value), 'm.json')).toEqual(expected);
      expect(readManifest(JSON.stringify(value, null, 2), 'm.yaml')).toEqual(expected);
      expect(readManifest(stringify(value), 'm.yaml')).toEqual(expected);
    }
  });

  it('takes the tool ids of earlier manifests, and leaves unknown ones to the planner', () => {
    const ids =
      'ruff bandit detect-secrets opengrep trivy sbom privacy attestation eslint-security retire-js dast no-such-tool';
    const tools = ids.split(' ');
    expect(read(changed({}, { tools })).profiles[0]?.tools.map(({ id }) => id)).toEqual(tools);
  });
});

describe('notification targets', () => {
  it('are counted in the public form', () => {
    const manifest = read(JSON.stringify(FULL));
    const open = publicManifest(manifest);
    expect(open.profiles[0]?.notify).toEqual({ slack: 1, webhooks: 2, email: 1 });
    expect(JSON.stringify(open)).not.toMatch(/secret-\d/i);
    expect({ ...open, profiles: [] }).toEqual({ ...manifest, profiles: [] });
    expect(JSON.stringify(manifest)).toMatch(/SECRET-1/);
  });

  it('stay absent where there are none', () => {
    expect(publicManifest(read(JSON.stringify(SMALL)))).toEqual(read(JSON.stringify(SMALL)));
  });

  it.each<[string, unknown]>([
    ['bad URL', { slack: 'hooks.example/SECRET' }],
    ['URL with a password', { webhooks: ['https://u:SECRET@h/'] }],
    ['bad address', { email: ['SECRET'] }],
    ['list for a URL', { slack: ['https://h/SECRET'] }],
    ['URL for a list', { webhooks: 'https://h/SECRET' }],
    ['URL as a key', { 'https://h/SECRET': null }],
    ['misspelled key', { slak: 'https://h/SECRET' }],
    ['URL in place of the mapping', 'https://h/SECRET'],
  ])('are in no message: %s', (_, notify) => {
    expect(JSON.stringify(refusal(changed({}, { notify })))).not.toMatch(/SECRET/);
  });

  it('are in no message about broken syntax', () => {
    for (const text of [
      'slack: "https://h/SECRET',
      'slack: https://h/SECRET: x',
      '{slack: https://h/SECRET',
      '- "a" https://h/SECRET',
    ]) {
      expect(JSON.stringify(refusal(text))).not.toMatch(/SECRET/);
    }
  });
});

describe('the starter', () => {
  it('refuses a product name that is not one line of text', () => {
    expect(problemsFrom(() => initManifest('a\nb: c'))).toHaveLength(1);
    expect(problemsFrom(() => initManifest(''))).toHaveLength(1);
  });

  it.each(['Shop', 'a: b # c', '"quoted" \\ {x}', 'yes', '名前 🙂'])('reads without a problem for %j', (product) => {
    expect(read(initManifest(product))).toMatchObject({ product, profiles: [{ name: 'default' }] });
  });

  it('reads without a problem with its optional parts', () => {
    const text = initManifest('Shop').replace(/^# (?=compliance:|annotations:| )/gm, '');
    expect(read(text)).toMatchObject({ compliance: [{ name: 'Secure coding' }], annotations: { team: 'payments' } });
  });
});

describe('the JSON Schema', () => {
  it('is the one in schema/ (update with `npx vitest run test/core/manifest -u`)', async () => {
    const text = `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../../schema/manifest.schema.json');
  });

  it('describes each key and is closed at each level', () => {
    const open: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      const { properties, additionalProperties } = node as { properties?: Json; additionalProperties?: unknown };
      if (properties && additionalProperties !== false) open.push(path);
      for (const [key, value] of Object.entries(properties ?? {})) {
        if (typeof (value as Json)['description'] !== 'string') open.push(`${path}.${key}`);
      }
      for (const [key, value] of Object.entries(node)) visit(value, `${path}.${key}`);
    };
    visit(manifestJsonSchema()['$defs'], '');
    expect(open).toEqual([]);
  });
});
