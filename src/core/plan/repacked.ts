import type { Problem } from '../lib/errors.js';
import type { InstalledSupplier } from './supplier.js';

/**
 * Why a program that somebody else packed is not used: its digest is none of the official ones, and the policy
 * (`toolchain.repacked`) does not allow it.
 */
export function repackedProblem(
  tool: string,
  supplier: InstalledSupplier,
  files: ReadonlyMap<string, { sha256: string }>,
  allowed: boolean,
): Problem | undefined {
  const repacked = repackedOf(supplier);
  if (repacked === undefined || allowed) return undefined;
  const sha256 = files.get(repacked.program)?.sha256;
  return sha256 !== undefined && repacked.official.includes(sha256) ? undefined : problem(tool, supplier, repacked.of);
}

/** The same, before anything is fetched: no digest is known as official, so none can be. */
export function unknownProgram(tool: string, supplier: InstalledSupplier, allowed: boolean): Problem | undefined {
  const repacked = repackedOf(supplier);
  return repacked?.official.length === 0 ? repackedProblem(tool, supplier, new Map(), allowed) : undefined;
}

/** What a supplier says of a program in somebody else's package. */
export const repackedOf = (supplier: InstalledSupplier) => ('repacked' in supplier ? supplier.repacked : undefined);

const problem = (tool: string, supplier: InstalledSupplier, official: string): Problem => ({
  message: `${tool} comes in somebody else's package${'package' in supplier ? ` (\`${supplier.package}\`)` : ''}, and its program is not known as one of ${official}`,
  remedy: `Allow it with \`toolchain.repacked: [${tool}]\` in the policy, or take another supplier.`,
});
