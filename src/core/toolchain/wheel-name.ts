import { pythonName } from '../lib/python-name.js';

/** Parts of a wheel's file name (Binary distribution format, "File name convention"). */
export interface WheelName {
  file: string;
  /** As PEP 503 normalises it. */
  name: string;
  version: string;
  /** Whether it holds code for an interpreter alone. */
  anywhere: boolean;
}

const WHEEL =
  /^([A-Za-z0-9._]+)-([A-Za-z0-9._+!]+)(?:-[0-9][A-Za-z0-9._]*)?-([A-Za-z0-9._]+)-([A-Za-z0-9._]+)-([A-Za-z0-9._]+)\.whl$/;

/** Undefined for what is no wheel, such as a source distribution. */
export function parseWheelName(file: string): WheelName | undefined {
  const [, name, version, , abi, platform] = WHEEL.exec(file) ?? [];
  if (name === undefined || version === undefined) return undefined;
  return { file, name: pythonName(name), version, anywhere: abi === 'none' && platform === 'any' };
}
