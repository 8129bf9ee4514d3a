// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { codeOf } from "../profiles/codes.ts";
import type { Profile } from "../profiles/profile.ts";
import type { Reading, RefusalReason } from "./reading.ts";
import type { CodedReading } from "./slots.ts";

/** A reading as time and code, or why it cannot be one. */
export function encodeReading(
  profile: Profile,
  reading: Reading,
): { reading: CodedReading } | { refused: RefusalReason } {
  if (!Number.isFinite(reading.time) || reading.time < 0) return { refused: "impossible-time" };
  if (reading.unit !== profile.ucum) return { refused: "wrong-unit" };
  if (typeof reading.value === "object") return { refused: "impossible-value" };
  try {
    return { reading: { time: reading.time, code: codeOf(profile, reading.value) } };
  } catch (error) {
    if (!(error instanceof VitalproofError)) throw error;
    if (error.code === "READING_NOT_REPRESENTABLE") return { refused: "not-representable" };
    if (error.code === "READING_IMPOSSIBLE") return { refused: "impossible-value" };
    throw error;
  }
}
