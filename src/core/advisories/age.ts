const DAY = 86_400_000;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** RFC 3339 (section 5.6) with a zone; the range of digits is checked by the calendar. */
const TIMESTAMP = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** An RFC 3339 time as UTC in whole seconds, `2026-08-21T13:38:00Z`; undefined for anything else. */
export function utcTime(text: string): string | undefined {
  const match = TIMESTAMP.exec(text);
  const [, date, time, zone] = match ?? [];
  if (date === undefined || time === undefined || zone === undefined || !isDate(date)) return undefined;
  const value = Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  return Number.isNaN(value) ? undefined : `${new Date(value).toISOString().slice(0, 19)}Z`;
}

/** Whether it is a day of the calendar, `YYYY-MM-DD`. */
export function isDate(text: string): boolean {
  const value = DATE.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // Some engines take 30 February for 1 or 2 March.
  return !Number.isNaN(value) && new Date(value).toISOString().startsWith(text);
}

/**
 * Whole calendar days (UTC) from a pack's newest change to a date; negative when the change is later.
 * Throws `RangeError` unless `newest` is a time as `utcTime` gives it and `asOf` is `YYYY-MM-DD`.
 */
export function ageInDays(newest: string, asOf: string): number {
  const day = newest.slice(0, 10);
  if (!isDate(day) || !isDate(asOf)) throw new RangeError('not a date');
  return (Date.parse(`${asOf}T00:00:00Z`) - Date.parse(`${day}T00:00:00Z`)) / DAY;
}
