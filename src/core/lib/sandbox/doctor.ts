import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bareEnforcement } from './enforcement.js';
import { type LevelReport, type Obstacle, obstaclesHere } from './host.js';
import type { Enforcement, Sandbox, SandboxLevel } from './job.js';
import { automaticLevels, openLevel } from './open.js';

/** What this host can isolate. */
export interface HostReport {
  platform: string;
  /** The strongest level that works; absent when none does. */
  level?: SandboxLevel;
  /** What that level enforces each limit by; without one, all is declared. */
  enforcement: Enforcement;
  substrate: Sandbox['substrate'];
  /** Every level worth trying here. */
  levels: readonly LevelReport[];
  obstacles: readonly Obstacle[];
}

/** Runs a probe job at each level, for `doctor` and `plan`. Leaves nothing behind. */
export async function probeHost(): Promise<HostReport> {
  const scratch = mkdtempSync(join(tmpdir(), 'certus-doctor-'));
  try {
    return await probeIn(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function probeIn(scratch: string): Promise<HostReport> {
  const levels: LevelReport[] = [];
  let best: Sandbox | undefined;
  for (const level of automaticLevels()) {
    const opened = await openLevel(level, scratch);
    const works = 'sandbox' in opened;
    levels.push(works ? { level, works } : { level, works, reason: opened.reason });
    if (works) best ??= opened.sandbox;
  }
  return {
    platform: process.platform,
    ...(best && { level: best.level }),
    enforcement: best?.enforcement ?? bareEnforcement(false),
    substrate: best?.substrate ?? {},
    levels,
    obstacles: obstaclesHere(levels),
  };
}
