// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { MISSING } from "../profiles/codes.ts";
import type { Profile } from "../profiles/profile.ts";
import type { Epochs } from "../terms/tally.ts";
import { CodedColumns, withoutRepeated } from "./codedColumns.ts";
import { DaySources } from "./daySources.ts";
import { encoder } from "./encode.ts";
import type { Reading, RefusalReason } from "./reading.ts";
import { decideSlots, slotAt } from "./slots.ts";

/** Slots of the longest stretch that is laid out at once: some four months at 1 Hz. */
const MOST_SLOTS = 10_000_000;

/** What sealing would keep of readings, without a log. */
export type Preview = {
  readonly firstEpoch: number;
  /** Codes by epoch, from the first to the last epoch with a reading. */
  readonly epochs: Epochs;
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
 * Encodes and slots readings as a log does that takes all of them and then seals all epochs. What is kept of a reading
 * meanwhile is its time and its codes in a few bytes, so that millions fit.
 * @param readings in any order, walked once
 * @param progress told how many readings have been looked at for a slot
 * @throws INVALID_ARGUMENT when nothing would be kept, or for more than ten million slots
 */
export function previewSealing(
  profile: Profile,
  offset: number,
  readings: Iterable<Reading>,
  progress?: (looked: number, of: number) => void,
): Preview {
  const report: Preview["report"] = { given: 0, refused: {}, duplicates: 0, moved: 0, dropped: 0 };
  const encode = encoder(profile);
  const coded = new CodedColumns(profile.channels);
  const sources = new DaySources(offset);
  for (const reading of readings) {
    report.given += 1;
    const { time, source } = reading;
    const encoded = encode(reading);
    const codes = typeof encoded === "string" || sources.admits(time, source) ? encoded : "other-source";
    if (typeof codes === "string") {
      report.refused[codes] = (report.refused[codes] ?? 0) + 1;
      continue;
    }
    sources.note(time, source);
    coded.add(time, codes);
  }
  const { samples, slots, channels } = profile;
  const order = coded.order();
  if (order.length === 0) throw nothingKept(profile, report);
  const epochOf = (place: number): number =>
    Math.floor(slotAt(profile, offset, coded.time(order.at(place))) / samples);
  const firstEpoch = epochOf(0);
  const count = epochOf(order.length - 1) - firstEpoch + 1;
  if (count * samples > MOST_SLOTS) {
    throw new VitalproofError(
      "INVALID_ARGUMENT",
      `From the first to the last reading there are ${count * samples} slots of ${profile.interval} s; at most ${MOST_SLOTS} are decided at once.`,
      { details: { slots: count * samples }, hint: "Pass from and to, or a profile with a longer interval." },
    );
  }
  const empty = (): Uint16Array => new Uint16Array(slots).fill(MISSING);
  const epochs = Array.from({ length: count }, empty);
  const single = withoutRepeated(coded, order);
  report.duplicates = order.length - single.length;
  const times = { count: single.length, timeAt: (place: number) => coded.time(single.at(place)) };
  const decided = (place: number, slot: number | undefined): void => {
    if (slot === undefined) {
      report.dropped += 1;
      return;
    }
    const epoch = Math.floor(slot / samples) - firstEpoch;
    // The last reading may have moved into an epoch that nobody asked about.
    epochs[epoch] ??= empty();
    coded.copy(single.at(place), epochs[epoch], (slot % samples) * channels);
  };
  report.moved = decideSlots(profile, offset, times, firstEpoch * samples, decided, (looked) =>
    progress?.(looked, single.length),
  );
  return { firstEpoch, epochs, report };
}

function nothingKept(profile: Profile, report: Preview["report"]): VitalproofError {
  const why = Object.entries(report.refused).map(([reason, n]) => `${n} ${reason}`);
  return new VitalproofError(
    "INVALID_ARGUMENT",
    `Sealing would keep none of the ${report.given} readings${why.length === 0 ? "" : `: ${why.join(", ")}`}.`,
    {
      details: { profile: profile.name },
      hint:
        (report.refused["not-representable"] ?? 0) > 0
          ? "Round values between two steps of the profile to the nearer one (--round nearest), or name the profile of the device's own resolution."
          : "Name the profile of the device's own resolution.",
    },
  );
}
