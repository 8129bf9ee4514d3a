// SPDX-License-Identifier: GPL-3.0-or-later

/** From the first millisecond that a time may mean to the last. */
export type Span = { readonly from: number; readonly to: number };

/** When something of unknown time may have been. */
export const ANY_TIME: Span = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

const DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;
const INSTANT =
  /^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/;

/** The first millisecond of a day in UTC, YYYY-MM-DD; undefined for what the calendar does not have. */
export function dayOf(text: string): number | undefined {
  const time = Date.parse(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) &&
    !Number.isNaN(time) &&
    new Date(time).toISOString().startsWith(text)
    ? time
    : undefined;
}

/** What a FHIR date, dateTime or instant may mean, in UTC; a date alone is the whole day. Undefined for anything else. */
export function spanOf(text: unknown): Span | undefined {
  if (typeof text !== "string") return undefined;
  if (INSTANT.test(text)) {
    const time = Date.parse(text);
    return dayOf(text.slice(0, 10)) === undefined || Number.isNaN(time)
      ? undefined
      : { from: time, to: time };
  }
  const [, year, month, day] = DATE.exec(text) ?? [];
  const from = dayOf(`${year}-${month ?? "01"}-${day ?? "01"}`);
  if (year === undefined || from === undefined) return undefined;
  const next = new Date(from);
  if (day !== undefined) next.setUTCDate(next.getUTCDate() + 1);
  else if (month !== undefined) next.setUTCMonth(next.getUTCMonth() + 1);
  else next.setUTCFullYear(next.getUTCFullYear() + 1);
  return { from, to: next.getTime() - 1 };
}

/** Whole years from a birth date to a day; undefined where the birth date leaves two answers, or is later. */
export function ageAt(birthDate: string, day: string): number | undefined {
  const birth = DATE.test(birthDate) ? spanOf(birthDate) : undefined;
  if (birth === undefined) return undefined;
  const [youngest, oldest] = [yearsBetween(birth.to, dayOf(day)!), yearsBetween(birth.from, dayOf(day)!)];
  return youngest === oldest && youngest >= 0 ? youngest : undefined;
}

function yearsBetween(birth: number, day: number): number {
  const [born, at] = [new Date(birth), new Date(day)];
  const hadBirthday =
    at.getUTCMonth() > born.getUTCMonth() ||
    (at.getUTCMonth() === born.getUTCMonth() && at.getUTCDate() >= born.getUTCDate());
  return at.getUTCFullYear() - born.getUTCFullYear() - (hadBirthday ? 0 : 1);
}
