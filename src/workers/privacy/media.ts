/** How picture, font, sound and film files start (WHATWG MIME Sniffing, 6); `RIFF` and `ftyp` are containers of several. */
const SIGNATURES: readonly { at: number; bytes: string }[] = [
  { at: 0, bytes: '\x89PNG\r\n\x1a\n' },
  { at: 0, bytes: '\xff\xd8\xff' },
  { at: 0, bytes: 'GIF87a' },
  { at: 0, bytes: 'GIF89a' },
  { at: 0, bytes: '\0\0\x01\0' },
  { at: 0, bytes: 'BM' },
  { at: 0, bytes: 'II*\0' },
  { at: 0, bytes: 'MM\0*' },
  { at: 0, bytes: 'wOFF' },
  { at: 0, bytes: 'wOF2' },
  { at: 0, bytes: '\0\x01\0\0' },
  { at: 0, bytes: 'OTTO' },
  { at: 34, bytes: 'LP' },
  { at: 0, bytes: 'RIFF' },
  { at: 0, bytes: 'OggS' },
  { at: 0, bytes: 'ID3' },
  { at: 4, bytes: 'ftyp' },
  { at: 0, bytes: '\x1a\x45\xdf\xa3' },
];

/** Whether a file that is no text is of a kind that holds no records: out of this tool's scope, so not unread. */
export function isMedia(bytes: Buffer): boolean {
  const head = bytes.toString('latin1', 0, 64);
  return SIGNATURES.some(({ at, bytes: signature }) => head.startsWith(signature, at));
}
