/** Alphabets that rule examples name in `<set:length>`. */
const ALPHABETS: Record<string, string> = {
  alnum: 'aZ3kQ9wR7tBx1Lm5Ns8Vc2Dy6Fh4GpJ0',
  mixed: 'aZ3kQ9wR7tBx1Lm5Ns8Vc2Dy6Fh4GpJ0eUoI',
  letter: 'aZkQwRtBxLmNsVcDyFhGpJqXzWvKjT',
  b64: 'aZ3kQ9wR7tBx1Lm5Ns8Vc2Dy6Fh4GpJ0+/',
  b64url: 'aZ3kQ9wR7tBx1Lm5Ns8Vc2Dy6Fh4GpJ0_',
  b36: 'k3w9z7q1x5m8b2v6h4n0t',
  b36u: 'K3W9Z7Q1X5M8B2V6H4N0T',
  b32: 'K3W7Z5Q2X4M6BVHNT',
  bech: 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L',
  hex: '3b9f0a7c5e1d8246',
  digit: '3907516824',
  x: 'x',
};

/** Fills in an example: the same text each time, its tokens assembled here so that no file holds one. */
export function expand(example: string): string {
  let seed = 7;
  return example.replace(/<([a-z0-9]+):([0-9]+)>/g, (whole, name: string, length: string) => {
    const alphabet = ALPHABETS[name];
    if (alphabet === undefined) return whole;
    return Array.from({ length: Number(length) }, () => {
      // Numerical Recipes' linear congruential generator; the high bits are the better ones.
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return alphabet[(seed >>> 12) % alphabet.length];
    }).join('');
  });
}
