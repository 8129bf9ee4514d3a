// SPDX-License-Identifier: GPL-3.0-or-later
import { describeCode, LOW, valueOfCode } from "../profiles/codes.ts";
import { type Profile, profileOf } from "../profiles/profile.ts";
import { type Terms, WHOLE } from "./terms.ts";
import { validateTerms } from "./validate.ts";

/**
 * What terms say, in words, one sentence per line, for the people who sign them. For terms of valid readings it adds
 * the true floor: what share of all slots, or which mean over all slots, the bound still allows when as many readings
 * are missing as coverage permits and the missing ones would have been the worst.
 */
export function explainTerms(terms: Terms): string[] {
  validateTerms(terms);
  const profile = profileOf(terms.profile);
  const slots = terms.epochs * profile.slots;
  const lines = [
    `${capital(profile.metric)}${profile.loinc === "" ? "" : ` (LOINC ${profile.loinc})`}, ${slots} slots of ${profile.interval} s in ${terms.epochs} ${terms.epochs === 1 ? "epoch" : "epochs"} of ${duration(profile.epochSeconds)}; an epoch begins ${clock(terms.offset)} after 00:00 UTC, all year.`,
    terms.ofValid
      ? "Semantics: of valid readings. Missing readings leave numerator and denominator."
      : "Semantics: worst case. Every missing reading counts against the claimant, under each bound separately.",
  ];
  const whose = terms.ofValid ? "valid readings" : "slots";
  const band = describeBand(terms, profile);

  if (terms.shareMin > 0) {
    lines.push(`At least ${percent(terms.shareMin)} of the ${whose} are ${band}${ends(terms, "outside")}.`);
  }
  if (terms.shareMax < WHOLE) {
    lines.push(`At most ${percent(terms.shareMax)} of the ${whose} are ${band}${ends(terms, "inside")}.`);
  }
  if (terms.meanMin > 0) {
    lines.push(`The mean of the ${whose} is at least ${level(profile, terms.meanMin)}${ends(terms, "LOW")}.`);
  }
  if (terms.meanMax < profile.codes) {
    lines.push(`The mean of the ${whose} is at most ${level(profile, terms.meanMax)}${ends(terms, "HIGH")}.`);
  }
  if (terms.meanMin > 0 || terms.meanMax < profile.codes) {
    lines.push(
      `In a mean, LOW counts as ${level(profile, LOW)} and HIGH as ${level(profile, profile.codes)}, one step beyond the scale.`,
    );
  }
  if (terms.coverageMin > 0)
    lines.push(`At least ${percent(terms.coverageMin)} of the slots hold a reading.`);
  if (terms.coverageMax < WHOLE) {
    lines.push(
      `At most ${percent(terms.coverageMax)} of the slots hold a reading. Beware: leaving readings out helps to meet this bound.`,
    );
  }
  lines.push("At least one slot holds a reading.");
  if (terms.ofValid) lines.push(...trueFloor(terms, profile, slots));
  return lines;
}

/** With `v` valid readings of which the bound needs `k`: the worst that the other slots can hide. */
function trueFloor(terms: Terms, profile: Profile, slots: number): string[] {
  const fewest = Math.max(1, Math.ceil((terms.coverageMin * slots) / WHOLE));
  const hidden = slots - fewest;
  const lines = [
    `True floor: ${fewest} of ${slots} readings suffice, ${hidden} may be missing. Then, over all slots,`,
  ];
  if (terms.shareMin > 0) {
    const inBand = Math.ceil((terms.shareMin * fewest) / WHOLE);
    lines.push(
      `- the share inside the band may be as low as ${ratio(inBand, slots)} (${inBand} readings), not ${percent(terms.shareMin)};`,
    );
  }
  if (terms.shareMax < WHOLE) {
    const inBand = Math.floor((terms.shareMax * fewest) / WHOLE) + hidden;
    lines.push(
      `- the share inside the band may be as high as ${ratio(inBand, slots)} (${inBand} readings), not ${percent(terms.shareMax)};`,
    );
  }
  if (terms.meanMin > 0) {
    lines.push(`- the mean may be as low as ${mean(profile, terms.meanMin * fewest + hidden, slots)};`);
  }
  if (terms.meanMax < profile.codes) {
    lines.push(
      `- the mean may be as high as ${mean(profile, terms.meanMax * fewest + hidden * profile.codes, slots)};`,
    );
  }
  const last = lines.pop()!;
  lines.push(lines.length === 0 ? last.replace(" Then, over all slots,", "") : last.replace(/;$/, "."));
  return lines;
}

function describeBand(terms: Terms, profile: Profile): string {
  const from = terms.low === LOW ? undefined : describeCode(profile, terms.low);
  const to = terms.high === profile.codes ? undefined : describeCode(profile, terms.high);
  if (from === undefined && to === undefined) return "any reading";
  if (from === undefined) return `at or below ${to} ${profile.ucum}`;
  if (to === undefined) return `at or above ${from} ${profile.ucum}`;
  return `from ${from} to ${to} ${profile.ucum}, ends included`;
}

function ends(terms: Terms, counted: string): string {
  return terms.ofValid ? "" : `; a missing reading counts as ${counted}`;
}

function level(profile: Profile, code: number): string {
  return `${valueOfCode(profile, code)} ${profile.ucum}`;
}

function mean(profile: Profile, sum: number, slots: number): string {
  const steps = sum / slots - 2;
  return `${(Number(profile.lowest) + steps * Number(profile.resolution)).toFixed(2)} ${profile.ucum}`;
}

function percent(share: number): string {
  return `${share / 100} %`;
}

function ratio(count: number, of: number): string {
  return `${((count * 100) / of).toFixed(2)} %`;
}

function duration(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

function clock(offset: number): string {
  return `${Math.floor(offset / 4)} h ${(offset % 4) * 15} min`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
