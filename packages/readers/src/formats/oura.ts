// SPDX-License-Identifier: GPL-3.0-or-later
import type { TextFormat } from "../format.ts";
import { Collector, NO_NUMBER } from "./json/collector.ts";
import { field, isArray, JsonDocument, numberOf, textOf } from "./json/document.ts";
import { instantOf } from "./json/instant.ts";

const HINT = "Pass the answer of /v2/usercollection/heartrate, unchanged.";

/**
 * Heart rate of the Oura API v2: `data` with `bpm`, `timestamp` and `source`, which is what the wearer did (awake, rest, sleep, …)
 * and not a device. Source: cloud.ouraring.com/v2/docs, PublicHeartRateRow.
 */
export const oura: TextFormat = {
  name: "oura",
  title: "Oura heart rate (JSON)",

  matches(head) {
    return (
      /^\s*[[{]/.test(head) &&
      /"bpm"\s*:/.test(head) &&
      /"timestamp"\s*:/.test(head) &&
      /"source"\s*:\s*"(awake|rest|sleep|session|live|workout)"/.test(head)
    );
  },

  async read(input, _options, take) {
    const document = new JsonDocument(await input.text());
    const { root } = document;
    const [rows, path] = isArray(root) ? [root, []] : [field(root, "data"), ["data"]];
    if (!isArray(rows)) throw document.error(path, "there is no list of heart rates", HINT);
    const collector = new Collector(take);
    for (const row of document.objectsIn(rows, path, "a row", HINT)) {
      const time = instantOf(textOf(row, "timestamp"));
      const bpm = numberOf(row, "bpm");
      if (typeof time === "string") collector.refuse(time);
      else if (bpm === undefined) collector.refuse(NO_NUMBER);
      else collector.reading({ metric: "heart-rate", time, value: bpm, unit: "/min" });
    }
    return collector.report("oura");
  },
};
