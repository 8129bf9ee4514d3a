// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { MISSING } from "../profiles/codes.ts";
import type { Profile } from "../profiles/profile.ts";
import { CodedColumns } from "./codedColumns.ts";
import { encoder } from "./encode.ts";
import type { Reading, RefusalReason } from "./reading.ts";
import { decideSlots, slotAt } from "./slots.ts";

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
 * Encodes and slots readings as a log does that takes all of them and then seals all epochs. What is kept of a reading
 * meanwhile is its time and its codes in typed arrays, so that millions fit.
 * @param readings in any order, walked once
 * @throws INVALID_ARGUMENT when nothing would be kept, or for more than ten million slots
 */
export function previewSealing(profile: Profile, offset: number, readings: Iterable<Reading>): Preview {
  const report: Preview["report"] = { given: 0, refused: {}, duplicates: 0, moved: 0, dropped: 0 };
  const encode = encoder(profile);
  const coded = new CodedColumns(profile.channels);
  for (const reading of readings) {
    report.given += 1;
    const codes = encode(reading);
    if (typeof codes === "string") report.refused[codes] = (report.refused[codes] ?? 0) + 1;
    else coded.add(reading.time, codes);
  }
  const { samples, slots, channels } = profile;
  const order = coded.order();
  if (order.length === 0) throw nothingKept(profile, report);
  const epochOf = (place: number): number =>
    Math.floor(slotAt(profile, offset, coded.time(order[place]!)) / samples);
  const firstEpoch = epochOf(0);
  const count = epochOf(order.length - 1) - firstEpoch + 1;
  if (count * samples > MOST_SLOTS) {
    throw new VitalproofError(
      "INVALID_ARGUMENT",
      `From the first to the last reading there are ${count * samples} slots of ${profile.interval} s; at most ${MOST_SLOTS} are decided at once.`,
      { details: { slots: count * samples }, hint: "Pass from and to, or a profile with a longer interval." },
    );
  }
  const epochs = Array.from({ length: count }, () => new Array<number>(slots).fill(MISSING));
  // Readings that were given twice are left out.
  let single = 0;
  for (let place = 0; place < order.length; place++) {
    if (isRepeated(coded, order, single, order[place]!)) report.duplicates += 1;
    else order[single++] = order[place]!;
  }
  const times = { count: single, timeAt: (place: number) => coded.time(order[place]!) };
  report.moved = decideSlots(profile, offset, times, firstEpoch * samples, (place, slot) => {
    if (slot === undefined) {
      report.dropped += 1;
      return;
    }
    const epoch = Math.floor(slot / samples) - firstEpoch;
    // The last reading may have moved into an epoch that nobody asked about.
    epochs[epoch] ??= new Array<number>(slots).fill(MISSING);
    coded.copy(order[place]!, epochs[epoch], (slot % samples) * channels);
  });
  return { firstEpoch, epochs, report };
}

/** Whether one of the first `single` readings has this one's time and codes. Those of one time are next to each other. */
function isRepeated(coded: CodedColumns, order: Uint32Array, single: number, at: number): boolean {
  for (let before = single - 1; before >= 0 && coded.time(order[before]!) === coded.time(at); before--) {
    if (coded.same(order[before]!, at)) return true;
  }
  return false;
}

function nothingKept(profile: Profile, report: Preview["report"]): VitalproofError {
  const why = Object.entries(report.refused).map(([reason, n]) => `${n} ${reason}`);
  return new VitalproofError(
    "INVALID_ARGUMENT",
    `Sealing would keep none of the ${report.given} readings${why.length === 0 ? "" : `: ${why.join(", ")}`}.`,
    { details: { profile: profile.name }, hint: "Name the profile of the device's own resolution." },
  );
}
