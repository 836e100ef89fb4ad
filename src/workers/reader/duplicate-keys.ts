import { type ParsedTokenInfo, TokenType } from '@streamparser/json';
import { RefusedReport } from './protocol.js';

/** Looks at the tokens of one document. Throws `RefusedReport` for a key that an object has twice: readers differ on which one counts (RFC 8259, section 4). */
export function duplicateKeys(): (token: ParsedTokenInfo) => void {
  const open: Set<string>[] = [];
  let text = '';
  return (found) => {
    switch (found.token) {
      case TokenType.LEFT_BRACE:
      case TokenType.LEFT_BRACKET:
        open.push(new Set());
        return;
      case TokenType.RIGHT_BRACE:
      case TokenType.RIGHT_BRACKET:
        open.pop();
        return;
      case TokenType.STRING:
        text = String(found.value);
        return;
      case TokenType.COLON:
        note(open.at(-1), text);
    }
  };
}

function note(keys: Set<string> | undefined, key: string): void {
  if (keys?.has(key)) throw new RefusedReport('report-broken', 'the report has an object with the same key twice');
  keys?.add(key);
}
