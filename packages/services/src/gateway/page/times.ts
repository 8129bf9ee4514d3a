// SPDX-License-Identifier: GPL-3.0-or-later

/** Local date and time to the minute. @param time Unix seconds @param zone an IANA name */
export function timeText(time: number, zone: string): string {
  return new Date(time * 1000).toLocaleString("sv-SE", { timeZone: zone }).slice(0, 16);
}

/** How long ago something was. @param seconds 0 or more; what is in the future is now */
export function agoText(seconds: number): string {
  if (seconds < 60) return "just now";
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3_600)} h ago`;
  return `${Math.floor(seconds / 86_400)} days ago`;
}
