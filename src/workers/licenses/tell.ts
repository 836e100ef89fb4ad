import type { Report } from '../lib/protocol.js';
import type { Config } from './config.js';
import type { Declaration, Declarations } from './declaration.js';
import { type Judged, licenseJudge } from './judge.js';
import { OF_PROJECT, ruleOf, whatOf } from './rules.js';

/** Folders by whose name a project says that what is inside is somebody else's. */
const VENDORED =
  /(?:^|\/)(?:node_modules|bower_components|_?vendor(?:s|ed)?|third[_-]?party|extern(?:al)?|site-packages)\//i;

/** Longest text of a licence that a message quotes. */
const MAX_QUOTE = 120;

/** Standings of the project's own licence that are worth a note: they bind those who use it. */
const BINDING: readonly Judged[] = ['denied', 'forbidden', 'restricted', 'reciprocal'];

/** Reports what one file declares. Gives the number of packages on whose licences it is silent. */
export type Tell = (path: string, declarations: Declarations, report: Report) => number;

export function teller(config: Config): Tell {
  const judge = licenseJudge(config);
  const tellOne = (path: string, one: Declaration, report: Report) => {
    const standing = judge(one.stated);
    if (standing === 'allowed' || config.severities[standing] === 'none') return;
    const message = `${one.package}: ${quoted(one)} ${whatOf(standing)}.`;
    report.finding({ rule: ruleOf(standing), path, ...placeOf(one), message });
  };
  return (path, { own, dependencies, silent }, report) => {
    if (own !== undefined && VENDORED.test(path)) tellOne(path, own, report);
    else if (own !== undefined) noteProject(path, own, judge(own.stated), report);
    // A lockfile whose maker wrote no licences at all: it is said once, like that of a kind that holds none.
    if (dependencies.every(({ stated }) => stated.length === 0)) return silent + dependencies.length;
    for (const one of dependencies) tellOne(path, one, report);
    return silent;
  };
}

function noteProject(path: string, own: Declaration, standing: Judged, report: Report): void {
  if (standing === 'allowed' || !BINDING.includes(standing)) return;
  const message = `${own.package}, the project itself: ${quoted(own)} ${whatOf(standing)}.`;
  report.finding({ rule: OF_PROJECT, path, ...placeOf(own), message });
}

const quoted = ({ stated }: Declaration): string =>
  stated.length === 0 ? 'its licence' : `its licence, ${stated.join(' or ').slice(0, MAX_QUOTE)},`;

/** From the entry, whose text names the package: the line of the licence alone reads the same for many packages. */
const placeOf = ({ line, endLine }: Declaration) =>
  endLine !== undefined && endLine > line ? { startLine: line, endLine } : { startLine: line };
