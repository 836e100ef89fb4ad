import * as z from 'zod';
import { linesOf as requirementLines } from './requirements.js';

type Check = (text: string) => boolean;

/** Whether each line is of one of the forms that state no dependency. */
const linesOf =
  (form: RegExp): Check =>
  (text) =>
    text.split(/\r\n|\n|\r/).every((line) => form.test(line));

const json =
  (schema: z.ZodType): Check =>
  (text) => {
    try {
      return schema.safeParse(JSON.parse(text)).success;
    } catch {
      return false;
    }
  };

const emptyList = z.array(z.unknown()).max(0);
const emptyMap = z.strictObject({});
const npm = z.looseObject({
  lockfileVersion: z.int(),
  packages: z
    .strictObject({ '': z.looseObject({ dependencies: emptyMap.optional(), devDependencies: emptyMap.optional() }) })
    .partial()
    .optional(),
  dependencies: emptyMap.optional(),
});
const composer = z.looseObject({ packages: emptyList, 'packages-dev': emptyList });
const pipfile = z.looseObject({ default: emptyMap, develop: emptyMap });

const toml = linesOf(
  /^\s*$|^#|^\[(metadata|metadata\.files|extras)\]$|^package = \[\]$|^[a-z-]+ = ("[^"]*"|[0-9]+|\[\])$/,
);

const uvLines = linesOf(
  /^\s*$|^#|^\[\[package\]\]$|^\[package\.metadata\]$|^source = \{ virtual = "\." \}$|^[a-z-]+ = ("[^"]*"|[0-9]+|\[\])$/,
);

/** uv locks the project itself too; where that is no package, tools leave it out. */
const uv: Check = (text) => uvLines(text) && times(text, '[[package]]') === times(text, '{ virtual = "." }');
const times = (text: string, part: string): number => text.split(part).length - 1;

/** An XML that cannot spell the words in another way: no DTD, nothing but the one document. */
const pom: Check = (text) =>
  /^\s*<(\?xml|project)\b/.test(text) &&
  /<\/project>\s*$/.test(text) &&
  !/<!DOCTYPE|<dependency\b|<parent\b|:dependency\b|:parent\b/i.test(text);

/** What each kind of lockfile looks like when nothing is locked. A kind that is not here is never taken for empty. */
const EMPTY: readonly (readonly [name: RegExp, check: Check])[] = [
  [/requirements[^/]*\.txt$/, (text) => requirementLines(text).every((line) => line === '')],
  [/(^|\/)go\.mod$/, linesOf(/^\s*(\/\/|$|module\s+\S+\s*$|(go|toolchain)\s+[a-z0-9.]+\s*$)/)],
  [/(^|\/)(package-lock|npm-shrinkwrap)\.json$/, json(npm)],
  [/(^|\/)yarn\.lock$/, linesOf(/^\s*(#|$)|^__metadata:$|^ {2}(version|cacheKey): \w+$/)],
  [/(^|\/)composer\.lock$/, json(composer)],
  [/(^|\/)Pipfile\.lock$/, json(pipfile)],
  [/(^|\/)(poetry|pdm)\.lock$/, toml],
  [/(^|\/)uv\.lock$/, uv],
  [/(^|\/)(buildscript-)?gradle\.lockfile$/, linesOf(/^\s*(#|$)|^empty=/)],
  [/(^|\/)pom\.xml$/, pom],
];

/**
 * Whether a lockfile plainly states no dependency, so that a tool which lists none of it has nothing to tell. It must show
 * the whole form of an empty file: one that is broken, or that hides something from this reading, is not empty.
 */
export const statesNoDependency = (name: string, text: string): boolean =>
  EMPTY.find(([pattern]) => pattern.test(name))?.[1](text) ?? false;
