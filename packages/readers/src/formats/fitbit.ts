// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { FileReport, TextFormat } from "../format.ts";
import { inOrder, isoTime, orderedTime, type WrittenTime } from "../internal/dateTime.ts";
import { LocalClock, SKIPPED_BY_CLOCK } from "../internal/localClock.ts";
import { Collector, type Counted, NO_NUMBER } from "./json/collector.ts";
import {
  field,
  isArray,
  isObject,
  JsonDocument,
  JsonNumber,
  type JsonValue,
  listOf,
  textOf,
} from "./json/document.ts";
import { NO_TIME } from "./json/instant.ts";

const INTRADAY = "activities-heart-intraday";
const HINT = "Pass the answer of the Fitbit API, or a heart_rate file of the export, unchanged.";

/**
 * Fitbit heart rate: the intraday answer of the web API (times of day on the date above them, on the clock of the
 * account) and the files heart_rate-YYYY-MM-DD.json of the account's export. Neither says its zone.
 */
export const fitbit: TextFormat = {
  name: "fitbit",
  title: "Fitbit heart rate (JSON)",

  matches(head) {
    if (/^\s*\{/.test(head)) return /"activities-heart(-intraday)?"\s*:/.test(head);
    return /^\s*\[/.test(head) && /"dateTime"\s*:\s*"\d\d\/\d\d\/\d\d /.test(head) && /"bpm"\s*:/.test(head);
  },

  async read(input, options, take) {
    const document = new JsonDocument(await input.text());
    const collector = new Collector(take);
    const { root } = document;
    return isArray(root)
      ? readExport(document, root, collector, options.zone)
      : readIntraday(document, collector, options.zone);
  },
};

function readIntraday(document: JsonDocument, collector: Collector, zone: string | undefined): FileReport {
  const intraday = field(document.root, INTRADAY);
  if (!isObject(intraday)) throw document.error([], `there is no "${INTRADAY}" in it`, HINT);
  const days = listOf(document.root, "activities-heart");
  // The dataset has times of day only; with two days above it, nothing says which one a time belongs to.
  if (days.length !== 1) throw document.error(["activities-heart"], "it is not exactly one day", HINT);
  const date = textOf(days[0], "dateTime") ?? "";
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || typeof isoTime(`${date}T00:00`) !== "object") {
    throw document.error(["activities-heart", 0, "dateTime"], "it is not a date", HINT);
  }
  const dataset = field(intraday, "dataset");
  if (!isArray(dataset)) throw document.error([INTRADAY, "dataset"], "it is not an array", HINT);

  const clock = new LocalClock(zone);
  for (const sample of document.objectsIn(dataset, [INTRADAY, "dataset"], "a sample", HINT)) {
    const time = textOf(sample, "time") ?? "";
    const written = /^\d{2}:\d{2}:\d{2}$/.test(time) ? isoTime(`${date}T${time}`) : undefined;
    if (typeof written !== "object") collector.refuse(NO_TIME);
    else hand(collector, clock, written, field(sample, "value"));
  }
  // The day's average over everything, and the minutes in each zone, are statistics.
  collector.skip("daily summary");
  if (textOf(intraday, "datasetType") === "minute") {
    collector.note("Each reading is Fitbit's average over a minute or several, at their beginning.");
  }
  return collector.report("fitbit", clock);
}

function readExport(
  document: JsonDocument,
  entries: readonly JsonValue[],
  collector: Collector,
  zone: string | undefined,
): FileReport {
  // Fitbit documents no zone for these files, and projects that read them disagree: some find UTC, some local time.
  if (zone === undefined || zone.trim() === "") {
    throw new VitalproofError("ZONE_REQUIRED", "The export's times have no zone, and none was given.", {
      hint: "Compare one reading that you know with the app: the times are UTC or those of your clock. Then name that zone.",
    });
  }
  const clock = new LocalClock(zone);
  for (const entry of document.objectsIn(entries, [], "an entry", HINT)) {
    const text = textOf(entry, "dateTime") ?? "";
    const ordered = /^\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d$/.test(text) ? orderedTime(text) : undefined;
    const written = typeof ordered === "object" ? inOrder(ordered, "MDY") : undefined;
    const value = field(entry, "value");
    const confidence = field(value, "confidence");
    if (typeof written !== "object") collector.refuse(NO_TIME);
    else if (confidence instanceof JsonNumber && Number(confidence.text) === 0)
      collector.skip("confidence 0");
    else hand(collector, clock, written, field(value, "bpm"));
  }
  return collector.report("fitbit", clock);
}

function hand(
  collector: Collector,
  clock: LocalClock,
  { local }: WrittenTime,
  value: JsonValue | undefined,
): Counted {
  const time = clock.instantOf(local);
  if (time === undefined) return collector.refuse(SKIPPED_BY_CLOCK);
  if (!(value instanceof JsonNumber)) return collector.refuse(NO_NUMBER);
  return collector.reading({ metric: "heart-rate", time, value: value.text, unit: "/min", clock });
}
