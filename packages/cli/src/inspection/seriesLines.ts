// SPDX-License-Identifier: GPL-3.0-or-later
import {
  type Inspection,
  METRICS,
  type Metric,
  profilesFor,
  type SeriesInspection,
} from "@vitalproof/readers";
import { epochStart, PROFILES, type ProfileName, profileOf } from "@vitalproof/sdk";
import { counted, countedReason } from "../counted.ts";
import { instantText } from "../time.ts";
import { answerable, answerLines } from "./answers.ts";
import { dayLines } from "./days.ts";

/**
 * A series for people.
 * @param command the command line that asks a question about the same readings
 */
export function seriesLines(
  series: SeriesInspection,
  clock: Inspection["clock"],
  command: (question: string) => string,
  zone?: string,
): string[] {
  const { metric, unit, readings, low, high, first, last, interval, measure, min, max, mean, slotting } =
    series;
  const at = (time: number): string =>
    clock === "file" ? `second ${Number(time.toFixed(3))}` : instantText(Math.floor(time));
  const lines = [
    `${METRICS[metric].title} (${metric}), ${unit}: ${counted(readings, "reading")}`,
    ...(low + high > 0 ? [`  beyond the scale: ${low} LOW, ${high} HIGH`] : []),
    `  from ${at(first)} to ${at(last)}${interval === null ? "" : `, mostly ${interval} s apart`}`,
    ...(mean === null
      ? []
      : [
          `  ${measure === "length" ? "length: " : ""}mean ${mean}, min ${min}, max ${max}${unit === "1" ? "" : ` ${unit}`}`,
        ]),
  ];
  if (slotting === null) return [...lines, ...noProfileLines(series)];
  const { profile, offset, kept, moved, dropped, refused, rounded, slots, coverage, epochs, epochCoverage } =
    slotting;
  const begins = instantText(epochStart(profileOf(profile), offset, 0)).slice(11, 16);
  return [
    ...lines,
    `  under ${profile}, epochs from ${begins} UTC: ${kept} kept (${moved} of them in a neighbouring slot), ${dropped} dropped`,
    ...(rounded > 0 ? [`  ${rounded} rounded to the profile's step`] : []),
    ...countsOf("  refused", refused),
    ...((refused["not-representable"] ?? 0) > 0
      ? [
          "  Values between two steps of the profile are refused. --round nearest, here and in `log add`, rounds them.",
        ]
      : []),
    `  ${counted(slots, "slot")}, coverage ${percent(coverage)}; ${counted(epochs, "epoch")}, coverage ${percent(epochCoverage)}`,
    ...sparseLines(series, profile),
    ...dayLines(slotting.days, clock === "file" ? undefined : zone),
    ...answerLines(answerable(series), command),
  ];
}

/** Readings that come less often than the profile's slots leave most of them missing: no statement counts those as met. */
function sparseLines({ metric, interval, profiles }: SeriesInspection, profile: ProfileName): string[] {
  const slot = profileOf(profile).interval;
  if (interval === null || interval < 2 * slot) return [];
  const better = profiles.filter((one) => one.interval > slot && one.interval <= 1.25 * interval);
  const longer = profiles.find((one) => one.interval > interval);
  if (metric === "doses") {
    return [
      `  The profile of doses has one every ${slot / 3600} hours: a medicine that is taken every ${Math.round(interval / 3600)} hours fills a part of it, and the rest counts as missing.`,
    ];
  }
  return [
    `  Readings are ${interval} s apart and slots ${slot} s: at most ${percent(slot / interval)} of the slots can be filled. The others count as missing.`,
    better.length > 0
      ? `  --profile ${better.at(-1)!.name} has slots of ${better.at(-1)!.interval} s.`
      : longer === undefined
        ? "  No profile has longer slots. If the device measures more often, export every reading; else statements that need coverage cannot hold."
        : `  --profile ${longer.name} has slots of ${longer.interval} s: they can all be filled, and readings beyond one in each are dropped.`,
  ];
}

/** Why no profile was chosen, and which can be. */
function noProfileLines({ profiles, interval, unit }: SeriesInspection): string[] {
  if (profiles.length === 0) return otherMetricLines(unit);
  const names = profiles.map(({ name, interval: seconds }) => `${name} (${seconds} s)`).join(", ");
  return [
    interval === null
      ? "  One time alone does not say which profile fits."
      : "  No profile keeps every reading: they come more often than its slots.",
    `  --profile names one, and says what it keeps: ${names}.`,
  ];
}

/** What to name where the readings' metric has no profile: another one may have some for the unit. */
function otherMetricLines(unit: string): string[] {
  const beats = /^(ms|msec)$/.test(unit);
  const found = (Object.keys(METRICS) as Metric[]).flatMap((metric) => {
    const fitting =
      beats && metric === "heart-rate" ? profilesFor(metric, "/min") : profilesFor(metric, unit);
    return fitting.length === 0 ? [] : [`--metric ${metric} (${fitting.map(({ name }) => name).join(", ")})`];
  });
  const first = "  No profile is for this metric and unit: nothing would be sealed.";
  if (found.length === 0) {
    const units = new Set(Object.keys(PROFILES).map((name) => profileOf(name as ProfileName).ucum));
    return [first, `  Profiles are for values in ${[...units].sort().join(", ")}.`];
  }
  return [
    first,
    beats
      ? `  If these are intervals between heart beats, pass ${found.join(", ")}: heart rates are computed from them.`
      : `  If the values are of another metric, name it: ${found.join(", ")}.`,
  ];
}

/** Counts by reason, in one line where there are any. */
export function countsOf(title: string, counts: Readonly<Record<string, number>>): string[] {
  const found = Object.entries(counts).map(([kind, count]) => countedReason(count, kind));
  return found.length === 0 ? [] : [`${title}: ${found.join(", ")}`];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
