import { Refusal } from '../core/lib/errors.js';
import { bundlesAt } from '../core/verify/bundles.js';
import type { VerifyProblem } from '../core/verify/problems.js';

/** The one bundle at a path. Throws `Refusal` for a folder of none or of several. */
export async function oneBundle(path: string): Promise<string> {
  const [bundle, ...others] = await bundlesAt(path);
  if (bundle !== undefined && others.length === 0) return bundle;
  const remedy = 'Name one of them, or its link `latest`.';
  throw new Refusal('usage', [{ file: path, message: `holds ${others.length + 1} bundles`, remedy }]);
}

/** What is said of a bundle that does not hold; `name` must be safe to print, as the problems are. */
export const notIntact = (name: string, problems: readonly VerifyProblem[]): string[] => [
  `${name}: NOT INTACT, so it is not compared`,
  ...problems.map(({ file, reason }) => `  ${file}: ${reason}`),
];
