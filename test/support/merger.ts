import { text } from 'node:stream/consumers';
import { keepYoungGenerationSmall } from '../../src/cli/young-generation.js';
import { type MergeRequest, merge } from '../../src/core/merge.js';
import { type ScriptedTool, scriptedCatalog } from './catalog.js';

/** One merge in a process of its own, so that what it takes can be told. */
export interface MergeOrder {
  request: MergeRequest;
  scripted: { folder: string; tools: ScriptedTool[] };
}

export interface MergeAnswer {
  bundle: string;
  wallMs: number;
  maxRssBytes: number;
}

const { request, scripted }: MergeOrder = JSON.parse(await text(process.stdin));
const catalog = await scriptedCatalog(scripted.folder, scripted.tools);
// As the command line does.
keepYoungGenerationSmall();
const began = performance.now();
const ports = { clock: () => new Date(), signal: new AbortController().signal, onEvent: () => {} };
const { bundle } = await merge(request, catalog, ports);
const answer: MergeAnswer = {
  bundle: bundle.folder,
  wallMs: Math.round(performance.now() - began),
  maxRssBytes: process.resourceUsage().maxRSS * 1024,
};
process.stdout.write(JSON.stringify(answer));
