import type { Reader } from '../sbom/formats.js';
import type { Listing } from '../sbom/listing.js';
import type { LicenseReader } from './declaration.js';

/** How many packages a lockfile lists, also those that are no components for want of a version. */
export const listedIn = (listing: Listing): number =>
  [listing.packages().length, listing.unpinned.length, ...listing.gaps.values()].reduce((sum, count) => sum + count, 0);

/** For lockfiles that hold no licences: what they list is not judged, and that is said. */
export const withoutLicenses =
  (read: Reader): LicenseReader =>
  (text, path) => ({ dependencies: [], silent: listedIn(read(text, path)) });
