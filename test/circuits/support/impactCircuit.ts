// SPDX-License-Identifier: GPL-3.0-or-later
//
// The test instance of the template impact, and what it decides.
import { expect } from "chai";
import { compileInstance } from "./circuit.ts";
import { honestClaimOf, inputOf } from "./claim.ts";
import { impactHolds } from "./impact.ts";
import { shapeOf } from "./shapes.ts";
import { type ImpactTerms, openTermsOf } from "./terms.ts";
import type { CircuitInput } from "./tester.ts";
import type { Cases } from "./wiring.ts";

export const shape = shapeOf("impact-test");
const PER_EPOCH = shape.slots / shape.channels;
export const N = shape.epochs * PER_EPOCH;
export const ZERO = shape.zero;
/** The greatest threshold of a program: 5 steps on one axis, LOW and HIGH are further out. */
export const GREATEST = 25;
/** 2^BITS is the greatest threshold that the circuit opens; the squares of codes, missing ones included, stay below. */
export const TOP = 256n;

export const OF_VALID = 1n;

type Codes = readonly (readonly bigint[])[];
/** x, y, z as values; undefined where the axis is missing. */
export type Sample = readonly (number | undefined)[];

/** Epochs of slots from samples, x first. */
export const codesOf = (samples: readonly Sample[]): Codes => {
  expect(samples.length).to.equal(N);
  const flat = samples.flatMap((axes) =>
    axes.map((value) => (value === undefined ? 0n : BigInt(value + ZERO))),
  );
  return Array.from({ length: shape.epochs }, (_, e) => flat.slice(e * shape.slots, (e + 1) * shape.slots));
};

/** With all its signals. */
export const theCircuit = () => compileInstance("impact-test", 0);

const accepts = async (input: CircuitInput) => (await theCircuit()).accepts(input);

export const claimOf = (codes: Codes, terms: Partial<ImpactTerms>) =>
  honestClaimOf("impact", shape, { codes, terms });

export const proves = (codes: Codes, terms: Partial<ImpactTerms>) => accepts(inputOf(claimOf(codes, terms)));

export const refused = async (cases: Cases) => {
  for (const [name, input] of Object.entries(cases)) expect(await accepts(input), name).to.equal(false);
};

/** Both the circuit and the evaluation above, which have to agree. */
export const decides = async (codes: Codes, terms: Partial<ImpactTerms>) => {
  const decision = await proves(codes, terms);
  expect(impactHolds(shape, openTermsOf("impact", shape, terms), codes), "plain evaluation").to.equal(
    decision,
  );
  return decision;
};

/** Samples from marks: "#" has the square 25, "." 4, "?" is missing whole, "x", "y", "z" only that axis. */
export const window = (marks: string) =>
  codesOf(
    [...marks].map((mark): Sample => {
      if (mark === "#") return [-3, 0, 4];
      if (mark === ".") return [0, -2, 0];
      if (mark === "?") return [undefined, undefined, undefined];
      return ["x", "y", "z"].map((axis) => (axis === mark ? undefined : 5));
    }),
  );

export const T = { threshold: 25n };

export const label = (terms: object) =>
  JSON.stringify(terms, (_, value) => (typeof value === "bigint" ? Number(value) : value));
