import type { RuleLine } from '../lib/protocol.js';
import { type Config, STANDINGS, type Standing } from './config.js';

interface Words {
  /** Follows "Licence … ". */
  what: string;
  help: string;
}

const REPLACE = 'Replace the package, use a version under another licence, or buy one.';

const WORDS: Readonly<Record<Standing, Words>> = {
  denied: { what: 'is denied by the configuration', help: REPLACE },
  forbidden: {
    // WTFPL permits everything and is in the class all the same, as too vague.
    what: 'is one that many organisations do not allow: it rules out common uses, binds whoever offers the software over a network, or is too vague to rely on',
    help: `${REPLACE} Where legal advice accepts it, allow the licence in the configuration.`,
  },
  restricted: {
    what: 'asks that the source of the whole work is given under the same licence',
    help: `Find out whether the work is distributed with it. If so: ${REPLACE.toLowerCase()}`,
  },
  reciprocal: {
    what: 'asks that changes to the package are given under the same licence',
    help: 'Publish changes that are made to the package, or leave it unchanged, and keep its notices.',
  },
  notice: { what: 'asks for its notice', help: 'Ship the notice of the package with the product.' },
  permissive: { what: 'asks for nothing but what its text says', help: 'Keep the text of the licence.' },
  unencumbered: { what: 'asks for nothing', help: 'Nothing needs to be done.' },
  unknown: {
    what: 'is none that the tables know',
    help: 'Read the text of the licence, then put it in a class in the configuration, or replace the package.',
  },
  undeclared: {
    what: 'is not stated',
    help: 'Look for the licence in the package. Without one nobody but its author may use it.',
  },
};

export const ruleOf = (standing: Standing): string => `license-${standing}`;
export const whatOf = (standing: Standing): string => WORDS[standing].what;

/** Packages in a file that holds no licences. */
export const NOT_IN_FILE = 'license-not-in-file';
/** What the project's own manifest says. */
export const OF_PROJECT = 'license-of-project';

const noted = (id: string, full: string, help: string): Omit<RuleLine, 'type'> => ({
  ...{ id, name: id, severity: 'none', kind: 'review', cwe: [], shortDescription: full, fullDescription: full, help },
});

const NOTES: readonly Omit<RuleLine, 'type'>[] = [
  noted(
    NOT_IN_FILE,
    'Packages are listed without their licences: these are not judged.',
    'Judge them where they are installed, by a tool that may read the packages themselves.',
  ),
  noted(
    OF_PROJECT,
    'The project itself is under a licence that binds those who use it.',
    'Nothing, if that is what the project means to be under.',
  ),
];

/** The rules with their severities; those of standings that are no finding are left out. */
export function rulesOf({ severities }: Config): Omit<RuleLine, 'type'>[] {
  const judging = STANDINGS.flatMap((standing) => {
    const { what, help } = WORDS[standing];
    const severity = severities[standing];
    if (severity === 'none') return [];
    const full = `The licence of a package ${what}.`;
    const id = ruleOf(standing);
    return [
      { id, name: id, severity, kind: 'fail' as const, cwe: [], shortDescription: full, fullDescription: full, help },
    ];
  });
  return [...judging, ...NOTES];
}
