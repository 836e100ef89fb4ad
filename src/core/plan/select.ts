import type { Problem } from '../lib/errors.js';
import type { Thresholds } from '../lib/severity.js';
import { didYouMean } from '../lib/suggest.js';
import type { Manifest } from '../manifest/manifest.js';
import type { Catalog } from './catalog.js';

/** The profile that a run uses, from the manifest or from this package. */
export interface Selection {
  name: string;
  origin: 'built-in' | 'manifest';
  tools: readonly { id: string; configured: boolean }[];
  thresholds: Thresholds;
  ceilingSeconds: number | null;
  includePrivacy: boolean;
}

export const DEFAULT_PROFILE = 'default';

/** Finds the profile. With a manifest it is one of the manifest's, never silently a built-in one. */
export function selectProfile(
  wanted: string | undefined,
  manifest: Manifest | undefined,
  catalog: Catalog,
): Selection | { problem: Problem } {
  return manifest === undefined ? builtIn(wanted ?? DEFAULT_PROFILE, catalog) : fromManifest(wanted, manifest);
}

function builtIn(name: string, catalog: Catalog): Selection | { problem: Problem } {
  const profile = catalog.profiles.get(name);
  if (profile === undefined) {
    const known = [...catalog.profiles.keys()];
    const remedy = `Profiles: ${known.join(', ')}.`;
    return { problem: { message: `unknown profile ${didYouMean(name, known)}`, remedy } };
  }
  const tools = profile.tools.map((id) => ({ id, configured: false }));
  return { name, origin: 'built-in', tools, thresholds: {}, ceilingSeconds: null, includePrivacy: true };
}

function fromManifest(wanted: string | undefined, manifest: Manifest): Selection | { problem: Problem } {
  const names = manifest.profiles.map((profile) => profile.name);
  const name = wanted ?? (names.length === 1 ? names[0] : DEFAULT_PROFILE);
  const profile = manifest.profiles.find((candidate) => candidate.name === name);
  if (profile === undefined) {
    const remedy = `Choose one with --profile: ${names.join(', ')}.`;
    return { problem: { message: `the manifest has no profile ${didYouMean(name ?? '', names)}`, remedy } };
  }
  const minutes = profile.bundle?.runtimeCeilingMinutes;
  return {
    name: profile.name,
    origin: 'manifest',
    tools: profile.tools.map(({ id, config }) => ({ id, configured: Object.keys(config ?? {}).length > 0 })),
    thresholds: profile.thresholds ?? {},
    ceilingSeconds: minutes === undefined ? null : minutes * 60,
    includePrivacy: profile.bundle?.includePrivacy ?? true,
  };
}
