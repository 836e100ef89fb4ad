import * as z from 'zod';

const BYTES = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 } as const;
const SECONDS = { s: 1, m: 60, h: 3600 } as const;

/** A size such as `512MiB`; read as bytes. */
export const size = z.codec(
  z
    .string()
    .regex(/^[1-9][0-9]{0,5}(KiB|MiB|GiB)$/, 'expected a size such as 512MiB (KiB, MiB or GiB)')
    .meta({ description: 'A size: a whole number with KiB, MiB or GiB.' }),
  z.int(),
  {
    decode: (text) => Number.parseInt(text, 10) * BYTES[text.slice(-3) as keyof typeof BYTES],
    encode: formatSize,
  },
);

/** A duration such as `90s`, `5m` or `1h`; read as seconds. */
export const duration = z.codec(
  z
    .string()
    .regex(/^[1-9][0-9]{0,5}[smh]$/, 'expected a duration such as 90s, 5m or 1h')
    .meta({ description: 'A duration: a whole number with s, m or h.' }),
  z.int(),
  {
    decode: (text) => Number.parseInt(text, 10) * SECONDS[text.slice(-1) as keyof typeof SECONDS],
    encode: formatDuration,
  },
);

/** Bytes in the largest unit that divides them, such as `512MiB`. */
export function formatSize(bytes: number): string {
  for (const unit of ['GiB', 'MiB', 'KiB'] as const) {
    if (bytes >= BYTES[unit] && bytes % BYTES[unit] === 0) return `${bytes / BYTES[unit]}${unit}`;
  }
  return `${bytes}B`;
}

/** Seconds in the largest unit that divides them, such as `5m`. */
function formatDuration(seconds: number): string {
  const unit = (['h', 'm', 's'] as const).find((one) => seconds % SECONDS[one] === 0) ?? 's';
  return `${seconds / SECONDS[unit]}${unit}`;
}
