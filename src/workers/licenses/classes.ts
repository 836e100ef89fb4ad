/**
 * What a licence asks of those who ship the code, strictest first: the classes of Google's licenseclassifier
 * (github.com/google/licenseclassifier, license_type.go), which Trivy uses too.
 */
export const CLASSES = ['forbidden', 'restricted', 'reciprocal', 'notice', 'permissive', 'unencumbered'] as const;
export type LicenseClass = (typeof CLASSES)[number];

/** Families of which every version and variant is of the class. */
const FAMILIES: readonly [RegExp, LicenseClass][] = [
  [/^(?:AGPL|CC-BY-NC)-/, 'forbidden'],
  // Source that may be read and not freely used; the two classifiers do not know them.
  [/^(?:SSPL|BUSL|Elastic|PolyForm)-/, 'forbidden'],
  [/^(?:GPL|LGPL|CC-BY-SA|CC-BY-ND|OSL|NPL)-/, 'restricted'],
  // Copyleft of a whole work that they do not know either.
  [/^(?:GFDL|EUPL|CECILL|RPL|copyleft-next)-/, 'restricted'],
  [/^(?:MPL|EPL|CDDL|APSL)-/, 'reciprocal'],
  [/^CC-BY-[0-9]/, 'notice'],
];

/** A licence that takes nothing is known by its own id only: a variant of it may well ask for more. */
const MEMBERS: Readonly<Record<LicenseClass, string>> = {
  forbidden: 'WTFPL',
  restricted: 'QPL-1.0 Sleepycat',
  reciprocal: 'CECILL-C CPL-1.0 FreeImage IPL-1.0 Ruby',
  notice: `
    AFL-1.1 AFL-1.2 AFL-2.0 AFL-2.1 AFL-3.0 Apache-1.0 Apache-1.1 Apache-2.0 Artistic-1.0 Artistic-1.0-cl8
    Artistic-1.0-Perl Artistic-2.0 BSD-1-Clause BSD-2-Clause BSD-2-Clause-FreeBSD BSD-2-Clause-NetBSD
    BSD-2-Clause-Patent BSD-2-Clause-Views BSD-3-Clause BSD-3-Clause-Attribution BSD-3-Clause-Clear BSD-3-Clause-LBNL
    BSD-4-Clause BSD-4-Clause-UC BSD-Protection BSD-Source-Code BSL-1.0 BlueOak-1.0.0 CECILL-B curl FTL HPND ICU ISC
    ImageMagick Libpng libpng-2.0 libtiff Linux-OpenIB LPL-1.0 LPL-1.02 MIT MIT-CMU MS-PL MulanPSL-2.0 NCSA OFL-1.1
    OpenSSL PHP-3.0 PHP-3.01 PSF-2.0 PostgreSQL Python-2.0 Python-2.0.1 SGI-B-1.0 SGI-B-1.1 SGI-B-2.0 Unicode-3.0
    Unicode-DFS-2015 Unicode-DFS-2016 Unicode-TOU UPL-1.0 W3C W3C-19980720 W3C-20150513 X11 Xnet Zend-2.0 Zlib
    zlib-acknowledgement ZPL-1.1 ZPL-2.0 ZPL-2.1`,
  permissive: '',
  unencumbered: '0BSD CC0-1.0 CC-PDDC MIT-0 Unlicense',
};

const BY_ID: ReadonlyMap<string, LicenseClass> = new Map(
  CLASSES.flatMap((one) => (MEMBERS[one].match(/\S+/g) ?? []).map((id) => [id, one] as const)),
);

/** The id without what says whether later versions count: they are of one class. */
export const baseId = (id: string): string => id.replace(/(?:-only|-or-later|\+)$/, '');

/** The class of an SPDX licence id; `undefined` for one that no table has. */
export const classOf = (id: string): LicenseClass | undefined =>
  BY_ID.get(baseId(id)) ?? FAMILIES.find(([family]) => family.test(id))?.[1];
