import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LICENCE = /^(licen[cs]e|copying|notice)/i;

/** Writes the licence of every package that is bundled into a program or a worker. */
export function writeNotices(folders, path) {
  const sections = [...new Set([...folders].map(section))].sort();
  writeFileSync(path, `Packages bundled into the programs and workers of this package\n\n${sections.join('\n\n')}`);
}

function section(folder) {
  const description = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const title = `${description.name} ${description.version}`;
  return `${title}\n${'='.repeat(title.length)}\n\n${licenceOf(folder, description)}\n`;
}

/** Licence texts of a package's folder; its package.json's word where it ships none. */
function licenceOf(folder, { license, author }) {
  const texts = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && LICENCE.test(entry.name))
    .map(({ name }) => name)
    .sort();
  if (texts.length > 0) return texts.map((name) => readFileSync(join(folder, name), 'utf8').trim()).join('\n\n');
  if (license === undefined) throw new Error(`${folder} states no licence`);
  return `${license}${author ? `, ${author.name ?? author}` : ''} (the package ships no licence text)`;
}
