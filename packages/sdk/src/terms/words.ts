// SPDX-License-Identifier: GPL-3.0-or-later

import { NO_BOUND } from "../generated/protocol.ts";
import { codeOfLowest, describeCode, LOW, valueOfCode } from "../profiles/codes.ts";
import type { Profile } from "../profiles/profile.ts";
import { counted } from "./bounds.ts";
import { type BandOfCodes, type TermsHeader, WHOLE } from "./header.ts";
import { mostRuns } from "./runs.ts";

/** `fewest` readings suffice of `slots`, the other `hidden` may be missing. */
export type Floor = { slots: number; fewest: number; hidden: number };
/** What terms say. */
export type Said = {
  lines: string[];
  /** About coverage, besides its lower bound. */
  coverage?: string[];
  floor: (floor: Floor) => string[];
};

export function shareLines(
  terms: TermsHeader & BandOfCodes & { shareMin: number; shareMax: number },
  profile: Profile,
): string[] {
  const whose = terms.ofValid ? "valid readings" : "slots";
  const band = describeBand(terms, profile);
  const lines: string[] = [];
  if (terms.shareMin > 0) {
    lines.push(`At least ${percent(terms.shareMin)} of the ${whose} are ${band}${ends(terms, "outside")}.`);
  }
  if (terms.shareMax < WHOLE) {
    lines.push(`At most ${percent(terms.shareMax)} of the ${whose} are ${band}${ends(terms, "inside")}.`);
  }
  return lines;
}

export function missingInRuns(
  ofValid: boolean,
  least: number,
  most: number,
  noun: string,
  inside: string,
  outside: string,
): string[] {
  const counts = inside.startsWith("as") ? inside : `as ${inside}`;
  const not = outside.startsWith("as") ? outside : `as ${outside}`;
  if (ofValid) return [`A missing ${noun} is passed over: those on either side of it are consecutive.`];
  const lines: string[] = [];
  if (least > 0) {
    lines.push(
      `A missing ${noun} ends what is not long enough yet; after that only a ${noun} that counts ${not} lets another begin.`,
    );
  }
  if (least === 0 && most !== NO_BOUND) {
    lines.push(`A missing ${noun} counts ${counts} until the length is reached, and then ${not}.`);
  }
  return lines;
}

export function floorLines({ slots, fewest, hidden }: Floor, nouns: string, over: string[]): string[] {
  const suffice = `True floor: ${fewest} of ${slots} ${nouns} suffice, ${hidden} may be missing.`;
  if (over.length === 0) return [suffice];
  const last = over.length - 1;
  const place = nouns === "samples" ? "samples" : "slots";
  return [
    `${suffice} Then, over all ${place},`,
    ...over.map((line, i) => `- ${line}${i === last ? "." : ";"}`),
  ];
}

export function shareFloor(
  { shareMin, shareMax }: { shareMin: number; shareMax: number },
  { slots, fewest, hidden }: Floor,
): string[] {
  const over: string[] = [];
  if (shareMin > 0) {
    const inBand = Math.ceil((shareMin * fewest) / WHOLE);
    over.push(
      `the share inside the band may be as low as ${ratio(inBand, slots)} (${inBand} readings), not ${percent(shareMin)}`,
    );
  }
  if (shareMax < WHOLE) {
    const inBand = Math.floor((shareMax * fewest) / WHOLE) + hidden;
    over.push(
      `the share inside the band may be as high as ${ratio(inBand, slots)} (${inBand} readings), not ${percent(shareMax)}`,
    );
  }
  return over;
}

/**
 * Putting one hidden slot back into a row of readings changes the number of runs by one at most: a reading outside may
 * break one or split one in two, a reading inside may complete one. A run of a single reading cannot be broken.
 */
export function runFloor(
  { slots, hidden }: Floor,
  minRun: number,
  [least, most]: [number, number],
  noun: string,
): string[] {
  const over: string[] = [];
  if (least > 0) {
    const low = minRun === 1 ? least : Math.max(0, least - hidden);
    over.push(`there may be as few as ${counted(low, noun)}${low === least ? "" : `, not ${least}`}`);
  }
  if (most !== NO_BOUND) {
    const high = Math.min(mostRuns(slots, minRun), most + hidden);
    over.push(`there may be as many as ${counted(high, noun)}${high === most ? "" : `, not ${most}`}`);
  }
  return over;
}

export function describeBand(terms: { low: number; high: number }, profile: Profile): string {
  const from = terms.low === LOW ? undefined : describeCode(profile, terms.low);
  const to = terms.high === profile.codes ? undefined : describeCode(profile, terms.high);
  const unit = unitOf(profile);
  if (from === undefined && to === undefined) return "any reading";
  if (terms.low === terms.high) return `exactly ${describeCode(profile, terms.low)}${unit}`;
  if (from === undefined) return `at or below ${to}${unit}`;
  if (to === undefined) return `at or above ${from}${unit}`;
  return `from ${from} to ${to}${unit}, ends included`;
}

export function ends(terms: { ofValid: boolean }, counted: string): string {
  return terms.ofValid ? "" : `; a missing reading counts as ${counted}`;
}

/** The UCUM unit 1 is not written. */
export function unitOf(profile: Profile): string {
  return profile.ucum === "1" ? "" : ` ${profile.ucum}`;
}

export function level(profile: Profile, code: number): string {
  return `${valueOfCode(profile, code)}${unitOf(profile)}`;
}

/** A sum of steps above code 1, in the profile's unit. */
export function sumLevel(profile: Profile, steps: number): string {
  const sum = `${Number((steps * Number(profile.resolution)).toFixed(6))}${unitOf(profile)}`;
  const from = valueOfCode(profile, LOW);
  return from === "0" ? sum : `${sum}, each counted from ${from}`;
}

export function mean(profile: Profile, sum: number, slots: number): string {
  const steps = sum / slots - codeOfLowest(profile);
  return `${(Number(profile.lowest) + steps * Number(profile.resolution)).toFixed(2)}${unitOf(profile)}`;
}

/** What both bounds of a number ask for: "There is at least 1 run …", "There are at most 3 runs …", "There is no run …". */
export function countLines(least: number, most: number, one: string, many: string): string[] {
  const lines: string[] = [];
  if (least > 0) lines.push(thereAre("at least", least, one, many));
  if (most === 0) lines.push(`There is no ${one}.`);
  else if (most !== NO_BOUND) lines.push(thereAre("at most", most, one, many));
  return lines;
}

function thereAre(bound: string, n: number, one: string, many: string): string {
  return n === 1 ? `There is ${bound} 1 ${one}.` : `There are ${bound} ${n} ${many}.`;
}

export function percent(share: number): string {
  return `${share / 100} %`;
}

export function ratio(count: number, of: number): string {
  return `${((count * 100) / of).toFixed(2)} %`;
}

export function duration(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${Number(seconds.toFixed(3))} s`;
}
