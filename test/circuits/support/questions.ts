// SPDX-License-Identifier: GPL-3.0-or-later
//
// Questions of every template at random, as a request, as terms and as what the flags say; and windows that decide them.
import {
  type CircuitName,
  distributionTerms,
  episodeTerms,
  impactTerms,
  type Profile,
  regularityTerms,
  type Terms,
  type TermsRequest,
} from "@vitalproof/sdk";
import fc from "fast-check";
import { runsOverAllFillings } from "./formats/window.ts";
import type { Shape, TemplateName } from "./shapes.ts";

/** As in the claims of the tests. */
export const OFFSET = 3;
export const EPOCH = 20_000;

export type Codes = readonly (readonly bigint[])[];

/** What decides where a bound is. */
export interface Choices {
  readonly low: number;
  readonly width: number;
  readonly ofValid: boolean;
  readonly side: "least" | "most" | "both";
  readonly nudge: number;
  readonly length: number;
  readonly loose: boolean;
}

const choices: fc.Arbitrary<Choices> = fc.record({
  low: fc.integer({ min: 1, max: 12 }),
  width: fc.oneof(fc.constantFrom(0, 11), fc.integer({ min: 0, max: 11 })),
  ofValid: fc.boolean(),
  side: fc.constantFrom("least", "most", "both"),
  nudge: fc.constantFrom(-1, 0, 1, 1),
  length: fc.integer({ min: 1, max: 5 }),
  loose: fc.boolean(),
});

/**
 * A question's choices, and a window for it. Boundaries come more often than chance has them: codes at the band's ends
 * and next to them, LOW and HIGH alone, windows without a gap, with hardly a reading, and with none.
 */
export const cases = (shape: Shape): fc.Arbitrary<readonly [Codes, Choices]> =>
  choices.chain((chosen) => fc.tuple(window(shape, chosen), fc.constant(chosen)));

function window(shape: Shape, { low, width, length }: Choices): fc.Arbitrary<Codes> {
  const within = (code: number) => Math.min(shape.codes, Math.max(1, code));
  const high = within(low + width);
  // An impact is told by its distance from the value 0, not by a band.
  const near =
    shape.channels === 1 ? [low - 1, low, high, high + 1] : [-3, -1, 0, 1, 2].map((d) => shape.zero + d);
  const edges = fc.constantFrom(...near.map(within));
  const ends = fc.constantFrom(1, shape.codes);
  const reading = fc.integer({ min: 1, max: shape.codes });
  const gap = fc.constant(0);
  // A sample of three axes is missing if one of them is.
  const gaps = shape.channels === 1 ? 20 : 4;
  const mixed = (...parts: readonly (readonly [number, fc.Arbitrary<number>])[]) =>
    fc.oneof(...parts.map(([weight, arbitrary]) => ({ weight, arbitrary })));
  const alphabets = [
    [12, mixed([60, reading], [10, ends], [gaps, gap])],
    [8, mixed([60, edges], [10, ends], [gaps, gap])],
    [4, mixed([3, reading], [2, edges])],
    [2, mixed([5, ends], [1, gap])],
    [2, mixed([1, edges], [5, gap])],
    [3, gap],
  ] as const;
  return fc.oneof(
    ...alphabets.map(([weight, code]) => ({ weight, arbitrary: windowOf(shape, code) })),
    // Where a mean is asked for, it is often a whole code: a strict bound and one that is not differ there alone.
    { weight: length > 1 && shape.channels === 1 ? 14 : 1, arbitrary: balanced(shape) },
  );
}

/** Pairs of codes on both sides of one code, as far from it. */
function balanced(shape: Shape): fc.Arbitrary<Codes> {
  const pairs = (shape.epochs * shape.slots) / 2;
  const distances = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: pairs, maxLength: pairs });
  return fc.tuple(fc.integer({ min: 4, max: shape.codes - 3 }), distances).map(([centre, apart]) => {
    const flat = apart.flatMap((distance) => [BigInt(centre - distance), BigInt(centre + distance)]);
    return Array.from({ length: shape.epochs }, (_, e) => flat.slice(e * shape.slots, (e + 1) * shape.slots));
  });
}

/** Stretches of like codes. */
function windowOf(shape: Shape, code: fc.Arbitrary<number>): fc.Arbitrary<Codes> {
  const slots = shape.epochs * shape.slots;
  return fc
    .array(fc.tuple(code, fc.integer({ min: 1, max: 4 })), { minLength: slots, maxLength: slots })
    .map((stretches) => {
      const flat = stretches.flatMap(([code, length]) => new Array<bigint>(length).fill(BigInt(code)));
      return Array.from({ length: shape.epochs }, (_, e) =>
        flat.slice(e * shape.slots, (e + 1) * shape.slots),
      );
    });
}

/** The value of a code, as a reading has it. */
export function readingOf(profile: Profile, code: number): string {
  if (profile.ends === "closed")
    return String(Number(profile.lowest) + (code - 1) * Number(profile.resolution));
  if (code === 1) return "LOW";
  if (code === profile.codes) return "HIGH";
  return String(Number(profile.lowest) + (code - 2) * Number(profile.resolution));
}

/** A band of codes in the profile's unit. Its ends are LOW and HIGH. */
function bandOf(profile: Profile, low: number, high: number) {
  if (profile.ends === "closed")
    return { atLeast: readingOf(profile, low), atMost: readingOf(profile, high) };
  return {
    ...(low === 1
      ? {}
      : low === profile.codes
        ? { above: profile.highest }
        : { atLeast: readingOf(profile, low) }),
    ...(high === profile.codes
      ? {}
      : high === 1
        ? { below: profile.lowest }
        : { atMost: readingOf(profile, high) }),
  };
}

/** A percentage of `parts` of `whole`, rounded down or up, a step off if nudged. */
function share(parts: number, whole: number, up: boolean, nudge: number): string {
  const exact = (parts * 10_000) / Math.max(1, whole);
  const steps = Math.min(10_000, Math.max(0, (up ? Math.ceil(exact) : Math.floor(exact)) + nudge));
  return (steps / 100).toFixed(2);
}

/** What of a window decides bounds. */
function counted(codes: Codes, low: number, high: number, ofValid: boolean) {
  const flat = codes.flat().map(Number);
  const valid = flat.filter((code) => code > 0);
  const inside = valid.filter((code) => code >= low && code <= high).length;
  const missing = flat.length - valid.length;
  const whole = ofValid ? valid.length : flat.length;
  return { flat, valid, inside, most: inside + (ofValid ? 0 : missing), whole };
}

const coverageOf = (codes: Codes, ofValid: boolean, { nudge, loose }: Choices) => {
  const { flat, valid } = counted(codes, 1, 1, ofValid);
  if (loose && !ofValid) return {};
  const reached = share(valid.length, flat.length, false, loose ? -1 : nudge);
  return { coverage: { atLeast: reached === "0.00" ? "0.01" : reached } };
};

/** The level of one of the epochs, and the number of epochs that reach it, at their least and at their most. */
export function levelsNear(
  codes: Codes,
  { ofValid, side, nudge, length }: Choices,
  adds: { readonly of: (code: number) => number; readonly most: number },
) {
  const levels = codes.map((row) => {
    const read = row.map(Number).filter((code) => code > 0);
    const least = read.reduce((total, code) => total + adds.of(code), 0);
    return { least, most: ofValid ? least : least + adds.most * (row.length - read.length) };
  });
  const picked = levels[length % levels.length]!;
  const level = Math.max(1, (side === "most" ? picked.most : picked.least) + nudge);
  const reached = (bound: "least" | "most") => levels.filter((each) => each[bound] >= level).length;
  // Half of them a step from the number of epochs, the others at it.
  const step = length % 2 === 0 ? 0 : nudge;
  return {
    level,
    epochs: {
      ...(side === "most" ? {} : { atLeast: Math.max(1, reached("least") + step) }),
      ...(side === "least" ? {} : { atMost: Math.max(0, reached("most") - step) }),
    },
  };
}

export const REQUESTS: Readonly<
  Record<TemplateName, (shape: Shape, profile: Profile, codes: Codes, chosen: Choices) => TermsRequest>
> = {
  distribution: (_, profile, codes, chosen) => {
    const { low, width, ofValid, side, nudge, length } = chosen;
    const high = Math.min(low + width, profile.codes);
    const { flat, inside, most, whole, valid } = counted(codes, low, high, ofValid);
    // The nudge moves all bounds the same way, so a greatest coverage is also asked for alone.
    const alone = ofValid && width % 4 === 0;
    const adverse = ofValid ? 0 : flat.length - valid.length;
    const sum = valid.reduce((a, b) => a + b, 0);
    const level = (mean: number) => readingOf(profile, Math.min(profile.codes - 1, Math.max(2, mean)));
    const floor = level(Math.floor((sum + adverse) / Math.max(1, whole)) + nudge);
    const ceiling = level(Math.ceil((sum + adverse * profile.codes) / Math.max(1, whole)) - nudge);
    return {
      template: "distribution",
      semantics: ofValid ? "of-valid" : "worst-case",
      band: bandOf(profile, low, high),
      share: alone
        ? {}
        : {
            ...(side === "most" ? {} : { atLeast: share(inside, whole, false, nudge) }),
            ...(side === "least" ? {} : { atMost: share(most, whole, true, -nudge) }),
          },
      mean: alone
        ? {}
        : [{}, { atLeast: floor }, { above: floor }, { atMost: ceiling }, { below: ceiling }][length - 1]!,
      coverage: {
        ...(alone ? { atLeast: "0.01" } : coverageOf(codes, ofValid, chosen).coverage),
        // A greatest coverage is asked of valid readings alone, where it is what this window has or a step off.
        ...(ofValid && width % 2 === 0 ? { atMost: share(valid.length, flat.length, true, -nudge) } : {}),
      },
    } as TermsRequest;
  },
  episode: (shape, profile, codes, chosen) => {
    const { low, ofValid, side, nudge, length } = chosen;
    const high = Math.min(low + chosen.width, shape.codes);
    const { flat } = counted(codes, low, high, ofValid);
    const marks = flat.map((code) => (code === 0 ? undefined : code >= low && code <= high));
    const runs = runsOverAllFillings(ofValid ? marks.filter((mark) => mark !== undefined) : marks, length);
    return {
      template: "episode",
      semantics: ofValid ? "of-valid" : "worst-case",
      band: bandOf(profile, low, high),
      minRun: { slots: length },
      runs: {
        ...(side === "most" ? {} : { atLeast: Math.max(1, runs.least + nudge) }),
        ...(side === "least" || (side === "both" && !ofValid)
          ? {}
          : { atMost: Math.max(0, runs.most - nudge) }),
      },
      ...coverageOf(codes, ofValid, chosen),
    } as TermsRequest;
  },
  regularity: (shape, profile, codes, chosen) => {
    const { low, ofValid, nudge, length } = chosen;
    const high = Math.min(low + chosen.width, shape.codes);
    const { inside, most, whole } = counted(codes, low, high, ofValid);
    // Sums are asked of scales that count from 0. `level` and `epochs` are at what this window reaches.
    const sum = profile.ends === "closed" && profile.lowest === "0";
    const { level, epochs } = levelsNear(codes, chosen, {
      of: (code) => (sum ? code - 1 : code >= low && code <= high ? 1 : 0),
      most: sum ? profile.codes - 1 : 1,
    });
    return {
      template: "regularity",
      semantics: ofValid ? "of-valid" : "worst-case",
      band: bandOf(profile, low, high),
      level: sum ? { sum: level } : { readings: level },
      epochs,
      share: {
        ...(chosen.loose ? {} : { atLeast: share(inside, whole, false, nudge) }),
        ...(length < 3 ? {} : { atMost: share(most, whole, true, -nudge) }),
      },
      ...coverageOf(codes, ofValid, chosen),
    } as TermsRequest;
  },
  impact: (shape, _, codes, chosen) => {
    const { ofValid, side, nudge, length, low } = chosen;
    const flat = codes.flat().map(Number);
    const samples = Array.from({ length: flat.length / 3 }, (_, i) => flat.slice(3 * i, 3 * i + 3));
    const squares = samples.map((axes) =>
      axes.includes(0) ? undefined : axes.reduce((sum, code) => sum + (code - shape.zero) ** 2, 0),
    );
    // A magnitude that one of the samples has, as far as one axis shows it, or a bit more.
    const square = squares.find((each) => each !== undefined && each >= low && each <= 24) ?? 9;
    const magnitude = (Math.floor(Math.sqrt(square + Math.max(0, nudge)) * 10) / 10).toFixed(1);
    const events = length > 1;
    const one = events && !ofValid;
    const marks = squares
      .map((each) => (each === undefined ? undefined : each >= Number(magnitude) ** 2))
      .filter((mark) => mark !== undefined || !ofValid);
    const { least, most } = events
      ? runsOverAllFillings(marks, length - 1)
      : {
          least: marks.filter((mark) => mark === true).length,
          most: marks.filter((mark) => mark !== false).length,
        };
    return {
      template: "impact",
      semantics: ofValid ? "of-valid" : "worst-case",
      magnitude: magnitude === "0.0" ? "1.0" : magnitude,
      ...(events ? { minRun: { slots: length - 1 } } : {}),
      count: {
        ...(side === "most" ? {} : { atLeast: Math.max(1, least + nudge) }),
        ...(side === "least" || (side === "both" && one) ? {} : { atMost: Math.max(0, most - nudge) }),
      },
      ...coverageOf(codes, ofValid, chosen),
    } as TermsRequest;
  },
};

/** What people write as terms, of each template. */
export const TERMS: Readonly<
  Record<TemplateName, (request: TermsRequest & { circuit: CircuitName; offset: number }) => Terms>
> = {
  distribution: distributionTerms as never,
  episode: episodeTerms as never,
  regularity: regularityTerms as never,
  impact: impactTerms as never,
};

export const FLAGS: Readonly<Record<TemplateName, readonly string[]>> = {
  distribution: ["ofValid", "meanAbove", "meanBelow"],
  episode: ["ofValid"],
  regularity: ["ofValid", "sum"],
  impact: ["ofValid"],
};
