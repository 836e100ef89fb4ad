import { didYouMean } from '../lib/suggest.js';

/** What the rules between parts of a manifest look at. */
interface Parts {
  profiles: readonly { name: string; tools: readonly { id: string }[] }[];
  compliance?:
    | readonly { controls: readonly { tests: readonly { linkedProfile?: string | undefined }[] }[] }[]
    | undefined;
}

interface Contradiction {
  path: (string | number)[];
  message: string;
}

/** Names that must be unique and links that must lead somewhere. */
export function crossCheck({ profiles, compliance = [] }: Parts): Contradiction[] {
  const names = profiles.map(({ name }) => name);
  const repeatedTools = profiles.flatMap(({ tools }, p) =>
    repeated(tools.map(({ id }) => id)).map((t) => ({
      path: ['profiles', p, 'tools', t],
      message: 'this tool is in the profile already',
    })),
  );
  const repeatedProfiles = repeated(names).map((p) => ({
    path: ['profiles', p, 'name'],
    message: 'a profile of this name is there already',
  }));
  return [...repeatedProfiles, ...repeatedTools, ...deadLinks(names, compliance)];
}

/** Places of values that have been there before. */
function repeated(values: readonly string[]): number[] {
  const seen = new Set<string>();
  return values.flatMap((value, at) => {
    if (seen.has(value)) return [at];
    seen.add(value);
    return [];
  });
}

function deadLinks(names: readonly string[], compliance: NonNullable<Parts['compliance']>): Contradiction[] {
  return compliance.flatMap(({ controls }, set) =>
    controls.flatMap(({ tests }, control) =>
      tests.flatMap(({ linkedProfile }, test) => {
        if (linkedProfile === undefined || names.includes(linkedProfile)) return [];
        const path = ['compliance', set, 'controls', control, 'tests', test, 'linkedProfile'];
        return [{ path, message: `no such profile ${didYouMean(linkedProfile, names)}` }];
      }),
    ),
  );
}
