// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a patient reads about a program before applying, and the cover that an application asks for.
import { epochAt, epochStart, formatAmount, profileOf, type Unit } from "@vitalproof/sdk";
import { headlineFor } from "../data/circuits.ts";
import { counted, dateTime, duration, spanName, spanZone } from "../words/format.ts";
import { disputeText } from "../words/programWords.ts";
import type { Offer } from "./chain.ts";

export type OfferFact = readonly [name: string, text: string];

/** The first epoch that an application of this moment can cover. @param now Unix seconds */
export function firstEpochOf({ terms }: Pick<Offer, "terms">, now: number): number {
  const profile = profileOf(terms.profile);
  // Two epochs ahead where a period is short: the insurer must issue the policy before it begins.
  const ahead = Math.max(1, Math.ceil(3600 / profile.epochSeconds));
  return epochAt(profile, terms.offset, now) + ahead;
}

/** Seconds of one period. */
function periodOf({ terms }: Pick<Offer, "terms">): number {
  return terms.epochs * profileOf(terms.profile).epochSeconds;
}

/** The line by which programs are told apart: what differs comes first. */
export function offerTitle(offer: Offer, unit: Unit): string {
  const { program, terms, benefit } = offer;
  return `Program ${program}: ${formatAmount(benefit, unit)} for each period of ${duration(periodOf(offer))}. ${headlineFor(terms)}`;
}

/** Money, times and people of an offer. @param periods that the patient wants; 0 while that is not known */
export function offerFacts(offer: Offer, unit: Unit, periods: number, now: number): OfferFact[] {
  const { benefit, terms } = offer;
  const start = epochStart(profileOf(terms.profile), terms.offset, firstEpochOf(offer, now));
  const length = periodOf(offer);
  const cover = { start, end: start + Math.max(1, periods) * length, offset: terms.offset };
  return [
    ["You get", `${formatAmount(benefit, unit)} for each period of ${duration(length)} that meets the terms`],
    ...(periods === 0
      ? []
      : ([
          [
            "In total",
            `At most ${formatAmount(benefit * BigInt(periods), unit)} for ${counted(periods, "period")}`,
          ],
        ] as const)),
    [
      "Cover",
      periods === 0
        ? `Begins ${dateTime(start)} if you apply now`
        : `${spanName(cover)}, ${spanZone(cover)}, if you apply now`,
    ],
    ["Time to claim", `${duration(offer.claimWindow)} after the attester anchored the period`],
    ["Review", disputeText(offer, "The insurer")],
    ...(offer.reviewTime === 0
      ? []
      : ([
          ["Longest wait", `${duration(offer.reviewTime + offer.arbiterTime)} from claim to decision`],
          ["Arbiter", offer.arbiter],
        ] as const)),
    ["Insurer", offer.insurer],
  ];
}

/** Why the insurer could not issue a policy over so many periods; undefined where it could. */
export function lackOf({ program, free, benefit }: Offer, unit: Unit, periods: number): string | undefined {
  const needed = benefit * BigInt(periods);
  if (free >= needed) return undefined;
  const fits = free / benefit;
  return `Program ${program} has ${formatAmount(free, unit)} free and needs ${formatAmount(needed, unit)}. ${
    fits === 0n ? "Choose another program." : `Apply for at most ${counted(Number(fits), "period")}.`
  }`;
}
