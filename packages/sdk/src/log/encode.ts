// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { codeOf } from "../profiles/codes.ts";
import type { Profile } from "../profiles/profile.ts";
import type { Reading, RefusalReason } from "./reading.ts";
import type { CodedReading } from "./slots.ts";

/**
 * A reading as time and codes, or why it cannot be one. Where the profile has several channels the value holds one of
 * each: a sample with a channel that is not there is refused, because what it would say is not what was measured.
 */
export function encodeReading(
  profile: Profile,
  reading: Reading,
): { reading: CodedReading } | { refused: RefusalReason } {
  if (!Number.isFinite(reading.time) || reading.time < 0) return { refused: "impossible-time" };
  if (reading.unit !== profile.ucum) return { refused: "wrong-unit" };
  const values = channelsOf(profile, reading.value);
  if (values === undefined) return { refused: "impossible-value" };
  try {
    return { reading: { time: reading.time, codes: values.map((value) => codeOf(profile, value)) } };
  } catch (error) {
    if (!(error instanceof VitalproofError)) throw error;
    if (error.code === "READING_NOT_REPRESENTABLE") return { refused: "not-representable" };
    if (error.code === "READING_IMPOSSIBLE") return { refused: "impossible-value" };
    throw error;
  }
}

/** Distinct values that an encoder remembers. Readings have few; samples of three axes have many. */
const REMEMBERED = 65_536;

/** `encodeReading` for many readings: codes or the reason, and each distinct value is parsed once. */
export function encoder(profile: Profile): (reading: Reading) => readonly number[] | RefusalReason {
  const known = new Map<Reading["value"], readonly number[] | RefusalReason>();
  return (reading) => {
    if (!Number.isFinite(reading.time) || reading.time < 0) return "impossible-time";
    if (reading.unit !== profile.ucum) return "wrong-unit";
    const { value } = reading;
    let result = typeof value === "object" ? undefined : known.get(value);
    if (result === undefined) {
      const encoded = encodeReading(profile, reading);
      result = "refused" in encoded ? encoded.refused : encoded.reading.codes;
      if (typeof value !== "object" && known.size < REMEMBERED) known.set(value, result);
    }
    return result;
  };
}

/** One value per channel; undefined when there are more or fewer. */
function channelsOf(profile: Profile, value: Reading["value"]): readonly (number | string)[] | undefined {
  if (typeof value !== "object") return profile.channels === 1 ? [value] : undefined;
  return profile.channels > 1 && value.length === profile.channels ? value : undefined;
}
