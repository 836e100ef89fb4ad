import * as z from 'zod';
import { Refusal } from '../../lib/errors.js';

/** What containers are made of, each fixed by its digest. */
export const imagesSchema = z.strictObject({
  schemaVersion: z.literal(1),
  images: z.strictObject({
    base: z.strictObject({
      reference: z.string().describe('The image as its registry names it, with a tag for the reader.'),
      digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
    }),
  }),
});
export type Images = z.infer<typeof imagesSchema>;

/** What the operator says about images; it is never the tree's. */
export interface ImageChoice {
  /** A registry that has all images under their own repository names, such as `mirror.example:5000`. */
  registryMirror?: string;
  /** Replaces the base image; must name a digest. */
  baseImage?: string;
}

/** `host[:port]/repository`, with no tag. */
const REPOSITORY = /^[a-z0-9][a-z0-9.-]*(:\d{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)+$/;
const REFERENCE = /^(?<name>[^@\s]+?)(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?@(?<digest>sha256:[0-9a-f]{64})$/;
const REGISTRY = /^[a-z0-9][a-z0-9.-]*(:\d{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/;

/** The image that containers start from, `name@digest`. Throws `Refusal` for one that is not fixed by a digest. */
export function baseImage({ images }: Images, { registryMirror, baseImage: chosen }: ImageChoice): string {
  const wanted = chosen ?? `${images.base.reference}@${images.base.digest}`;
  const { name = '', digest = '' } = REFERENCE.exec(wanted)?.groups ?? {};
  if (!REPOSITORY.test(name))
    throw refused(`the base image is not a reference with a digest: ${JSON.stringify(wanted)}`);
  if (registryMirror === undefined) return `${name}@${digest}`;
  if (!REGISTRY.test(registryMirror)) throw refused(`not a registry: ${JSON.stringify(registryMirror)}`);
  return `${registryMirror}${name.slice(name.indexOf('/'))}@${digest}`;
}

const refused = (message: string): Refusal =>
  new Refusal('usage', [{ message, remedy: 'Write it as registry/repository:tag@sha256:….' }]);
