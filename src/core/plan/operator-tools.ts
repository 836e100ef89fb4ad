import { sha256 } from '../lib/digest.js';
import { readDocument } from '../lib/document/read.js';
import { Refusal } from '../lib/errors.js';
import { parsed, type Text, textsIn } from './definitions.js';
import { type Tool, toolSchema } from './tool.js';

/**
 * The tools that the operator adds, all checked. A tool file or a lock under the id of one of ours would quietly be another tool:
 * throws `Refusal`.
 */
export async function readOperatorTools(
  folder: string | undefined,
  known: ReadonlySet<string>,
): Promise<OperatorTools> {
  if (folder === undefined) return { tools: new Map(), locks: new Map() };
  const [files, locks] = [await operatorFiles(folder, '.yaml'), await operatorFiles(folder, '.lock')];
  const taken = [...files, ...locks].filter(([id]) => known.has(id));
  if (taken.length > 0) {
    const problems = taken.map(([id, { file }]) => ({ file, message: `\`${id}\` is a tool of this package` }));
    throw new Refusal('tool', problems);
  }
  const tools = parsed(files, readTool, ({ id }) => id);
  const checked = [...tools].map(([id, tool]): [string, OperatorTool] => {
    // The lock says what is executed, so that a policy which names the file names it too.
    const parts = [files.get(id)?.content, locks.get(id)?.content].filter((part) => part !== undefined);
    return [id, { tool, sha256: sha256(Buffer.concat(parts)) }];
  });
  return { tools: new Map(checked), locks };
}

async function operatorFiles(folder: string, extension: string): Promise<Map<string, Text>> {
  try {
    return await textsIn(folder, extension);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    throw new Refusal('tool', [{ file: folder, message: `cannot be read as a folder of tool files (${cause.code})` }], {
      cause,
    });
  }
}

export interface OperatorTool {
  tool: Tool;
  /** Over the tool file and its lock. */
  sha256: string;
}

export interface OperatorTools {
  tools: ReadonlyMap<string, OperatorTool>;
  locks: ReadonlyMap<string, Text>;
}

/** Throws `Refusal` for a tool file that does not hold. */
export const readTool = ({ content, file }: Text): Tool =>
  readDocument(content, { file, code: 'tool', schema: toolSchema, format: 'yaml' });
