// SPDX-License-Identifier: GPL-3.0-or-later
import type { TextFormat } from "../format.ts";
import { isoTime } from "../internal/dateTime.ts";
import { LocalClock, SKIPPED_BY_CLOCK } from "../internal/localClock.ts";
import { Collector, NO_NUMBER } from "./json/collector.ts";
import { field, isArray, JsonDocument, numberOf, textOf } from "./json/document.ts";
import { NO_TIME } from "./json/instant.ts";

const HINT = "Pass the answer of the Fitbit API for oxygen saturation within a day, unchanged.";

/**
 * Oxygen saturation by the minute from the Fitbit Web API: one night (`dateTime`, `minutes`) or an array of nights. Times are on
 * the account's clock, without a zone. Each value is a moving average over five minutes, as Fitbit computes it.
 * Source: dev.fitbit.com, SpO2 Intraday.
 */
export const fitbitOxygen: TextFormat = {
  name: "fitbit-spo2",
  title: "Fitbit oxygen saturation by the minute (JSON)",

  matches(head) {
    return /^\s*[[{]/.test(head) && /"minutes"\s*:\s*\[\s*\{[^}]*"minute"\s*:/.test(head);
  },

  async read(input, { zone }, take) {
    const document = new JsonDocument(await input.text());
    const { root } = document;
    const collector = new Collector(take);
    const clock = new LocalClock(zone);
    for (const [i, night] of (isArray(root) ? root : [root]).entries()) {
      const path = isArray(root) ? [i] : [];
      const minutes = field(night, "minutes");
      if (!isArray(minutes)) throw document.error(path, "there is no list of minutes", HINT);
      for (const minute of document.objectsIn(minutes, [...path, "minutes"], "a minute", HINT)) {
        const written = isoTime(textOf(minute, "minute") ?? "");
        const value = numberOf(minute, "value");
        const time = typeof written === "object" ? clock.instantOf(written.local) : undefined;
        if (typeof written !== "object" || written.offset !== undefined) collector.refuse(NO_TIME);
        else if (time === undefined) collector.refuse(SKIPPED_BY_CLOCK);
        else if (value === undefined) collector.refuse(NO_NUMBER);
        else collector.reading({ metric: "spo2", time, value, unit: "%", clock });
      }
    }
    collector.note(
      "Each reading is a moving average of Fitbit's over five minutes: short falls are smaller in it.",
    );
    return collector.report("fitbit-spo2", clock);
  },
};
