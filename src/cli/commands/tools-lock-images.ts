import { join } from 'node:path';
import { loadImages } from '../../core/package.js';
import { lockImage, type Platform, writeImagesLock } from '../../core/toolchain/lock-images.js';

export interface ImageFlags {
  registryMirror?: string;
  baseImage?: string;
}

/** The engine runs Linux, on the architecture of this machine unless it is another one. */
const platform = (): Platform => ({ os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch });

/**
 * Asks registries for the digests of images, writes them to `images.lock.json` in the folder and prints each as
 * `--base-image` takes it. A reference of the operator's replaces the package's.
 */
export async function lockImages(
  { registryMirror, baseImage }: ImageFlags,
  folder: string,
  signal: AbortSignal,
): Promise<number> {
  const lock = await loadImages();
  const reference = baseImage ?? lock.images.base.reference;
  const base = await lockImage(reference, { registryMirror, platform: platform(), fetch, signal });
  await writeImagesLock(join(folder, 'images.lock.json'), { ...lock, images: { ...lock.images, base } });
  console.log(`base: ${base.reference}@${base.digest}`);
  return 0;
}
