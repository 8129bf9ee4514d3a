// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { MISSING } from "../profiles/codes.ts";
import type { Profile } from "../profiles/profile.ts";
import { encodeReading } from "./encode.ts";
import type { Reading, RefusalReason } from "./reading.ts";
import { assignSlots, type CodedReading, slotAt } from "./slots.ts";

/** Slots of the longest stretch that is laid out at once: some four months at 1 Hz. */
const MOST_SLOTS = 10_000_000;

/** What sealing would keep of readings, without a log. */
export type Preview = {
  readonly firstEpoch: number;
  /** Codes by epoch, from the first to the last epoch with a reading. */
  readonly epochs: readonly (readonly number[])[];
  /** What became of the readings; the same counts as `Log.append` and `Log.seal` give. */
  readonly report: {
    given: number;
    refused: Partial<Record<RefusalReason, number>>;
    duplicates: number;
    moved: number;
    dropped: number;
  };
};

/**
 * Encodes and slots readings as a log does that takes all of them and then seals all epochs.
 * @throws INVALID_ARGUMENT when nothing would be kept, or for more than ten million slots
 */
export function previewSealing(profile: Profile, offset: number, readings: readonly Reading[]): Preview {
  const report: Preview["report"] = {
    given: readings.length,
    refused: {},
    duplicates: 0,
    moved: 0,
    dropped: 0,
  };
  const known = new Set<string>();
  const taken: CodedReading[] = [];
  for (const given of readings) {
    const encoded = encodeReading(profile, given);
    if ("refused" in encoded) {
      report.refused[encoded.refused] = (report.refused[encoded.refused] ?? 0) + 1;
      continue;
    }
    const key = readingKey(encoded.reading);
    if (known.has(key)) report.duplicates += 1;
    else taken.push(encoded.reading);
    known.add(key);
  }
  const { samples, slots, channels } = profile;
  const own = taken.map(({ time }) => slotAt(profile, offset, time));
  const bounds = own.reduce(
    ([least, most], slot) => [Math.min(least, slot), Math.max(most, slot)] as [number, number],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] as [number, number],
  );
  const [firstEpoch, lastEpoch] = bounds.map((slot) => Math.floor(slot / samples)) as [number, number];
  const count = taken.length === 0 ? 0 : lastEpoch - firstEpoch + 1;
  if (count === 0) {
    const why = Object.entries(report.refused).map(([reason, n]) => `${n} ${reason}`);
    throw new VitalproofError(
      "INVALID_ARGUMENT",
      `Sealing would keep none of the ${report.given} readings${why.length === 0 ? "" : `: ${why.join(", ")}`}.`,
      { details: { profile: profile.name }, hint: "Name the profile of the device's own resolution." },
    );
  }
  if (count * samples > MOST_SLOTS) {
    throw new VitalproofError(
      "INVALID_ARGUMENT",
      `From the first to the last reading there are ${count * samples} slots of ${profile.interval} s; at most ${MOST_SLOTS} are decided at once.`,
      { details: { slots: count * samples }, hint: "Pass from and to, or a profile with a longer interval." },
    );
  }
  const epochs = Array.from({ length: count }, () => new Array<number>(slots).fill(MISSING));
  const { placed, moved, dropped } = assignSlots(profile, offset, taken, firstEpoch * samples);
  for (const [slot, { codes }] of placed) {
    const epoch = Math.floor(slot / samples) - firstEpoch;
    // The last reading may have moved into an epoch that nobody asked about.
    epochs[epoch] ??= new Array<number>(slots).fill(MISSING);
    const into = epochs[epoch];
    codes.forEach((code, channel) => {
      into[(slot % samples) * channels + channel] = code;
    });
  }
  report.moved = moved;
  report.dropped = dropped.length;
  return { firstEpoch, epochs, report };
}

/** Readings with the same key are one reading that was given twice. */
export function readingKey({ time, codes }: CodedReading): string {
  return `${time}:${codes.join()}`;
}
