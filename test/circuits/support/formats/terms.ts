// SPDX-License-Identifier: GPL-3.0-or-later
//
// Part of the evaluator written from docs/protocol.md ("Codes", "Terms") and circuits/protocol.json alone: no line comes
// from the SDK, the circuits or the other oracles of the tests. It reads the packed word, so it also checks the packing.
import protocol from "../../../../circuits/protocol.json" with { type: "json" };

/** What "Codes" says of a metric, for the profile that a word of terms names. */
export interface Scale {
  /** Slots of an epoch. */
  readonly slots: number;
  readonly channels: number;
  /** The highest code. */
  readonly n: number;
  /** The code of the value 0, on scales that have one. */
  readonly zero: number;
}

export interface Header {
  readonly template: number;
  readonly scale: Scale;
  readonly epoch: number;
  readonly epochs: number;
  readonly flags: number;
  readonly ofValid: boolean;
}

/** The field of a word whose bits the tables of "Terms" give as `first … last`. */
export function bits(word: bigint, first: number, last: number): number {
  return Number((word >> BigInt(first)) % (1n << BigInt(last - first + 1)));
}

export function headerOf(word: bigint): Header {
  const flags = bits(word, 80, 87);
  return {
    template: bits(word, 0, 7),
    scale: scaleOf(bits(word, 8, 23)),
    epoch: bits(word, 32, 63),
    epochs: bits(word, 64, 79),
    flags,
    ofValid: flags % 2 === 1,
  };
}

/** N of "Terms": the samples of a period. */
export const samplesOf = ({ scale, epochs }: Header): number => (epochs * scale.slots) / scale.channels;

/** The count that says "no bound" in an upper bound. */
export const NO_BOUND = 65_535;

function scaleOf(number: number): Scale {
  const profile = Object.values(protocol.profiles).find(({ id }) => id === number);
  if (profile === undefined) throw new Error(`No profile of protocol.json has the number ${number}.`);
  // Steps are counted in whole numbers: 0.1 and 0.02 have no exact double.
  const steps = (value: string) => Math.round(Number(value) / Number(profile.resolution));
  const open = profile.ends === "open" ? 1 : 0;
  return {
    slots: profile.slots,
    channels: profile.channels,
    n: steps(profile.highest) - steps(profile.lowest) + 1 + 2 * open,
    zero: 1 + open - steps(profile.lowest),
  };
}
