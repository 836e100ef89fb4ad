import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { StepOutcome } from '../../src/core/runtime/outcome.js';
import type { ScanResult } from '../../src/core/scan.js';
import { type ScriptedTool, scriptedCatalog } from './catalog.js';
import { SOUND } from './reports.js';
import { scanWith, temporaryFolder } from './scan.js';

/** A source of one file, `a.txt`, and an export folder beside it. */
export function smallSource(content = 'one\ntwo\n'): { folder: string; source: string; exportDir: string } {
  const folder = temporaryFolder();
  const source = join(folder, 'source');
  mkdirSync(source);
  writeFileSync(join(source, 'a.txt'), content);
  return { folder, source, exportDir: join(folder, 'out') };
}

export interface FaultRun {
  result: ScanResult;
  of(tool: string): StepOutcome;
}

/** Runs faulty tools beside a sound one in one scan. */
export async function runTools(tools: readonly ScriptedTool[], content?: string): Promise<FaultRun> {
  const { folder, source, exportDir } = smallSource(content);
  const catalog = await scriptedCatalog(folder, [...tools, { id: 'sound', script: SOUND }]);
  const result = await scanWith(catalog, { source, exportDir, profile: 'scripted' });
  return { result, of: (tool) => outcomeOf(result, tool) };
}

export function outcomeOf({ evidence }: ScanResult, tool: string): StepOutcome {
  const outcome = evidence.outcomes.find((candidate) => candidate.tool === tool);
  if (outcome === undefined) throw new Error(`no outcome of ${tool}`);
  return outcome;
}

/** What must hold of every fault: an error with its cause and a remedy in words, and no word of the other tool lost. */
export function expectFault({ result, of }: FaultRun, tool: string, cause: string, message: RegExp): void {
  const { status, error, findings } = of(tool);
  expect({ status, cause: error?.cause, findings }).toEqual({ status: 'error', cause, findings: 0 });
  expect(error?.message).toMatch(message);
  expect(error?.remedy).toMatch(/\w+ \w+/);
  const { verdict, reasons } = result.evidence.verdict;
  expect({ verdict, exitCode: result.exitCode }).toEqual({ verdict: 'error', exitCode: 3 });
  expect(reasons.map((reason) => reason.message)).toContain(error?.message);
  expect(of('sound')).toMatchObject({ status: 'findings', findings: 1 });
}
