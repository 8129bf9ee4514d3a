// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { PROFILES, WORD_BITS } from "../generated/protocol.ts";

export type ProfileName = keyof typeof PROFILES;

/**
 * What is measured and how it is written down. A profile never changes: a new resolution or interval is a new
 * profile with a new number, since heads of the old one exist.
 */
export type Profile = {
  readonly name: ProfileName;
  /** Number of the profile inside contexts and terms, 16 bits. */
  readonly id: number;
  readonly metric: string;
  /** LOINC code of the observation; empty for synthetic metrics. */
  readonly loinc: string;
  /** UCUM unit of every reading. */
  readonly ucum: string;
  /** Seconds per sample, a multiple of 1 ms. */
  readonly interval: number;
  /** Slots per epoch: samples × channels. */
  readonly slots: number;
  /** Slots that one sample takes, side by side: 3 for three axes, 1 otherwise. */
  readonly channels: number;
  /** Samples per epoch: slots / channels. */
  readonly samples: number;
  /** Samples per epoch × interval. */
  readonly epochSeconds: number;
  /** Bits per slot inside a packed word. */
  readonly base: number;
  /** Smallest step between two readings, the lowest and the highest reading, as decimals in `ucum`. */
  readonly resolution: string;
  readonly lowest: string;
  readonly highest: string;
  /**
   * "open": code 1 is LOW (below `lowest`) and code n HIGH (above `highest`); "closed": nothing is beyond the ends,
   * code 1 is `lowest` and code n `highest`.
   */
  readonly ends: "open" | "closed";
  /** `n`: the highest code. Codes run from 0 (missing) to n. */
  readonly codes: number;
  readonly slotsPerWord: number;
  readonly words: number;
};

/**
 * @param profile name ("glucose-mg-dl-5min") or number (1)
 * @throws UNKNOWN_PROFILE, listing the profiles there are
 */
export function profileOf(profile: ProfileName | number): Profile {
  for (const raw of Object.values(PROFILES)) {
    if (raw.name !== profile && raw.id !== profile) continue;
    const slotsPerWord = Math.floor(WORD_BITS / raw.base);
    return {
      ...raw,
      samples: samplesOf(raw),
      slotsPerWord,
      words: Math.ceil(raw.slots / slotsPerWord),
    };
  }
  throw new VitalproofError("UNKNOWN_PROFILE", `There is no metric profile ${JSON.stringify(profile)}.`, {
    details: { profile },
    hint: `Use one of ${Object.keys(PROFILES).join(", ")}.`,
  });
}

/** A sample never spans two epochs, so its channels divide the slots. */
function samplesOf({ name, slots, channels }: { name: string; slots: number; channels: number }): number {
  const samples = slots / channels;
  if (!Number.isInteger(samples)) throw new Error(`${name} has ${slots} slots, no multiple of ${channels}`);
  return samples;
}
