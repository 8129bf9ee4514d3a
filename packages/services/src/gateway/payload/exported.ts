// SPDX-License-Identifier: GPL-3.0-or-later

import type { MeasuredReading, Metric } from "@vitalproof/readers";
import { CONTRADICTING, IN_FUTURE, METRICS, OUT_OF_RANGE, TOO_EARLY, textInput } from "@vitalproof/readers";
import { type StreamReport, streamReadings } from "@vitalproof/readers/rules";
import { VitalproofError } from "@vitalproof/sdk";
import type { Tree } from "./document.ts";
import { Finder } from "./jsonPath.ts";
import { nameOf } from "./name.ts";
import type { Output } from "./output.ts";
import { Refused, reasonOf, refusalOf } from "./refusal.ts";
import type { Arrival } from "./samples.ts";
import type { PayloadRule } from "./settings.ts";

type Exported = Extract<PayloadRule, { format: "open-mhealth" | "fhir" }>;

/**
 * Reads Open mHealth and FHIR as files of them are read, by @vitalproof/readers: its codes, units, statuses, times and
 * ranges. A reading that a rule names no source for keeps the one that the message says.
 */
export async function readExported(
  message: Tree,
  text: string,
  rule: Exported,
  arrival: Arrival,
  output: Output,
): Promise<void> {
  const places = { topic: arrival.topic, finder: new Finder(message, arrival.most), sample: message };
  const device = nameOf(rule.device, places, "several-devices");
  if (device === undefined) throw new Refused("no-device", "$");
  const source = rule.source === undefined ? undefined : nameOf(rule.source, places, "several-sources");
  const document = new Document(text, rule.format, arrival);
  const found = await document.readAll(output);
  output.takeAll(
    found.map((reading) => ({ ...reading, ...(source === undefined ? {} : { source }), device })),
  );
}

class Document {
  readonly #text: string;
  readonly #format: Exported["format"];
  readonly #arrival: Arrival;

  constructor(text: string, format: Exported["format"], arrival: Arrival) {
    this.#text = text;
    this.#format = format;
    this.#arrival = arrival;
  }

  /**
   * Everything. One metric's values do not void another's, since a bundle has several: then they are read one by one.
   * @throws Refused, or the readers' errors
   */
  async readAll(output: Output): Promise<MeasuredReading[]> {
    let bad: Metric | undefined;
    try {
      const { readings, report } = await this.#read({});
      tell(report, output);
      return readings;
    } catch (error) {
      bad = implausibleMetric(error);
      if (bad === undefined) throw error;
      output.refusals.push({ ...refusalOf(error), detail: bad });
    }
    const readings: MeasuredReading[] = [];
    let first = true;
    for (const metric of METRIC_NAMES) {
      if (metric === bad) continue;
      try {
        const one = await this.#read({ metric });
        tell(one.report, output, first ? () => true : (sentence) => OF_READINGS.includes(sentence));
        first = false;
        readings.push(...one.readings);
      } catch (error) {
        if (implausibleMetric(error) === undefined) throw error;
        output.refusals.push({ ...refusalOf(error), detail: metric });
      }
    }
    return readings;
  }

  async #read(only: {
    readonly metric?: Metric;
  }): Promise<{ readings: MeasuredReading[]; report: StreamReport }> {
    const found: MeasuredReading[] = [];
    const options = { format: this.#format, now: this.#arrival.receivedAt / 1000, ...only };
    const report = await streamReadings(textInput(this.#text), options, (reading) => {
      if (found.length === this.#arrival.most) throw new Refused("too-many-values", "$");
      found.push(reading);
    });
    return { readings: found.filter((reading) => !report.contradicts(reading)), report };
  }
}

/** What is said of readings of the metric that is read; the rest is said of the document, whatever is read of it. */
const OF_READINGS: readonly string[] = [OUT_OF_RANGE, TOO_EARLY, IN_FUTURE, CONTRADICTING];

function tell(
  { skipped, refused, duplicates }: StreamReport,
  output: Output,
  tells: (kind: string) => boolean = () => true,
): void {
  for (const [kind, count] of Object.entries(skipped))
    if (tells(kind) && !kind.startsWith("other metric: ")) output.skip(kind, count);
  if (duplicates > 0) output.skip("duplicate", duplicates);
  for (const [sentence, count] of Object.entries(refused))
    if (tells(sentence))
      output.refusals.push({ reason: reasonOf(sentence), place: "$", count, detail: sentence });
}

/** The metric whose values as a whole cannot be what they say. */
function implausibleMetric(error: unknown): Metric | undefined {
  if (!(error instanceof VitalproofError) || error.code !== "VALUES_IMPLAUSIBLE") return undefined;
  return METRIC_NAMES.find((metric) => metric === error.details.metric);
}

const METRIC_NAMES = Object.keys(METRICS) as Metric[];
