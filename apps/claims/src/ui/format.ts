// SPDX-License-Identifier: GPL-3.0-or-later

const DATE_TIME = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "UTC",
});
const DATE = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});

/** Unix seconds in UTC: "21 Nov 2026, 16:43 UTC"; what no calendar reaches is "never". */
export function dateTime(seconds: number): string {
  return Math.abs(seconds) > 8e12 ? "never" : `${DATE_TIME.format(seconds * 1000)} UTC`;
}

/** Unix seconds in UTC: "21 Nov 2026". */
export function date(seconds: number): string {
  return Math.abs(seconds) > 8e12 ? "never" : DATE.format(seconds * 1000);
}

/** "0x1234…cdef". */
export function short(hex: string): string {
  return hex.length > 14 ? `${hex.slice(0, 6)}…${hex.slice(-4)}` : hex;
}

/** Seconds as days, hours or minutes, whichever goes without a rest. */
export function duration(seconds: number): string {
  for (const [size, name] of [
    [86_400, "day"],
    [3600, "hour"],
    [60, "minute"],
  ] as const) {
    if (seconds >= size && seconds % size === 0) return counted(seconds / size, name);
  }
  return counted(seconds, "second");
}

/** "1 policy", "3 policies". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en-GB")} ${count === 1 ? one : many}`;
}
