// SPDX-License-Identifier: GPL-3.0-or-later
import { DAY } from "@vitalproof/sdk";
import { dateTime } from "../words/format.ts";
import type { Stops } from "./ledger.ts";

/** Seconds for which a claim window stays open after a stop that touched it. */
const RESUME_TIME = 3 * DAY;

/** A stop in words. What others wrote about it is `quoted`. */
export type StopWords = {
  readonly title: string;
  readonly says: string;
  readonly quoted: string | undefined;
};

/** What stops everything now, or did so recently. @param now Unix seconds, the chain's */
export function globalStops({ pause, outage }: Pick<Stops, "pause" | "outage">, now: number): StopWords[] {
  const words: StopWords[] = [];
  if (pause !== undefined && now < pause.until) {
    words.push({
      title: `Paused until ${dateTime(pause.until)}.`,
      says: "No program is published, no policy issued and no claim settled until then. Payments, reviews and releases work. Claims that the pause touches can be made for three days after it.",
      quoted: pause.reason,
    });
  }
  if (outage !== undefined && now < outage.until + RESUME_TIME) {
    words.push({
      title: `The chain stood still from ${dateTime(outage.from)} to ${dateTime(outage.until)}.`,
      says: `Claims whose time ended then can be made until ${dateTime(outage.until + RESUME_TIME)}.`,
      quoted: outage.reason,
    });
  }
  return words;
}

/** What stops claims under a circuit now; undefined if nothing does. */
export function circuitStop(
  { suspensions, exposed }: Pick<Stops, "suspensions" | "exposed">,
  circuit: string,
  now: number,
): StopWords | undefined {
  if (exposed.has(circuit)) {
    return {
      title: "This program's circuit was exposed: it accepts forged proofs.",
      says: "It settles nothing any more. Claims wait for its successor and are proven under that. No policy is issued for periods that no circuit settles.",
      quoted: undefined,
    };
  }
  const suspension = suspensions.get(circuit);
  if (suspension === undefined || now >= suspension.until) return undefined;
  return {
    title: `This program's circuit is suspended until ${dateTime(suspension.until)}.`,
    says: "No claim is settled under it and no policy issued until then. Claims that the suspension touches can be made for three days after it.",
    quoted: suspension.reason,
  };
}
