import { resourceUri } from '../resource-uri.js';
import { type Statement, type StatementFacts, statement, subjects } from '../statement.js';
import { OPENVEX_PREDICATE, openVex } from './openvex.js';
import { VERIFIER } from './vsa.js';

/**
 * What the waivers of the run say of flaws in dependencies; undefined when they say nothing of any. Its time is the date
 * by which waivers were judged.
 */
export function vexStatement({ evidence, indexSha256 }: StatementFacts): Statement<unknown> | undefined {
  const { plan, snapshot, waivers } = evidence;
  if (waivers === null || plan.waivers === null) return undefined;
  const context = {
    author: VERIFIER,
    timestamp: `${plan.waivers.asOf}T00:00:00Z`,
    version: plan.generator.version,
    product: resourceUri(snapshot),
  };
  const document = openVex(waivers.flaws, context);
  return document && statement(subjects(snapshot, indexSha256), OPENVEX_PREDICATE, document);
}
