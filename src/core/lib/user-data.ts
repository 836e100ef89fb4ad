import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** A folder of the operator's own data, outside every project (XDG Base Directory Specification, XDG_DATA_HOME). */
export function userData(name: string, env: NodeJS.ProcessEnv = process.env): string {
  const given = env['XDG_DATA_HOME'] ?? '';
  // The specification says that relative paths are to be ignored.
  const base = isAbsolute(given) ? given : join(homedir(), '.local', 'share');
  return join(base, 'security-scan', name);
}
