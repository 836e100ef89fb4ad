import * as z from 'zod';
import type { ComponentLine } from '../../lib/protocol.js';
import type { Adapter, Sink } from '../adapter.js';
import { unique } from '../sca/advisory.js';
import { dependencyLines } from '../sca/dependency-line.js';
import { accountForFiles, nameInView } from '../sca/lockfile.js';

const license = z.union([
  z.looseObject({ expression: z.string().min(1) }).transform(({ expression }) => expression),
  z
    .looseObject({ license: z.looseObject({ id: z.string().optional(), name: z.string().optional() }) })
    .transform(({ license: { id, name } }) => id ?? name ?? ''),
]);

const component = z.looseObject({
  'bom-ref': z.string().optional(),
  type: z.string(),
  group: z.string().default(''),
  name: z.string(),
  version: z.string().default(''),
  scope: z.enum(['required', 'optional', 'excluded']).default('required'),
  purl: z
    .string()
    .regex(/^pkg:[a-z][a-z0-9.+-]*\/\S+$/)
    .optional(),
  hashes: z.array(z.looseObject({ alg: z.string(), content: z.string() })).default([]),
  licenses: z.array(license).default([]),
  properties: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })).default([]),
});
type Component = z.infer<typeof component>;

/** CycloneDX JSON 1.4 to 1.7 (ECMA-424); Syft leaves `components` out where it found none. */
const schema = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string().regex(/^1\.[4-7]$/),
  metadata: z.looseObject({ tools: z.unknown().refine((tools) => tools !== undefined, 'no tool is named') }),
  components: z.array(component).default([]),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()).default([]) })).default([]),
});

/** Workflows and actions that use no other action. */
const MAY_STATE_NOTHING = /(^|\/)(\.github\/workflows\/[^/]+|action)\.ya?ml$/;

/** What Syft writes where a package states no version (its `compliance.missing-version: stub`). */
const UNSTATED = 'UNKNOWN';

type Line = Omit<ComponentLine, 'type'>;

/** Reads a CycloneDX document of Syft: a component for each place that `syft:location:<n>:path` names. */
export const cyclonedx: Adapter = (report, sink) => {
  const { components, dependencies } = schema.parse(report);
  const packages = components.filter(({ type }) => type !== 'file');
  const purls = new Map(packages.map((one) => [one['bom-ref'] ?? '', one.purl]));
  const needs = new Map(
    dependencies.map(({ ref, dependsOn }) => [ref, unique(dependsOn.flatMap((to) => purls.get(to) ?? []))]),
  );
  const lineOf = dependencyLines(sink);
  const lines = packages
    .filter((one) => !isLocal(one))
    .flatMap((one) => {
      const dependsOn = needs.get(one['bom-ref'] ?? '') ?? [];
      return pathsOf(one).map((path) => toLine(one, path, dependsOn, lineOf, sink));
    });
  const silent = sink.files.map(({ name }) => name).filter((name) => MAY_STATE_NOTHING.test(name));
  accountForFiles(sink, new Set([...packages.flatMap(pathsOf), ...silent]));
  for (const line of lines) if (line !== undefined) sink.component(line);
};

/** An action of the tree itself, which a workflow uses by its path: a part of the subject, not a component of it. */
const isLocal = ({ purl, name }: Component): boolean => purl === undefined && name.startsWith('./');

/** Throws for a component that was found nowhere: it could not be traced to the tree. */
function pathsOf({ properties, name }: Component): string[] {
  const paths = properties.flatMap((property) =>
    /^syft:location:[0-9]+:path$/.test(property.name) ? nameInView(property.value ?? '') : [],
  );
  if (paths.length === 0 || name === '') throw new Error('a component without a name or a place');
  return unique(paths);
}

function toLine(
  one: Component,
  path: string,
  dependsOn: string[],
  lineOf: ReturnType<typeof dependencyLines>,
  sink: Sink,
): Line | undefined {
  if (one.purl === undefined) {
    sink.unread({
      path,
      reason: 'unsupported',
      detail: 'the tool names a component of this file without a package URL',
    });
    return undefined;
  }
  return {
    purl: one.purl,
    name: [one.group, one.name].filter((part) => part !== '').join(one.purl.startsWith('pkg:maven/') ? ':' : '/'),
    version: one.version === UNSTATED ? '' : one.version,
    path,
    line: lineOf(path, one.name, one.version),
    scope: one.scope === 'excluded' ? 'development' : one.scope,
    hashes: Object.fromEntries(one.hashes.map(({ alg, content }) => [alg, content])),
    licenses: unique(one.licenses.filter((text) => text !== '')),
    dependsOn,
  };
}
