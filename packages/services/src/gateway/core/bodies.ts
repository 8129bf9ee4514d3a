// SPDX-License-Identifier: GPL-3.0-or-later
import type { Reading } from "@vitalproof/sdk";

/** A reading as a row has it: the unit is the profile's, and the source is always there. */
export type StoredReading = [time: number, value: Reading["value"], source: string];

/** What of a row its encryption is bound to. */
export function contextOf(log: string, lane: number, seq: number): string {
  return `gateway/reading/${log}/${lane}/${seq}`;
}

export function bodyOf(readings: readonly StoredReading[]): Uint8Array {
  return Buffer.from(JSON.stringify(readings));
}

/** @param body as `bodyOf` wrote it */
export function readingsIn(body: Uint8Array, unit: string): Reading[] {
  const stored = JSON.parse(Buffer.from(body).toString()) as StoredReading[];
  return stored.map(([time, value, source]) => ({ time, value, unit, source }));
}
