// SPDX-License-Identifier: GPL-3.0-or-later
import { instantOf, isoTime, JsonNumber, NO_ZONE, plainDecimal } from "@vitalproof/readers/rules";
import { zoneRules } from "@vitalproof/sdk";
import { placeOf, type Tree } from "./document.ts";
import { Refused, reasonOf } from "./refusal.ts";
import type { TimeRule } from "./settings.ts";

type Written = Exclude<TimeRule, { arrival: true }>;

const rules = new Map<string, ReturnType<typeof zoneRules>>();

/** Unix seconds. @throws Refused */
export function timeOf({ path, exact }: Tree, { form, zone }: Pick<Written, "form" | "zone">): number {
  const place = placeOf(path);
  const text = exact instanceof JsonNumber ? exact.text : exact;
  if (typeof text !== "string") throw new Refused("time-not-understood", place);
  if (form !== "iso") {
    const plain = text.length <= 40 ? plainDecimal(text) : undefined;
    // The point is moved in the text, since a division would round.
    const seconds = plain === undefined || form === "seconds" ? plain : plainDecimal(`${plain}e-3`);
    if (seconds === undefined) throw new Refused("time-not-understood", place);
    return Number(seconds);
  }
  // A number in place of a text is a count, and its unit is not known.
  if (typeof exact !== "string") throw new Refused("time-not-understood", place);
  const instant = instantOf(text);
  if (typeof instant === "number") return instant;
  const written = instant === NO_ZONE ? isoTime(text) : undefined;
  if (zone === undefined || typeof written !== "object") throw new Refused(reasonOf(instant), place);
  let ofZone = rules.get(zone);
  if (ofZone === undefined) {
    ofZone = zoneRules(zone);
    rules.set(zone, ofZone);
  }
  const [first, second] = ofZone(written.local).instants;
  if (first === undefined) throw new Refused("time-skipped", place);
  // A file can say by its order which of the two it is; a message cannot.
  if (second !== undefined) throw new Refused("time-repeated", place);
  return first + written.fraction;
}
