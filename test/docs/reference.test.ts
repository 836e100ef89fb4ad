import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { bareEnforcement, namespaceEnforcement } from '../../src/core/lib/sandbox/enforcement.js';
import { UNREAD_REASONS } from '../../src/core/lib/unread.js';
import { manifestJsonSchema } from '../../src/core/manifest/manifest.js';
import { isEmbedded, toolJsonSchema } from '../../src/core/plan/tool.js';
import { DEFAULT_POLICY, defaultPolicy } from '../../src/core/policy/default.js';
import { policyJsonSchema } from '../../src/core/policy/policy.js';
import { ruleSchema } from '../../src/workers/ast-grep/rules.js';
import { RULES as ESLINT_RULES } from '../../src/workers/eslint/table.js';
import { RULES as RUFF_RULES } from '../../src/workers/ruff/table.js';
import { loadRules } from '../../src/workers/secrets/rules.js';
import { builtCatalog } from '../support/catalog.js';
import { type Key, keysIn, type Schema } from './keys.js';
import { blocks, keysOf, quoted, read, rows, section } from './text.js';

const catalog = await builtCatalog();

const unique = (texts: readonly string[]): string[] => [...new Set(texts)].sort();

describe('docs/policy.md', () => {
  const text = read('docs/policy.md');
  const table = rows(text, '## Keys');
  const names = {
    'toolchain.binaries': '<tool>',
    ...Object.fromEntries(
      ['ceilings', 'budgets'].flatMap((part) => [
        [`${part}.categories`, '<category>'],
        [`${part}.tools`, '<tool>'],
      ]),
    ),
  };
  const keys = keysIn(policyJsonSchema() as Schema, names);

  it('has the policy that `policy show` prints', () => {
    expect(blocks(text, 'yaml')).toEqual([DEFAULT_POLICY]);
  });

  it('names every key and no other', () => {
    expect(unique(keysOf(table))).toEqual(unique(keys.map(({ path }) => path)));
  });

  it('gives what holds where a key is absent', () => {
    const absent = (path: string): string => table.find(([cell = '']) => keysOf([[cell]]).includes(path))?.[2] ?? '';
    for (const { path, required, default: value } of keys) {
      const stated = absent(path);
      if (required) expect([path, stated]).toEqual([path, expect.stringMatching(/^required/)]);
      else if (value === undefined)
        expect([path, stated]).toEqual([path, expect.stringMatching(/^no |^any |^`\{\}`$/)]);
      else expect([path, parse(stated.replaceAll('`', ''))]).toEqual([path, value]);
    }
  });

  it('names every reason for an unread file', () => {
    const row = table.find(([cell]) => cell === '`incomplete.accept[].reasons`') ?? [];
    expect(quoted(row[3] ?? '')).toEqual([...UNREAD_REASONS]);
  });
});

describe('docs/manifest.md', () => {
  const table = rows(read('docs/manifest.md'), '## Keys');
  const { manifest } = manifestJsonSchema()['$defs'] as { manifest: Schema };
  const keys = keysIn(manifest);

  it('names every key and no other', () => {
    expect(unique(keysOf(table))).toEqual(unique(keys.map(({ path }) => path)));
  });

  it('says which are required', () => {
    const required = (list: readonly Key[]) => unique(list.filter((key) => key.required).map(({ path }) => path));
    expect(unique(keysOf(table.filter(([, , cell]) => cell === 'yes')))).toEqual(required(keys));
  });
});

describe('docs/adding-a-tool.md', () => {
  it('names every key of a tool file and no other', () => {
    const names = { 'suppliers[].archives': '<platform>' };
    const keys = keysIn(toolJsonSchema() as Schema, names).map(({ path }) => path);
    expect(unique(keysOf(rows(read('docs/adding-a-tool.md'))))).toEqual(unique(keys));
  });
});

describe('docs/adding-a-rule.md', () => {
  it('names every key of a rule file and no other', () => {
    const schema = z.toJSONSchema(ruleSchema, { io: 'input', unrepresentable: 'any' }) as Schema;
    const keys = keysIn(schema).map(({ path }) => path);
    expect(unique(keysOf(rows(read('docs/adding-a-rule.md'))))).toEqual(unique(keys));
  });
});

describe('docs/profiles.md', () => {
  it('lists the profiles as they are, and whether they run', () => {
    const { providers } = defaultPolicy();
    const expected = [...catalog.profiles.values()].map(({ name, tools, description }) => {
      const missing = tools.filter((id) => {
        const tool = catalog.tools.get(providers[id] ?? id);
        return id !== 'attestation' && (tool === undefined || !isEmbedded(tool));
      });
      const state = missing.length === 0 ? 'runs' : `needs ${missing.join(', ')}`;
      return [`\`${name}\``, tools.join(' '), state, description];
    });
    expect(rows(read('docs/profiles.md'))).toEqual(expected);
  });
});

describe('docs/tools.md', () => {
  const text = read('docs/tools.md');
  const tools = [...catalog.tools.values()];

  it('has a section for each embedded tool', () => {
    const headings = [...section(text, '## Embedded').matchAll(/^### `(.+)`$/gm)].map(([, id]) => id);
    expect(unique(headings.map(String))).toEqual(
      tools
        .filter(isEmbedded)
        .map(({ id }) => id)
        .sort(),
    );
  });

  it.each([
    ['ruff', 'Ruff'],
    ['eslint-security', 'ESLint'],
    ['ast-grep', 'ast-grep'],
  ])('names the version of the engine of %s', (id, engine) => {
    expect(section(text, `### \`${id}\``)).toContain(`${engine} ${catalog.lock.workers[id]?.version}`);
  });

  it('counts rules as they are', () => {
    const files = Object.keys(catalog.ruleFiles);
    expect(section(text, '### `ruff`')).toContain(`${Object.keys(RUFF_RULES).length} rules`);
    expect(section(text, '### `eslint-security`')).toContain(`${Object.keys(ESLINT_RULES).length} rules`);
    expect(section(text, '### `ast-grep`')).toContain(
      `${files.filter((path) => !path.includes('/')).length} rule files`,
    );
    expect(section(text, '### `secrets`')).toContain(`${loadRules('rules/secrets').length} rules`);
  });

  it('lists what is installed, with the version and the supplier of the tool file', () => {
    const others = tools
      .filter((tool) => !isEmbedded(tool))
      .map(({ id, suppliers: [first], description }) => {
        const installed = first === undefined || first.kind === 'embedded' ? undefined : first;
        return [`\`${id}\``, installed?.version ?? '', installed?.kind ?? 'none', description];
      });
    const listed = rows(text, '## Installed');
    expect(listed.map(([id, version, supplier, , what]) => [id, version, supplier, what])).toEqual(others);
  });

  it('says of each installed tool what to know', () => {
    const known = [...section(text, '## Installed').matchAll(/^- ((?:`[a-z-]+`(?:, )?)+):/gm)];
    const named = known.flatMap(([, ids = '']) => ids.split(', ').map((id) => id.replaceAll('`', '')));
    const installed = tools.filter(
      ({ id, suppliers }) => id === 'zap' || suppliers.some(({ kind }) => kind !== 'embedded'),
    );
    expect(named.sort()).toEqual(installed.map(({ id }) => id).sort());
  });

  it('is the list that the README gives', () => {
    const listed = rows(read('README.md'), '## Tools').map(([id = '']) => id.replaceAll('`', ''));
    expect(listed.sort()).toEqual(
      tools
        .filter(isEmbedded)
        .map(({ id }) => id)
        .sort(),
    );
  });
});

describe('docs/threat-model.md', () => {
  it('says of each limit at each level whether anything enforces it', () => {
    const cgroups = { version: 2 as const };
    const levels = [
      namespaceEnforcement('bubblewrap', cgroups, true),
      namespaceEnforcement('namespaces', cgroups, false),
      bareEnforcement(false, { net: 'x', filesystem: 'x' }),
      bareEnforcement(true),
    ];
    const limits = [
      ...(['memoryBytes', 'cpuSeconds', 'wallSeconds', 'pids', 'outputBytes', 'logBytes', 'tmpBytes'] as const),
      ...(['net', 'filesystem', 'syscalls', 'uid'] as const),
    ];
    const table = rows(read('docs/threat-model.md'));
    expect(table.map(([, ...cells]) => cells.map((cell) => cell === 'declared'))).toEqual(
      limits.map((limit) => levels.map((level) => level[limit] === 'declared')),
    );
  });
});
