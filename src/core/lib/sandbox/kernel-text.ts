import { readFileSync } from 'node:fs';

/** A file of proc(5), sysfs or a control group; empty where there is none, or none that may be read. */
export function kernelText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
