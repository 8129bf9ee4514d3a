// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import {
  type AccessLogMapping,
  type AccessLogReading,
  bytesInput,
  parseAccessLogMapping,
  readAccessLog,
} from "../../src/accessLogs/index.ts";

const FIXTURES = join(import.meta.dirname, "fixtures");

export function fixture(name: string): Buffer {
  return readFileSync(join(FIXTURES, name));
}

export const MAPPING: AccessLogMapping = parseAccessLogMapping(
  JSON.parse(fixture("mapping.json").toString()),
);

/** Reads a log, and checks what is true of every reading. */
export async function read(
  log: string | Uint8Array,
  changes: Partial<AccessLogMapping> = {},
): Promise<AccessLogReading> {
  const bytes = typeof log === "string" ? new TextEncoder().encode(log) : log;
  const reading = await readAccessLog(bytesInput(bytes), { ...MAPPING, ...changes });
  addsUp(reading);
  return reading;
}

export function addsUp({ accesses, left, total, messages }: AccessLogReading): void {
  expect(total).to.equal(accesses.length + left.reduce((sum, { count }) => sum + count, 0));
  // An id of several accesses of one message ends with their numbers.
  const further = accesses.filter(({ id }) => /\/(?!1$)\d+$/.test(id)).length;
  expect(messages).to.equal(total - further);
  for (const { count, examples } of left) {
    expect(examples).to.have.length(Math.min(count, 5));
    for (const place of examples) expect(place).to.match(/^line \d+(, entry \d+)?$/);
  }
}

/** Counts by reason. */
export function leftOf({ left }: AccessLogReading): Record<string, number> {
  return Object.fromEntries(left.map(({ reason, count }) => [reason, count]));
}

export function placesOf({ left }: AccessLogReading, reason: string): readonly string[] {
  return left.find((each) => each.reason === reason)?.examples ?? [];
}
