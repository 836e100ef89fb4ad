/** `1 file`, `2 files`, of a noun that takes an s. */
export const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
