import { Malformed } from './located.js';

export interface YarnBlock {
  /** `name@range`, one or more. */
  descriptors: string[];
  line: number;
  fields: Map<string, string>;
  dependencies: [name: string, range: string][];
}

const HEADER = '# yarn lockfile v1';
const TOKEN = /"((?:[^"\\]|\\.)*)"|([^",\s]+)/g;
const LONGEST_LINE = 100_000;

/**
 * The blocks of a Yarn 1 lockfile: unindented descriptors ending in a colon, fields indented by two, the entries
 * of a dependency table by four. Throws `Malformed` when the header or this shape is missing.
 */
export function parseYarnV1(text: string): YarnBlock[] {
  const lines = text.split(/\r?\n/);
  if (!lines.some((line) => line.trim() === HEADER)) throw new Malformed('not a lockfile');
  const blocks: YarnBlock[] = [];
  let table = '';
  lines.forEach((line, index) => {
    if (line.length > LONGEST_LINE) throw new Malformed('a line too long');
    if (line.trim() === '' || line.startsWith('#')) return;
    const block = blocks[blocks.length - 1];
    if (!line.startsWith(' ')) blocks.push(opened(line, index + 1));
    else if (!block) throw new Malformed('a field before the first package');
    else if (line.startsWith('    ')) addDependency(block, table, line);
    else table = addField(block, line);
  });
  return blocks;
}

function opened(line: string, number: number): YarnBlock {
  const descriptors = tokens(line.slice(0, -1));
  if (!line.endsWith(':') || descriptors.length === 0) throw new Malformed('a line that is no package');
  return { descriptors, line: number, fields: new Map(), dependencies: [] };
}

/** Returns the name of the table that the field opens, or ''. */
function addField(block: YarnBlock, line: string): string {
  if (line.endsWith(':')) return line.trim().slice(0, -1);
  const [key, value] = tokens(line);
  if (key === undefined || value === undefined) throw new Malformed('a field without a value');
  block.fields.set(key, value);
  return '';
}

function addDependency(block: YarnBlock, table: string, line: string): void {
  const [name, range] = tokens(line);
  if (name === undefined || range === undefined) throw new Malformed('a dependency without a range');
  if (table === 'dependencies' || table === 'optionalDependencies') block.dependencies.push([name, range]);
}

/** Words parted by spaces or commas; quoted ones may hold both. */
function tokens(line: string): string[] {
  return [...line.matchAll(TOKEN)].map(([, quoted, plain]) => quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? '');
}
