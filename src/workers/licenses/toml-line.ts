/** One-based line of a key in a table of a TOML text; the table's own line, or the first, where it is written another way. */
export function lineOfKey(text: string, table: string, key: string): number {
  const lines = text.split('\n').map((line) => line.trim());
  const header = lines.indexOf(`[${table}]`);
  if (header < 0) return 1;
  const rest = lines.slice(header + 1);
  const end = rest.findIndex((line) => line.startsWith('['));
  const within = end < 0 ? rest : rest.slice(0, end);
  const found = within.findIndex((line) => line.startsWith(key) && /^[ \t]*[.=]/.test(line.slice(key.length)));
  return header + 1 + (found < 0 ? 0 : found + 1);
}
