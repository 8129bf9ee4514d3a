// SPDX-License-Identifier: GPL-3.0-or-later
import { compareDecimals, type Decimal, decimal, parseDecimal } from "../decimal.ts";
import { VitalproofError } from "../errors.ts";
import { PROFILES } from "../generated/protocol.ts";
import type { Reading } from "../log/reading.ts";
import { assignSlots, slotAt } from "../log/slots.ts";
import { LOW, valueOfCode } from "../profiles/codes.ts";
import { type Profile, type ProfileName, profileOf } from "../profiles/profile.ts";
import type { TermsRequest } from "../templates/templates.ts";
import { type BoundResult, counted } from "../terms/bounds.ts";
import { WHOLE } from "../terms/header.ts";
import {
  countsOf,
  coverageOf,
  type LevelBounds,
  onePerSide,
  runOf,
  shareOf,
  sharesOf,
} from "../terms/request.ts";
import type { Mark } from "../terms/runs.ts";
import {
  coverageBound,
  type Extent,
  extentBounds,
  runExtent,
  shareBounds,
  type Tally,
  validBound,
} from "../terms/tally.ts";
import { assertOffset } from "../time/epochs.ts";
import type { Form, Question } from "./entry.ts";
import { type Overrides, withOverrides } from "./overrides.ts";

/** What of an entry decides; a request of one's own needs no more. */
export type Decidable = Pick<Question, "name" | "metric" | "template" | "about"> & {
  readonly forms: readonly Pick<Form, "profile" | "request" | "offset">[];
};

export type EvaluateOptions = Overrides & {
  entry: Decidable;
  /** Unix seconds, `[from, to)`; from the first reading's slot to the end of the last one's where left out. */
  from?: number;
  to?: number;
  /** Whose grid of slots says what is missing; the one whose interval is nearest to the readings' where left out. */
  profile?: ProfileName;
  /** Quarter hours after 00:00 UTC at which epochs begin; the question's own where left out. */
  offset?: number;
};

export type EvaluatedBound = Pick<BoundResult, "bound" | "holds" | "needed" | "got" | "by" | "text">;

export type Evaluation = {
  readonly circuit: string;
  readonly template: TermsRequest["template"];
  readonly holds: boolean;
  /** Semantics under which `holds` and `bounds` are decided. */
  readonly semantics: "worst-case" | "of-valid";
  readonly profile: ProfileName;
  readonly unit: string;
  /** Unix seconds, `[from, to)`. */
  readonly from: number;
  readonly to: number;
  /** Slots of the grid (samples, for three axes) in `[from, to)`. */
  readonly slots: number;
  /** Epochs of the grid that `[from, to)` touches. */
  readonly epochs: number;
  /** Readings; all of them, also those for which the grid has no slot of their own. */
  readonly valid: number;
  /** Readings inside the band; for impacts samples that reach the magnitude. */
  readonly inBand: number;
  /** Slots without a reading. */
  readonly missing: number;
  /** inBand / valid; null without readings. */
  readonly share: number | null;
  /** Of the readings; null without readings or for samples of three axes. */
  readonly mean: number | null;
  /** Slots with a reading / slots. */
  readonly coverage: number;
  /** Runs, epochs that reach the level, samples or events. */
  readonly runs?: Extent;
  readonly reached?: Extent;
  readonly counted?: Extent;
  readonly bounds: readonly EvaluatedBound[];
  readonly failing: readonly string[];
  /** The same readings under the other semantics. */
  readonly underOther: {
    readonly semantics: "worst-case" | "of-valid";
    readonly holds: boolean;
    readonly bounds: readonly EvaluatedBound[];
  };
};

/**
 * Decides a named question in the clear for any stretch of readings; no circuit's window is needed. Values are
 * compared as the exact decimals that they are, not as codes: 69.99999 is below 70.
 *
 * What is missing follows from the profile's grid. Shares and means are of all readings; runs, and what an epoch
 * reaches, are counted in slots, so that readings closer together than the grid do not make a run longer.
 *
 * @throws INVALID_ARGUMENT for readings of a unit or kind that the question does not have, bounds that are none, no
 *         reading at all, or more than ten million slots; READING_IMPOSSIBLE for a value that is no number
 */
export function evaluate(readings: readonly Reading[], options: EvaluateOptions): Evaluation {
  const { entry, from, to, profile: wanted, offset: givenOffset, ...overrides } = options;
  const { profile, request: defaults, offset } = gridFor(entry, readings, wanted, givenOffset);
  assertOffset(profile, offset);
  const request = withOverrides(entry, defaults, overrides);
  const measured = readings
    .filter(({ time }) => (from === undefined || time >= from) && (to === undefined || time < to))
    .map((reading) => measure(profile, reading));
  const window = windowOf(profile, offset, measured, from, to);
  const facts = factsOf(profile, offset, request, measured, window);
  const semantics = request.semantics ?? "worst-case";
  const other = semantics === "worst-case" ? "of-valid" : "worst-case";
  const own = decide(profile, request, facts, semantics === "of-valid");
  const otherwise = decide(profile, request, facts, other === "of-valid");
  const { filled, valid, inBand, slots } = facts;
  return {
    circuit: entry.name,
    template: request.template,
    holds: own.bounds.every(({ holds }) => holds),
    semantics,
    profile: profile.name,
    unit: profile.ucum,
    from: window.from,
    to: window.to,
    slots,
    epochs: facts.epochs.length,
    valid,
    inBand,
    missing: slots - filled,
    share: valid === 0 ? null : inBand / valid,
    mean: facts.sum === undefined || valid === 0 ? null : toNumber(facts.sum) / valid,
    coverage: slots === 0 ? 0 : filled / slots,
    ...own.extent,
    bounds: own.bounds,
    failing: own.bounds.filter(({ holds }) => !holds).map(({ bound }) => bound),
    underOther: {
      semantics: other,
      holds: otherwise.bounds.every(({ holds }) => holds),
      bounds: otherwise.bounds,
    },
  };
}

/** A reading as exact decimals, one per channel. */
type Measured = { time: number; codes: readonly number[]; values: readonly Decimal[] };

/** Slots of the longest stretch that is decided at once: some four months at 1 Hz. */
const MOST_SLOTS = 10_000_000;

type Window = { from: number; to: number; first: number; end: number };

type Facts = Tally & {
  /** Slots with a reading; `valid` counts readings, of which a slot may have seen several. */
  filled: number;
  /** By slot of the window. */
  marks: Mark[];
  sum: Decimal | undefined;
  /** By epoch of the grid: level without its missing slots, and how many those are. */
  epochs: { level: Decimal; missing: number }[];
};

function gridFor(
  entry: Decidable,
  readings: readonly Reading[],
  wanted: ProfileName | undefined,
  givenOffset: number | undefined,
): { profile: Profile; request: TermsRequest; offset: number } {
  const [first] = readings;
  if (first === undefined) {
    throw new VitalproofError("INVALID_ARGUMENT", "There is no reading to decide about.", {
      hint: "Look at what was refused or left out, and at the times asked for.",
    });
  }
  const units = [...new Set(readings.map(({ unit }) => unit))];
  if (units.length > 1) {
    throw new VitalproofError("INVALID_ARGUMENT", `The readings have several units: ${units.join(", ")}.`, {
      details: { units },
      hint: "Decide about one metric and unit at a time; values are never converted.",
    });
  }
  const named = wanted === undefined ? undefined : profileOf(wanted);
  const channels = Array.isArray(first.value) ? first.value.length : 1;
  const fits = (profile: Profile): boolean =>
    profile.ucum === first.unit &&
    profile.channels === channels &&
    (named === undefined || profile.name === named.name);
  // A circuit of any metric takes every grid; its request has no levels.
  const names =
    entry.metric === "any"
      ? (Object.keys(PROFILES) as ProfileName[])
          .filter((name) => !name.startsWith("test-"))
          .map((name) => ({
            profile: name,
            request: entry.forms[0]!.request,
            offset: entry.forms[0]!.offset,
          }))
      : entry.forms;
  const candidates = names
    .map(({ profile, request, offset }) => ({ profile: profileOf(profile), request, offset }))
    .filter(({ profile }) => fits(profile));
  // Every profile of the unit may lend its grid when it is named, not only those with a circuit.
  if (candidates.length === 0 && named !== undefined && named.ucum === first.unit) {
    const form = entry.forms.find((each) => profileOf(each.profile).ucum === first.unit);
    if (form !== undefined) candidates.push({ profile: named, request: form.request, offset: form.offset });
  }
  if (candidates.length === 0) {
    const known = [...new Set(entry.forms.map((form) => profileOf(form.profile).ucum))];
    throw new VitalproofError(
      "INVALID_ARGUMENT",
      `${entry.name} is not about readings of ${channels === 1 ? "" : `${channels} channels in `}${first.unit}${named === undefined ? "" : ` on the grid of ${named.name}`}.`,
      {
        details: { unit: first.unit, units: known },
        hint: `It is about ${entry.metric} in ${known.join(" or ")}; values are never converted.`,
      },
    );
  }
  const spacing = usualSpacing(readings);
  const away = ({ profile }: { profile: Profile }): number => Math.abs(Math.log(profile.interval / spacing));
  const nearest = candidates.reduce((best, each) => (away(each) < away(best) ? each : best));
  const longest = nearest.profile.epochSeconds;
  // An offset of the question's own may not fit another grid's shorter epochs.
  const offset = givenOffset ?? (nearest.offset * 900 < longest ? nearest.offset : 0);
  return { ...nearest, offset };
}

/** The step that a quarter of the steps do not exceed, in seconds: gaps lengthen steps, so the median would be too long. */
function usualSpacing(readings: readonly Reading[]): number {
  const times = readings.map(({ time }) => time).sort((a, b) => a - b);
  const steps = times
    .slice(1)
    .map((time, i) => time - times[i]!)
    .filter((step) => step > 0)
    .sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 4)] ?? 300;
}

function measure(profile: Profile, { time, value }: Reading): Measured {
  const given = typeof value === "object" ? value : [value];
  if (!Number.isFinite(time) || given.length !== profile.channels) throw impossible(profile);
  return { time, codes: [], values: given.map((each) => decimalOf(profile, each)) };
}

/** LOW and HIGH stand one step beyond the scale, as in codes. */
function decimalOf(profile: Profile, value: number | string): Decimal {
  const open = profile.ends === "open";
  if (open && typeof value === "string" && /^low$/i.test(value.trim()))
    return decimal(valueOfCode(profile, LOW));
  if (open && typeof value === "string" && /^high$/i.test(value.trim()))
    return decimal(valueOfCode(profile, profile.codes));
  const parsed = parseDecimal(value);
  if (parsed === undefined) throw impossible(profile);
  return parsed;
}

function impossible(profile: Profile): VitalproofError {
  return new VitalproofError("READING_IMPOSSIBLE", `A reading is no possible value in ${profile.ucum}.`, {
    details: { profile: profile.name },
    hint: "Give plain decimal numbers; leave out what was not measured.",
  });
}

function windowOf(
  profile: Profile,
  offset: number,
  measured: readonly Measured[],
  from: number | undefined,
  to: number | undefined,
): Window {
  const times = measured.map(({ time }) => slotAt(profile, offset, time));
  const start = (slot: number): number => Number((900 * offset + slot * profile.interval).toFixed(6));
  const lowest = times.reduce((least, slot) => Math.min(least, slot), Number.POSITIVE_INFINITY);
  const highest = times.reduce((most, slot) => Math.max(most, slot), Number.NEGATIVE_INFINITY);
  if ((from === undefined || to === undefined) && times.length === 0) {
    throw new VitalproofError("INVALID_ARGUMENT", "There is no reading between these times.", {
      details: { from, to },
    });
  }
  if (from !== undefined && to !== undefined && from >= to) {
    throw new VitalproofError("INVALID_ARGUMENT", `The time from ${from} to ${to} is none.`, {
      details: { from, to },
    });
  }
  const first = from === undefined ? lowest : slotAt(profile, offset, from);
  // A slot that `to` cuts counts as a whole one; one that begins there does not.
  const end = to === undefined ? highest + 1 : slotAt(profile, offset, to - 1e-6) + 1;
  if (end - first > MOST_SLOTS) {
    throw new VitalproofError(
      "INVALID_ARGUMENT",
      `From the first to the last reading there are ${end - first} slots of ${profile.interval} s; at most ${MOST_SLOTS} are decided at once.`,
      { details: { slots: end - first }, hint: "Give from and to, or a profile with a longer interval." },
    );
  }
  return { from: from ?? start(first), to: to ?? start(end), first, end: Math.max(end, first + 1) };
}

function factsOf(
  profile: Profile,
  offset: number,
  request: TermsRequest,
  measured: readonly Measured[],
  { first, end }: Window,
): Facts {
  const inside = insideOf(profile, request);
  const marks = new Array<Mark>(end - first).fill("missing");
  const { placed } = assignSlots(profile, offset, measured, first);
  let filled = 0;
  const bySlot = new Map<number, Measured>();
  for (const [slot, reading] of placed) {
    if (slot >= end) continue;
    marks[slot - first] = inside(reading) ? "inside" : "outside";
    bySlot.set(slot, reading);
    filled += 1;
  }
  const inBand = measured.filter(inside).length;
  const single = profile.channels === 1;
  const epochs: Facts["epochs"] = [];
  const sums = request.template === "regularity" && "sum" in request.level;
  for (let slot = first; slot < end; slot++) {
    const epoch = Math.floor(slot / profile.samples) - Math.floor(first / profile.samples);
    epochs[epoch] ??= { level: decimal("0"), missing: 0 };
    const at = epochs[epoch];
    const mark = marks[slot - first]!;
    if (mark === "missing") at.missing += 1;
    else if (sums) at.level = add(at.level, bySlot.get(slot)!.values[0]!);
    else if (mark === "inside") at.level = add(at.level, decimal("1"));
  }
  return {
    slots: end - first,
    valid: measured.length,
    missing: end - first - filled,
    inBand,
    filled,
    marks,
    sum: single ? measured.reduce((sum, { values }) => add(sum, values[0]!), decimal("0")) : undefined,
    epochs,
  };
}

/** Whether a reading counts: inside the band, or at the magnitude. */
function insideOf(profile: Profile, request: TermsRequest): (reading: Measured) => boolean {
  if (request.template === "impact") {
    const magnitude = level(request.magnitude);
    const least = multiply(magnitude, magnitude);
    return ({ values }) =>
      compareDecimals(
        values.reduce((sum, value) => add(sum, multiply(value, value)), decimal("0")),
        least,
      ) >= 0;
  }
  const band = request.band ?? {};
  onePerSide("band", band);
  const bounds: [keyof LevelBounds, (order: number) => boolean][] = [
    ["atLeast", (order) => order >= 0],
    ["above", (order) => order > 0],
    ["atMost", (order) => order <= 0],
    ["below", (order) => order < 0],
  ];
  const held = bounds.flatMap(([name, holds]) => {
    const bound = band[name];
    return bound === undefined ? [] : [{ bound: level(bound), holds }];
  });
  if (profile.channels > 1 && held.length > 0) {
    throw new VitalproofError("INVALID_ARGUMENT", "Samples of several channels have no band.", {
      details: { profile: profile.name },
    });
  }
  return ({ values }) => held.every(({ bound, holds }) => holds(compareDecimals(values[0]!, bound)));
}

function decide(
  profile: Profile,
  request: TermsRequest,
  facts: Facts,
  ofValid: boolean,
): { bounds: EvaluatedBound[]; extent: Pick<Evaluation, "runs" | "reached" | "counted"> } {
  const noun = profile.channels === 1 ? "reading" : "sample";
  // Missing slots and readings; a share's denominator is the one or both.
  const tally: Tally = { ...facts, slots: facts.valid + facts.missing };
  const covered: Tally = { ...facts, valid: facts.filled };
  const bounds: BoundResult[] = [validBound(tally, noun)];
  const extent: { runs?: Extent; reached?: Extent; counted?: Extent } = {};
  const counts = (
    singular: string,
    found: Extent,
    limits: { atLeast?: number; atMost?: number },
    names: [BoundResult["bound"], BoundResult["bound"]],
    what: string,
  ): void => {
    const [least, most] = countsOf(names[0], limits);
    bounds.push(
      ...extentBounds(singular, found, {
        least: [names[0], least],
        most: [names[1], most],
        what: [what, what],
        ofValid,
      }),
    );
  };
  switch (request.template) {
    case "distribution":
      bounds.push(...shareBounds(sharesOf(request.share), tally, ofValid));
      bounds.push(...meanBounds(profile, request.mean ?? {}, facts, ofValid));
      break;
    case "episode": {
      const minRun = runOf(profile, request.minRun);
      extent.runs = runExtent(facts.marks, minRun, ofValid);
      const what = `Runs of at least ${counted(minRun, "reading")} inside the band`;
      counts("run", extent.runs, request.runs, ["runsMin", "runsMax"], what);
      break;
    }
    case "regularity": {
      extent.reached = reachedOf(profile, request, facts, ofValid);
      const wanted = "sum" in request.level ? request.level.sum : request.level.readings;
      const what = `Epochs that reach a ${"sum" in request.level ? "sum" : "count"} of ${wanted}`;
      counts("epoch", extent.reached, request.epochs, ["epochsMin", "epochsMax"], what);
      bounds.push(...shareBounds(sharesOf(request.share), tally, ofValid));
      break;
    }
    case "impact": {
      const single = request.minRun === undefined;
      extent.counted = single
        ? { least: facts.inBand, most: facts.inBand + (ofValid ? 0 : facts.missing) }
        : runExtent(facts.marks, runOf(profile, request.minRun!), ofValid);
      const what = `${single ? "Samples" : "Events"} that reach ${request.magnitude} ${profile.ucum}`;
      counts(single ? "sample" : "event", extent.counted, request.count, ["countMin", "countMax"], what);
      break;
    }
  }
  bounds.push(coverageBound({ coverageMin: coverageOf(request.coverage) }, covered, noun));
  if (request.template === "distribution" && request.coverage?.atMost !== undefined) {
    bounds.push(coverageAtMost(shareOf("coverage at most", request.coverage.atMost)!, facts, ofValid));
  }
  const asked = askedOf(request);
  return {
    bounds: bounds
      .filter(({ bound }) => asked.has(bound))
      .map(({ bound, holds, needed, got, by, text }) => ({
        bound,
        holds,
        needed,
        got,
        by,
        text,
      })),
    extent,
  };
}

/** The bounds that a request sets; the others hold of anything and are not spoken of. */
function askedOf(request: TermsRequest): Set<BoundResult["bound"]> {
  const asked = new Set<BoundResult["bound"]>(["valid"]);
  const sides = (
    bounds: { atLeast?: unknown; atMost?: unknown; above?: unknown; below?: unknown } | undefined,
    least: BoundResult["bound"],
    most: BoundResult["bound"],
  ): void => {
    if (bounds?.atLeast !== undefined || bounds?.above !== undefined) asked.add(least);
    if (bounds?.atMost !== undefined || bounds?.below !== undefined) asked.add(most);
  };
  if (request.template === "distribution" || request.template === "regularity")
    sides(request.share, "shareMin", "shareMax");
  if (request.template === "distribution") sides(request.mean, "meanMin", "meanMax");
  if (request.template === "episode") sides(request.runs, "runsMin", "runsMax");
  if (request.template === "regularity") sides(request.epochs, "epochsMin", "epochsMax");
  if (request.template === "impact") sides(request.count, "countMin", "countMax");
  sides(request.coverage, "coverageMin", "coverageMax");
  return asked;
}

function coverageAtMost(most: number, { slots, filled }: Facts, ofValid: boolean): BoundResult {
  const got = ofValid ? filled : slots;
  const needed = Math.floor((most * slots) / WHOLE);
  const by = Math.max(0, got - needed);
  const text = `Slots with a reading: needs at most ${needed}, has ${got}: ${by === 0 ? "holds" : `${by} too many`}.`;
  return { bound: "coverageMax", holds: by === 0, needed, got, by, neededAs: "", gotAs: "", byAs: "", text };
}

/** Means in the unit of the readings; the comparison is exact, the numbers shown are rounded. */
function meanBounds(profile: Profile, mean: LevelBounds, facts: Facts, ofValid: boolean): BoundResult[] {
  onePerSide("mean", mean);
  const count = facts.valid + (ofValid ? 0 : facts.missing);
  const whose = ofValid ? "the readings" : "all slots";
  const ends = profile.ends === "open" ? ["LOW", "HIGH"] : ["the lowest value", "the highest value"];
  const side = (
    bound: "meanMin" | "meanMax",
    given: { value: number | string; strict: boolean } | undefined,
    code: number,
    as: string,
  ): BoundResult[] => {
    if (given === undefined || facts.sum === undefined) return [];
    const atLeast = bound === "meanMin";
    const filling = decimal(valueOfCode(profile, code));
    const sum = ofValid ? facts.sum : add(facts.sum, times(filling, facts.missing));
    const wanted = level(given.value);
    const order = compareDecimals(sum, times(wanted, count)) * (atLeast ? 1 : -1);
    const holds = count > 0 && (given.strict ? order > 0 : order >= 0);
    const needed = toNumber(wanted);
    const got = count === 0 ? 0 : toNumber(sum) / count;
    const by = holds ? 0 : Math.abs(got - needed);
    const says = given.strict ? (atLeast ? "above" : "below") : atLeast ? "at least" : "at most";
    const unit = profile.ucum === "1" ? "" : ` ${profile.ucum}`;
    const missing = ofValid ? "" : `, missing counted as ${as}`;
    const failed =
      by === 0 ? "not met: it is exactly there" : `${rounded(by)}${unit} too ${atLeast ? "low" : "high"}`;
    const text = `Mean of ${whose}${missing}: needs ${says} ${needed}${unit}, has ${rounded(got)}${unit}: ${holds ? "holds" : failed}.`;
    return [{ bound, holds, needed, got, by, neededAs: `${needed}`, gotAs: `${got}`, byAs: `${by}`, text }];
  };
  const given = (included?: number | string, excluded?: number | string) =>
    included !== undefined
      ? { value: included, strict: false }
      : excluded !== undefined
        ? { value: excluded, strict: true }
        : undefined;
  return [
    ...side("meanMin", given(mean.atLeast, mean.above), LOW, ends[0]!),
    ...side("meanMax", given(mean.atMost, mean.below), profile.codes, ends[1]!),
  ];
}

function reachedOf(
  profile: Profile,
  request: TermsRequest & { template: "regularity" },
  { epochs }: Facts,
  ofValid: boolean,
): Extent {
  const bySum = "sum" in request.level;
  const wanted = level("sum" in request.level ? request.level.sum : request.level.readings);
  const greatest = bySum ? decimal(valueOfCode(profile, profile.codes)) : decimal("1");
  const reaches = (value: Decimal): boolean => compareDecimals(value, wanted) >= 0;
  return {
    least: epochs.filter((epoch) => reaches(epoch.level)).length,
    most: epochs.filter((epoch) =>
      reaches(ofValid ? epoch.level : add(epoch.level, times(greatest, epoch.missing))),
    ).length,
  };
}

function level(value: number | string): Decimal {
  return decimal(value);
}

function add(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  const at = ({ digits, scale: own }: Decimal): bigint => digits * 10n ** BigInt(scale - own);
  return { digits: at(a) + at(b), scale };
}

function multiply(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, scale: a.scale + b.scale };
}

function times(value: Decimal, n: number): Decimal {
  return { digits: value.digits * BigInt(n), scale: value.scale };
}

function toNumber({ digits, scale }: Decimal): number {
  return Number(digits) / 10 ** scale;
}

function rounded(value: number): string {
  return String(Number(value.toFixed(4)));
}
