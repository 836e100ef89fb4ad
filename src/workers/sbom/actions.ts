import { Listing, type Scope } from './listing.js';
import { asMap, type Located, type LocatedMap, listAt, mapAt, textAt } from './located.js';
import { parseYaml } from './yaml.js';

const ACTION = /^([\w.-]+\/[\w.-]+)(?:\/([^@\s]+))?@([^\s@]+)$/;
const IMAGE = /^docker:\/\/(?:([^/]*[.:][^/]*|localhost)\/)?([^@:]+)(?::([\w.-]+))?(?:@(sha256:[0-9a-f]{64}))?$/;

/**
 * Workflows and action.yml: what `uses:` names in jobs and steps, also as a container image
 * (docs.github.com, workflow syntax). `./…` is the repository's own. Workflows serve development only.
 */
export function readWorkflow(text: string): Listing {
  const root = asMap(parseYaml(text), 'the document');
  const listing = new Listing();
  for (const job of mapAt(root, 'jobs').values()) {
    const entry = asMap(job, 'a job');
    addUse(entry.get('uses'), 'development', listing);
    addSteps(entry, 'development', listing);
  }
  return listing;
}

export function readAction(text: string): Listing {
  const root = asMap(parseYaml(text), 'the document');
  const listing = new Listing();
  const runs = mapAt(root, 'runs');
  addSteps(runs, 'required', listing);
  if (textAt(runs, 'image')?.startsWith('docker://')) addUse(runs.get('image'), 'required', listing);
  return listing;
}

function addSteps(parent: LocatedMap, scope: Scope, listing: Listing): void {
  for (const step of listAt(parent, 'steps')) addUse(asMap(step, 'a step').get('uses'), scope, listing);
}

function addUse(node: Located | undefined, scope: Scope, listing: Listing): void {
  if (node === undefined) return;
  const used = typeof node.value === 'string' ? node.value.trim() : '';
  if (/^\.\.?\//.test(used)) return;
  const { line } = node;
  const [, name, subpath, version] = ACTION.exec(used) ?? [];
  if (name !== undefined && version !== undefined) {
    listing.add({ type: 'github', name, version, ...(subpath !== undefined && { subpath }), line, scope });
  } else if (used.startsWith('docker://')) {
    addImage(used, line, scope, listing);
  } else if (/^[\w.-]+\/[\w./-]+$/.test(used)) {
    listing.unpinned.push(used);
  } else {
    listing.gap('that cannot be read');
  }
}

function addImage(used: string, line: number, scope: Scope, listing: Listing): void {
  const [, registry, name, tag, digest] = IMAGE.exec(used) ?? [];
  if (name === undefined) {
    listing.gap('that cannot be read');
    return;
  }
  const from = registry === undefined ? {} : { qualifiers: { repository_url: registry } };
  listing.addIfPinned({ type: 'docker', name, version: digest ?? tag, ...from, line, scope });
}
