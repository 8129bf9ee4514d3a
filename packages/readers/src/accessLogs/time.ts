// SPDX-License-Identifier: GPL-3.0-or-later
import { zoneRules } from "@vitalproof/sdk";
import { isoTime, unixSeconds } from "../internal/dateTime.ts";

export type TimeFault = "no-time" | "no-zone" | "ambiguous-time";

/** The ledger counts minutes in 26 bits. */
const LATEST = 2 ** 26 * 60;

/**
 * Reads the times of a log.
 * @param zone of times that name none; without it they are refused
 * @returns a function to Unix seconds, cut to whole ones, or to why it is not an instant
 * @throws ZONE_UNKNOWN
 */
export function timeReader(zone: string | undefined): (text: string | undefined) => number | TimeFault {
  const rules = zone === undefined ? undefined : zoneRules(zone);
  return (text) => {
    const written = text === undefined ? undefined : isoTime(shortened(text));
    if (written === undefined || written === "impossible") return "no-time";
    const { offset, local } = written;
    let seconds: number;
    if (offset !== undefined) seconds = unixSeconds({ ...written, offset });
    else if (rules === undefined) return "no-zone";
    else {
      const { instants } = rules(local);
      if (instants.length === 0) return "no-time";
      if (instants.length > 1) return "ambiguous-time";
      seconds = instants[0]!;
    }
    const whole = Math.floor(seconds);
    return whole >= 0 && whole < LATEST ? whole : "no-time";
  };
}

/** XML allows any number of decimals of a second; whole seconds are all that counts. */
function shortened(text: string): string {
  return text.replace(/(?<=:\d{2}\.\d{9})\d+/, "");
}
