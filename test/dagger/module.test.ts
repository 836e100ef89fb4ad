import { copyFileSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { builtCatalog } from '../support/catalog.js';

/** What `dagger` makes of the module's source, by the SDK's own introspector; no engine is needed. */
interface Shape {
  name: string;
  objects: Record<string, { constructor?: Method; methods: Record<string, Method> }>;
}
interface Method {
  description?: string;
  arguments: Record<string, Argument>;
  returnType?: { kind: string; name?: string };
}
interface Argument {
  description?: string;
  isOptional?: boolean;
  defaultValue?: unknown;
  defaultPath?: string;
  ignore?: readonly string[];
}

const SDK = resolve('node_modules/@dagger.io/dagger/dist/src');
const folder = mkdtempSync(join(tmpdir(), 'module-test-'));

let shape: Shape;
let methods: Record<string, Method> = {};
let caches: [string, string | undefined][] = [];

beforeAll(async () => {
  // The introspector looks types up in a file of this name; the package ships its declarations alone.
  const client = join(folder, 'client.gen.ts');
  copyFileSync(join(SDK, 'api/client.gen.d.ts'), client);
  const { scan } = await import(pathToFileURL(join(SDK, 'module/introspector/index.js')).href);
  const sources = readdirSync('dagger/src').map((name) => join('dagger/src', name));
  const scanned = await scan([...sources, client], 'certus-security-scan', false);
  shape = JSON.parse(JSON.stringify(scanned));
  const found: Record<string, { cache?: string }> = scanned.objects.CertusSecurityScan.methods;
  caches = Object.entries(found).map(([name, { cache }]) => [name, cache]);
  methods = shape.objects['CertusSecurityScan']?.methods ?? {};
}, 60_000);

const camelCase = (name: string) => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

const PROFILES_WITHOUT_A_FUNCTION = ['attestation-test', 'default', 'sbom'];

describe('the module', () => {
  it('is one object, which the introspector understands', () => {
    expect([shape.name, Object.keys(shape.objects)]).toEqual(['CertusSecurityScan', ['CertusSecurityScan']]);
  });

  it('has a function for each profile, and those that every caller needs', () => {
    const profiles = readdirSync('profiles').map((file) => basename(file, '.yaml'));
    const own = profiles.filter((name) => !PROFILES_WITHOUT_A_FUNCTION.includes(name));
    expect(Object.keys(methods).sort()).toEqual(
      [...own.map(camelCase), 'check', 'plan', 'sbom', 'scan', 'verify'].sort(),
    );
  });

  it('takes in each profile’s function what its tools cannot run without', async () => {
    const { profiles, tools } = await builtCatalog();
    for (const [name, { tools: ids }] of profiles) {
      const method = methods[camelCase(name)];
      if (method === undefined) continue;
      const needed = ids.flatMap((id) => tools.get(id) ?? []);
      const wanted = {
        advisories: needed.some(({ advisories }) => advisories !== undefined),
        privacyAssets: needed.some(({ assets }) => assets?.includes('privacy')),
      };
      const taken = {
        advisories: 'advisories' in method.arguments,
        privacyAssets: 'privacyAssets' in method.arguments,
      };
      expect(taken, name).toEqual(wanted);
    }
  });

  it('takes what any profile may need wherever the profile is an argument', () => {
    const open = Object.entries(methods).filter(([, method]) => 'profile' in method.arguments);
    expect(open.map(([name]) => name).sort()).toEqual(['check', 'plan', 'scan']);
    for (const [name, method] of open)
      expect(Object.keys(method.arguments), name).toEqual(
        expect.arrayContaining(['policy', 'advisories', 'privacyAssets']),
      );
  });

  it('documents each function and each argument', () => {
    const all = Object.entries({ ...methods, constructor: shape.objects['CertusSecurityScan']?.constructor });
    for (const [name, method] of all) {
      if (name !== 'constructor') expect(method?.description, name).toMatch(/\.$/);
      for (const [argument, { description }] of Object.entries(method?.arguments ?? {}))
        expect(description, `${name} ${argument}`).toBeTruthy();
    }
  });

  it('has nothing answered from the engine’s cache', () => {
    expect(caches.map(([name]) => name)).toEqual(Object.keys(methods));
    expect(caches.filter(([, cache]) => cache !== 'never')).toEqual([]);
  });

  it('leaves no part of what it is given out: a tree could hide there', () => {
    const all = Object.values(methods).flatMap((method) => Object.values(method.arguments));
    expect(all.flatMap(({ ignore }) => ignore ?? [])).toEqual([]);
  });

  it('demands a source wherever a default could be another tree than the caller’s', () => {
    const withDefault = Object.entries(methods).filter(
      ([
        ,
        {
          arguments: { source },
        },
      ]) => source && (source.isOptional || source.defaultPath),
    );
    expect(withDefault.map(([name]) => name)).toEqual(['check']);
  });

  it('returns a folder for a scan, whatever the verdict, and nothing for a check', () => {
    expect(methods['scan']?.returnType).toMatchObject({ name: 'Directory' });
    expect(methods['smoke']?.returnType).toMatchObject({ name: 'Directory' });
    expect(methods['sbom']?.returnType).toMatchObject({ name: 'File' });
    expect(methods['check']?.returnType).toMatchObject({ kind: 'VOID_KIND' });
  });
});
