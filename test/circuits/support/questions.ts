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
import type { Shape, TemplateName } from "./shapes.ts";

/** As in the claims of the tests. */
export const OFFSET = 3;
export const EPOCH = 20_000;

export type Codes = readonly (readonly bigint[])[];

/** What decides where a bound is. */
interface Choices {
  readonly low: number;
  readonly width: number;
  readonly ofValid: boolean;
  readonly side: "least" | "most" | "both";
  readonly nudge: number;
  readonly length: number;
  readonly loose: boolean;
}

export const choices: fc.Arbitrary<Choices> = fc.record({
  low: fc.integer({ min: 1, max: 12 }),
  width: fc.oneof(fc.constantFrom(0, 11), fc.integer({ min: 0, max: 11 })),
  ofValid: fc.boolean(),
  side: fc.constantFrom("least", "most", "both"),
  nudge: fc.constantFrom(-1, 0, 1, 1),
  length: fc.integer({ min: 1, max: 5 }),
  loose: fc.boolean(),
});

/** Stretches of readings and of missing slots; few windows are without any. */
export const window = (shape: Shape): fc.Arbitrary<Codes> => {
  const slots = shape.epochs * shape.slots;
  // A sample of three axes is missing if one of them is.
  const missing = shape.channels === 1 ? 20 : 4;
  return fc
    .array(
      fc.tuple(
        fc.oneof(
          { weight: 60, arbitrary: fc.integer({ min: 1, max: shape.codes }) },
          { weight: 10, arbitrary: fc.constantFrom(1, shape.codes) },
          { weight: missing, arbitrary: fc.constant(0) },
        ),
        fc.integer({ min: 1, max: 4 }),
      ),
      { minLength: slots, maxLength: slots },
    )
    .map((stretches) => {
      const flat = stretches.flatMap(([code, length]) => new Array<bigint>(length).fill(BigInt(code)));
      return Array.from({ length: shape.epochs }, (_, e) =>
        flat.slice(e * shape.slots, (e + 1) * shape.slots),
      );
    });
};

/** The value of a code, as a reading has it. */
export function readingOf(profile: Profile, code: number): string {
  if (code === 1) return "LOW";
  if (code === profile.codes) return "HIGH";
  return String(Number(profile.lowest) + (code - 2) * Number(profile.resolution));
}

/** A band of codes in the profile's unit. Its ends are LOW and HIGH. */
function bandOf(profile: Profile, low: number, high: number) {
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

export const REQUESTS: Readonly<
  Record<TemplateName, (shape: Shape, profile: Profile, codes: Codes, chosen: Choices) => TermsRequest>
> = {
  distribution: (_, profile, codes, chosen) => {
    const { low, ofValid, side, nudge, length } = chosen;
    const high = Math.min(low + chosen.width, profile.codes);
    const { inside, most, whole, valid } = counted(codes, low, high, ofValid);
    const adverse = ofValid ? 0 : codes.flat().length - valid.length;
    const sum = valid.reduce((a, b) => a + b, 0);
    const level = (mean: number) => readingOf(profile, Math.min(profile.codes - 1, Math.max(2, mean)));
    const floor = level(Math.floor((sum + adverse) / Math.max(1, whole)) + nudge);
    const ceiling = level(Math.ceil((sum + adverse * profile.codes) / Math.max(1, whole)) - nudge);
    return {
      template: "distribution",
      semantics: ofValid ? "of-valid" : "worst-case",
      band: bandOf(profile, low, high),
      share: {
        ...(side === "most" ? {} : { atLeast: share(inside, whole, false, nudge) }),
        ...(side === "least" ? {} : { atMost: share(most, whole, true, -nudge) }),
      },
      mean: [{}, { atLeast: floor }, { above: floor }, { atMost: ceiling }, { below: ceiling }][length - 1]!,
      ...coverageOf(codes, ofValid, chosen),
    } as TermsRequest;
  },
  episode: (shape, profile, codes, chosen) => {
    const { low, ofValid, side, nudge, length } = chosen;
    const high = Math.min(low + chosen.width, shape.codes);
    const { flat } = counted(codes, low, high, ofValid);
    // Near the number of stretches in the band, missing slots left out.
    const near = flat
      .map((code) => (code === 0 ? "" : code >= low && code <= high ? "#" : "."))
      .join("")
      .split(".")
      .filter((run) => run.length >= length).length;
    return {
      template: "episode",
      semantics: ofValid ? "of-valid" : "worst-case",
      band: bandOf(profile, low, high),
      minRun: { slots: length },
      runs: {
        ...(side === "most" ? {} : { atLeast: Math.max(1, near + nudge) }),
        ...(side === "least" || (side === "both" && !ofValid) ? {} : { atMost: Math.max(0, near - nudge) }),
      },
      ...coverageOf(codes, ofValid, chosen),
    } as TermsRequest;
  },
  regularity: (shape, profile, codes, chosen) => {
    const { low, ofValid, side, nudge, length } = chosen;
    const high = Math.min(low + chosen.width, shape.codes);
    const { inside, most, whole } = counted(codes, low, high, ofValid);
    const levels = codes.map((row) => counted([row], low, high, ofValid).inside);
    const level = Math.max(1, levels[length % levels.length]! + nudge);
    return {
      template: "regularity",
      semantics: ofValid ? "of-valid" : "worst-case",
      band: bandOf(profile, low, high),
      level: { readings: level },
      epochs: {
        ...(side === "most" ? {} : { atLeast: 1 + (length % 2) }),
        ...(side === "least" ? {} : { atMost: length % 3 }),
      },
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
    const count = (whenMissing: string) =>
      squares
        .map((each) => (each === undefined ? whenMissing : each >= Number(magnitude) ** 2 ? "#" : "."))
        .join("")
        .split(".")
        .reduce((sum, run) => sum + (events ? (run.length >= length - 1 ? 1 : 0) : run.length), 0);
    const [least, most] = ofValid ? [count(""), count("")] : [count("."), count("#")];
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
