// SPDX-License-Identifier: GPL-3.0-or-later
import type { Reading } from "@vitalproof/sdk";
import type { Place } from "../../sealed/index.ts";
import type { Tables } from "../../store/index.ts";

/** A reading as a row has it: the unit is the profile's, and the source is always there. */
export type StoredReading = [time: number, value: Reading["value"], source: string];

/** What of a row its encryption is bound to. */
export function placeOf({ log, lane, seq }: Pick<Tables["gateway_reading"], "log" | "lane" | "seq">): Place {
  return { table: "gateway_reading", key: `${log}/${lane}/${seq}` };
}

export function bodyOf(readings: readonly StoredReading[]): Uint8Array {
  return Buffer.from(JSON.stringify(readings));
}

/** @param body as `bodyOf` wrote it */
export function readingsIn(body: Uint8Array, unit: string): Reading[] {
  const stored = JSON.parse(Buffer.from(body).toString()) as StoredReading[];
  return stored.map(([time, value, source]) => ({ time, value, unit, source }));
}
