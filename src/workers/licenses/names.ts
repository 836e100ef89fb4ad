import spdxLicenseList from 'spdx-license-list';

/** Manifests older than SPDX name licences in words. Spellings that mean one licence, or one class, without doubt. */
const SPELLINGS: Readonly<Record<string, string>> = {
  'academic free 3.0': 'AFL-3.0',
  'affero general public 3': 'AGPL-3.0-only',
  agpl: 'AGPL-3.0-only',
  'agpl 3': 'AGPL-3.0-only',
  agplv3: 'AGPL-3.0-only',
  'agplv3+': 'AGPL-3.0-or-later',
  apache: 'Apache-2.0',
  'apache 2': 'Apache-2.0',
  'apache software': 'Apache-2.0',
  'apache software 2.0': 'Apache-2.0',
  'asl 2.0': 'Apache-2.0',
  // Every BSD licence in use is of one class.
  bsd: 'BSD-3-Clause',
  'bsd 2 clause': 'BSD-2-Clause',
  'bsd 3 clause': 'BSD-3-Clause',
  'cc0 1.0 universal': 'CC0-1.0',
  'cddl 1.0': 'CDDL-1.0',
  'cddl 1.1': 'CDDL-1.1',
  'eclipse distribution 1.0': 'BSD-3-Clause',
  'eclipse public 1.0': 'EPL-1.0',
  'eclipse public 2.0': 'EPL-2.0',
  'edl 1.0': 'BSD-3-Clause',
  'epl 1.0': 'EPL-1.0',
  'epl 2.0': 'EPL-2.0',
  'gnu affero general public 3': 'AGPL-3.0-only',
  'gnu affero general public 3 agplv3': 'AGPL-3.0-only',
  'gnu affero general public 3 or later agplv3+': 'AGPL-3.0-or-later',
  'gnu agpl 3': 'AGPL-3.0-only',
  'gnu general public': 'GPL-1.0-or-later',
  'gnu general public 2': 'GPL-2.0-only',
  'gnu general public 2 gplv2': 'GPL-2.0-only',
  'gnu general public 2 or later gplv2+': 'GPL-2.0-or-later',
  'gnu general public 3': 'GPL-3.0-only',
  'gnu general public 3 gplv3': 'GPL-3.0-only',
  'gnu general public 3 or later gplv3+': 'GPL-3.0-or-later',
  'gnu general public gpl': 'GPL-1.0-or-later',
  'gnu gpl 2': 'GPL-2.0-only',
  'gnu gpl 3': 'GPL-3.0-only',
  'gnu lesser general public': 'LGPL-2.0-or-later',
  'gnu lesser general public 2.1': 'LGPL-2.1-only',
  'gnu lesser general public 3 lgplv3': 'LGPL-3.0-only',
  'gnu lesser general public 3 or later lgplv3+': 'LGPL-3.0-or-later',
  'gnu library or lesser general public lgpl': 'LGPL-2.0-or-later',
  gpl: 'GPL-1.0-or-later',
  'gpl 2': 'GPL-2.0-only',
  'gpl 2.0': 'GPL-2.0-only',
  'gpl 3': 'GPL-3.0-only',
  'gpl 3.0': 'GPL-3.0-only',
  gplv2: 'GPL-2.0-only',
  'gplv2 or later': 'GPL-2.0-or-later',
  'gplv2+': 'GPL-2.0-or-later',
  gplv3: 'GPL-3.0-only',
  'gplv3 or later': 'GPL-3.0-or-later',
  'gplv3+': 'GPL-3.0-or-later',
  'isc iscl': 'ISC',
  lgpl: 'LGPL-2.0-or-later',
  'lgpl 2.1': 'LGPL-2.1-only',
  'lgpl 3': 'LGPL-3.0-only',
  'lgplv2.1': 'LGPL-2.1-only',
  lgplv3: 'LGPL-3.0-only',
  'modified bsd': 'BSD-3-Clause',
  'mozilla public 1.1 mpl 1.1': 'MPL-1.1',
  'mozilla public 2.0 mpl 2.0': 'MPL-2.0',
  'mpl 1.1': 'MPL-1.1',
  'mpl 2.0': 'MPL-2.0',
  'new bsd': 'BSD-3-Clause',
  'public domain': 'CC-PDDC',
  'python software foundation': 'PSF-2.0',
  'revised bsd': 'BSD-3-Clause',
  'simplified bsd': 'BSD-2-Clause',
  'unlicense unlicense': 'Unlicense',
  'zlib libpng': 'Zlib',
  'zope public': 'ZPL-2.1',
};

/** A name without case, punctuation and the words that say nothing: `The Apache License, Version 2.0` is `apache 2.0`. */
const plainName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9.+]+/g, ' ')
    .replace(/\b(?:the|licen[cs]es?|version)\b/g, ' ')
    .replace(/\bv(?=[0-9])/g, '')
    .replace(/\s+/g, ' ')
    .trim();

const IDS: ReadonlyMap<string, string> = new Map(Object.keys(spdxLicenseList).map((id) => [id.toLowerCase(), id]));

/** SPDX's own full names; where a deprecated id has the same name, the newer and longer id is taken. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ...Object.entries(spdxLicenseList)
    .sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1))
    .map(([id, { name }]) => [plainName(name), id] as const),
  ...Object.entries(SPELLINGS),
]);

/** The id in SPDX's own spelling: ids match without case (SPDX 2.3, annex D.2). */
export const spdxId = (word: string): string | undefined => IDS.get(word.toLowerCase());

/** What names of licences are written with; anything else is there to deceive. */
const PLAIN = /^[A-Za-z0-9 ,.()/"'+-]{1,200}$/;

/** The id of a licence that is named in words; `undefined` for a name that is not known for sure. */
export const namedLicense = (name: string): string | undefined =>
  PLAIN.test(name) ? NAMES.get(plainName(name)) : undefined;
