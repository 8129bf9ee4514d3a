// SPDX-License-Identifier: GPL-3.0-or-later
import { NO_BOUND } from "../generated/protocol.ts";
import { codeOfLowest, describeCode, LOW, valueOfCode } from "../profiles/codes.ts";
import { type Profile, profileOf } from "../profiles/profile.ts";
import { counted } from "./bounds.ts";
import { mostRuns } from "./runs.ts";
import {
  type DistributionTerms,
  type EpisodeTerms,
  type ImpactTerms,
  type RegularityTerms,
  type Terms,
  WHOLE,
} from "./terms.ts";
import { validateTerms } from "./validate.ts";

/**
 * What terms say, in words, one sentence per line, for the people who sign them. For terms of valid readings it adds
 * the true floor: what each bound still allows over all slots when as many readings are missing as coverage permits
 * and the missing ones would have been the worst.
 */
export function explainTerms(terms: Terms): string[] {
  validateTerms(terms);
  const profile = profileOf(terms.profile);
  const places = terms.epochs * profile.samples;
  const lines = [
    `${capital(profile.metric)}${profile.loinc === "" ? "" : ` (LOINC ${profile.loinc})`}, ${places} ${profile.channels === 1 ? "slots" : `samples on ${profile.channels} axes`} of ${profile.interval} s in ${counted(terms.epochs, "epoch")} of ${duration(profile.epochSeconds)}; an epoch begins ${clock(terms.offset)} after 00:00 UTC, all year.`,
    terms.ofValid
      ? "Semantics: of valid readings. Missing readings leave numerator and denominator."
      : "Semantics: worst case. Every missing reading counts against the claimant, under each bound separately.",
  ];
  const said = linesOf(terms, profile);
  lines.push(...said.lines);
  const place = terms.template === "impact" ? "sample" : "slot";
  if (terms.coverageMin > 0)
    lines.push(`At least ${percent(terms.coverageMin)} of the ${place}s hold a reading.`);
  if (terms.template === "distribution" && terms.coverageMax < WHOLE) {
    lines.push(
      `At most ${percent(terms.coverageMax)} of the slots hold a reading. Beware: leaving readings out helps to meet this bound.`,
    );
  }
  lines.push(`At least one ${place} holds a reading.`);
  if (terms.ofValid) lines.push(...said.floor(trueFloorOf(terms, profile)));
  return lines;
}

/** `fewest` readings suffice of `slots`, the other `hidden` may be missing. */
type Floor = { slots: number; fewest: number; hidden: number };
type Said = { lines: string[]; floor: (floor: Floor) => string[] };

function linesOf(terms: Terms, profile: Profile): Said {
  switch (terms.template) {
    case "distribution":
      return distribution(terms, profile);
    case "episode":
      return episode(terms, profile);
    case "regularity":
      return regularity(terms, profile);
    case "impact":
      return impact(terms, profile);
  }
}

function distribution(terms: DistributionTerms, profile: Profile): Said {
  const whose = terms.ofValid ? "valid readings" : "slots";
  const { meanMin, meanMax } = terms;
  const [lowest, highest] =
    profile.ends === "open" ? ["LOW", "HIGH"] : ["the lowest value", "the highest value"];
  const lines = shareLines(terms, profile);
  const boundedBelow = meanMin > 0 || terms.meanAbove;
  const boundedAbove = meanMax < profile.codes || terms.meanBelow;
  if (boundedBelow) {
    const bound = terms.meanAbove ? "above" : "at least";
    lines.push(`The mean of the ${whose} is ${bound} ${level(profile, meanMin)}${ends(terms, lowest!)}.`);
  }
  if (boundedAbove) {
    const bound = terms.meanBelow ? "below" : "at most";
    lines.push(`The mean of the ${whose} is ${bound} ${level(profile, meanMax)}${ends(terms, highest!)}.`);
  }
  if ((boundedBelow || boundedAbove) && profile.ends === "open") {
    lines.push(
      `In a mean, LOW counts as ${level(profile, LOW)} and HIGH as ${level(profile, profile.codes)}, one step beyond the scale.`,
    );
  }
  return {
    lines,
    floor: ({ slots, fewest, hidden }) => {
      const over = shareFloor(terms, { slots, fewest, hidden });
      if (boundedBelow) {
        const sum = meanMin * fewest + Number(terms.meanAbove) + hidden;
        over.push(`the mean may be as low as ${mean(profile, sum, slots)}`);
      }
      if (boundedAbove) {
        const sum = meanMax * fewest - Number(terms.meanBelow) + hidden * profile.codes;
        over.push(`the mean may be as high as ${mean(profile, sum, slots)}`);
      }
      return floorLines({ slots, fewest, hidden }, "readings", over);
    },
  };
}

function episode(terms: EpisodeTerms, profile: Profile): Said {
  const { minRun, runsMin, runsMax } = terms;
  const length = duration(minRun * profile.interval);
  const run = `run of at least ${counted(minRun, "reading")} (${length}) ${describeBand(terms, profile)}`;
  const runs = run.replace("run", "runs");
  const lines: string[] = [];
  if (runsMin > 0) lines.push(thereAre("at least", runsMin, run, runs));
  if (runsMax === 0) lines.push(`There is no ${run}.`);
  else if (runsMax !== NO_BOUND) lines.push(thereAre("at most", runsMax, run, runs));
  lines.push(...missingInRuns(terms.ofValid, runsMin, runsMax, "reading", "inside the band", "outside"));
  return {
    lines,
    floor: (floor) => floorLines(floor, "readings", runFloor(floor, minRun, [runsMin, runsMax], "run")),
  };
}

function regularity(terms: RegularityTerms, profile: Profile): Said {
  const { epochs, epochsMin, epochsMax } = terms;
  const what = terms.sum
    ? `the readings add up to at least ${sumLevel(profile, terms.level)}`
    : `at least ${counted(terms.level, "reading")} ${terms.level === 1 ? "is" : "are"} ${describeBand(terms, profile)}`;
  const lines: string[] = [];
  const missing = (adds: string): string => (terms.ofValid ? "" : `; a missing reading adds ${adds}`);
  const most = terms.sum ? `${sumLevel(profile, Math.max(profile.codes - 1, 1))}` : "one";
  if (epochsMin > 0)
    lines.push(`In at least ${epochsMin} of the ${epochs} epochs ${what}${missing("nothing")}.`);
  if (epochsMax < epochs) {
    lines.push(`In at most ${epochsMax} of the ${epochs} epochs ${what}${missing(most)}.`);
  }
  if (terms.ofValid && (epochsMin > 0 || epochsMax < epochs))
    lines.push("A missing reading adds nothing to its epoch.");
  lines.push(...shareLines(terms, profile));
  return {
    lines,
    floor: (floor) => {
      const over: string[] = [];
      if (epochsMin > 0) over.push(`at least ${epochsMin} epochs reach the level all the same`);
      if (epochsMax < epochs) {
        // Each hidden reading may have lifted one more epoch to the level.
        const high = Math.min(epochs, epochsMax + floor.hidden);
        over.push(`as many as ${high} epochs may reach the level, not ${epochsMax}`);
      }
      return floorLines(floor, "readings", [...over, ...shareFloor(terms, floor)]);
    },
  };
}

function impact(terms: ImpactTerms, profile: Profile): Said {
  const { minRun, countMin, countMax } = terms;
  const magnitude = Math.sqrt(terms.threshold) * Number(profile.resolution);
  const reaching = `with x² + y² + z² of at least ${terms.threshold} squared steps of ${profile.resolution} ${profile.ucum} (a magnitude of ${magnitude.toFixed(2)} ${profile.ucum})`;
  const [one, many] =
    minRun === 0
      ? [`sample ${reaching}`, `samples ${reaching}`]
      : [
          `event of at least ${counted(minRun, "sample")} ${reaching}`,
          `events of at least ${counted(minRun, "sample")} in a row ${reaching}`,
        ];
  const lines: string[] = [];
  if (countMin > 0) lines.push(thereAre("at least", countMin, one, many));
  if (countMax === 0) lines.push(`There is no ${one}.`);
  else if (countMax !== NO_BOUND) lines.push(thereAre("at most", countMax, one, many));
  lines.push("A sample of which an axis is missing is missing.");
  if (minRun > 0) {
    lines.push(...missingInRuns(terms.ofValid, countMin, countMax, "sample", "as an impact", "as none"));
  } else if (!terms.ofValid) {
    if (countMin > 0) lines.push("Under the lower bound a missing sample is no impact.");
    if (countMax !== NO_BOUND) lines.push("Under the upper bound a missing sample is an impact.");
  }
  return {
    lines,
    floor: (floor) => {
      const bounds: [number, number] = [countMin, countMax];
      const over = minRun > 0 ? runFloor(floor, minRun, bounds, "event") : sampleFloor(floor, bounds);
      return floorLines(floor, "samples", over);
    },
  };
}

function shareLines(terms: DistributionTerms | RegularityTerms, profile: Profile): string[] {
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

function missingInRuns(
  ofValid: boolean,
  least: number,
  most: number,
  noun: string,
  inside: string,
  outside: string,
): string[] {
  const counts = inside.startsWith("as") ? inside : `as ${inside}`;
  const not = outside.startsWith("as") ? outside : `as ${outside}`;
  if (ofValid) return [`A missing ${noun} is passed over: what stands on either side of it stands in a row.`];
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

function trueFloorOf(terms: Terms, profile: Profile): Floor {
  const slots = terms.epochs * (terms.template === "impact" ? profile.samples : profile.slots);
  const fewest = Math.max(1, Math.ceil((terms.coverageMin * slots) / WHOLE));
  return { slots, fewest, hidden: slots - fewest };
}

function floorLines({ slots, fewest, hidden }: Floor, nouns: string, over: string[]): string[] {
  const suffice = `True floor: ${fewest} of ${slots} ${nouns} suffice, ${hidden} may be missing.`;
  if (over.length === 0) return [suffice];
  const last = over.length - 1;
  const place = nouns === "samples" ? "samples" : "slots";
  return [
    `${suffice} Then, over all ${place},`,
    ...over.map((line, i) => `- ${line}${i === last ? "." : ";"}`),
  ];
}

function shareFloor(
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
function runFloor(
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

function sampleFloor({ slots, hidden }: Floor, [least, most]: [number, number]): string[] {
  const over: string[] = [];
  if (least > 0) over.push(`at least ${counted(least, "sample")} reach the threshold all the same`);
  if (most !== NO_BOUND) {
    const high = Math.min(slots, most + hidden);
    over.push(`as many as ${counted(high, "sample")} may reach the threshold, not ${most}`);
  }
  return over;
}

function describeBand(terms: { low: number; high: number }, profile: Profile): string {
  const from = terms.low === LOW ? undefined : describeCode(profile, terms.low);
  const to = terms.high === profile.codes ? undefined : describeCode(profile, terms.high);
  const unit = unitOf(profile);
  if (from === undefined && to === undefined) return "any reading";
  if (terms.low === terms.high) return `exactly ${describeCode(profile, terms.low)}${unit}`;
  if (from === undefined) return `at or below ${to}${unit}`;
  if (to === undefined) return `at or above ${from}${unit}`;
  return `from ${from} to ${to}${unit}, ends included`;
}

function ends(terms: { ofValid: boolean }, counted: string): string {
  return terms.ofValid ? "" : `; a missing reading counts as ${counted}`;
}

/** The UCUM unit 1 is not written. */
function unitOf(profile: Profile): string {
  return profile.ucum === "1" ? "" : ` ${profile.ucum}`;
}

function level(profile: Profile, code: number): string {
  return `${valueOfCode(profile, code)}${unitOf(profile)}`;
}

/** A sum of steps above code 1, in the profile's unit. */
function sumLevel(profile: Profile, steps: number): string {
  const sum = `${Number((steps * Number(profile.resolution)).toFixed(6))}${unitOf(profile)}`;
  const from = valueOfCode(profile, LOW);
  return from === "0" ? sum : `${sum}, each counted from ${from}`;
}

function mean(profile: Profile, sum: number, slots: number): string {
  const steps = sum / slots - codeOfLowest(profile);
  return `${(Number(profile.lowest) + steps * Number(profile.resolution)).toFixed(2)}${unitOf(profile)}`;
}

/** "There is at least 1 run …", "There are at most 3 runs …". */
function thereAre(bound: string, n: number, one: string, many: string): string {
  return n === 1 ? `There is ${bound} 1 ${one}.` : `There are ${bound} ${n} ${many}.`;
}

function percent(share: number): string {
  return `${share / 100} %`;
}

function ratio(count: number, of: number): string {
  return `${((count * 100) / of).toFixed(2)} %`;
}

function duration(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${Number(seconds.toFixed(3))} s`;
}

function clock(offset: number): string {
  return `${Math.floor(offset / 4)} h ${(offset % 4) * 15} min`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
