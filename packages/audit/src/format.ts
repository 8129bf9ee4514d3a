// SPDX-License-Identifier: GPL-3.0-or-later
import { DAY } from "@vitalproof/sdk";
import type { ConsentLine } from "./report.ts";

/** Unix seconds as UTC to the second: 2026-02-15 05:00:04. */
export function utc(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 19).replace("T", " ");
}

/** Unix seconds as a date. */
export function date(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 10);
}

/** A day counted from 1970-01-01 as a date. */
export function dayDate(day: number): string {
  return date(day * DAY);
}

/** Seconds as the largest two units: "3 d 1 h", "2 h 5 min", "14 s". */
export function duration(seconds: number): string {
  const units: [string, number][] = [
    ["d", DAY],
    ["h", 3600],
    ["min", 60],
    ["s", 1],
  ];
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first === -1) return "0 s";
  const parts: string[] = [];
  let rest = seconds;
  for (const [name, size] of units.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(`${count} ${name}`);
    rest -= count * size;
  }
  return parts.join(" ");
}

/** Where a consent was given: "consent registry", or its slot of the health ledger. */
export function sourceOf({ page, slot }: Pick<ConsentLine, "page" | "slot">): string {
  return page === undefined ? "consent registry" : `health ledger, page ${page}, slot ${slot}`;
}

/** What comes from the chain, made harmless for a terminal: no control or direction characters. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}

/** Text for HTML's text and quoted attributes; what could hide or reverse text is spelled out. */
export function escapeHtml(text: string): string {
  return printable(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
