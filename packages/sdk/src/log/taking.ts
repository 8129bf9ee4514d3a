// SPDX-License-Identifier: GPL-3.0-or-later
import { LOW } from "../profiles/codes.ts";
import type { Profile } from "../profiles/profile.ts";
import type { DaySources } from "./daySources.ts";
import { encoder } from "./encode.ts";
import type { PendingReadings } from "./pendingReadings.ts";
import { dayOf } from "./pendingStore.ts";
import { type AppendReport, emptyAppendReport, type Reading, type RefusalReason } from "./reading.ts";
import type { SealedEarly } from "./sealedEarly.ts";

/** Refused readings whose times a report names; all are counted. */
const MOST_REFUSALS = 10_000;

/**
 * Adds readings to the pending ones, and says what became of each.
 * @param closed why a reading of a time cannot be taken any more, if so
 * @param sources of the readings so far; those of the readings that are taken are noted
 * @param early readings that count as being there already
 * @returns the report, and the days of the readings that were taken
 */
export function takeReadings(
  readings: Iterable<Reading>,
  profile: Profile,
  closed: (time: number) => RefusalReason | undefined,
  pending: PendingReadings,
  sources: DaySources,
  early: SealedEarly,
): { report: AppendReport; days: Set<number> } {
  const report = emptyAppendReport();
  const days = new Set<number>();
  const encode = encoder(profile);
  for (const given of readings) {
    report.given += 1;
    const encoded = encode(given);
    const { time, source } = given;
    const codes =
      typeof encoded === "string"
        ? encoded
        : (closed(time) ?? (sources.admits(time, source) ? encoded : "other-source"));
    if (typeof codes === "string") {
      report.refused[codes] += 1;
      if (report.refusals.length < MOST_REFUSALS) report.refusals.push({ time, reason: codes });
      continue;
    }
    if (early.has(time, codes) || !pending.add(time, codes)) {
      report.duplicates += 1;
      continue;
    }
    if (isSaturated(profile, codes)) report.saturated += 1;
    days.add(dayOf(time));
    sources.note(time, source);
    report.taken += 1;
  }
  return { report, days };
}

/** Whether a channel stands for a value beyond the ends of the scale. */
function isSaturated({ ends, codes: highest }: Profile, codes: readonly number[]): boolean {
  return ends === "open" && codes.some((code) => code === LOW || code === highest);
}
