// SPDX-License-Identifier: GPL-3.0-or-later
//
// The test instance of the template regularity, and what it decides.
import { expect } from "chai";
import { compileInstance } from "./circuit.ts";
import { honestClaimOf, inputOf } from "./claim.ts";
import { regularityHolds } from "./regularity.ts";
import { shapeOf } from "./shapes.ts";
import { openTermsOf, type RegularityTerms } from "./terms.ts";
import type { CircuitInput } from "./tester.ts";
import type { Cases } from "./wiring.ts";

export const shape = shapeOf("regularity-test");
export const N = shape.epochs * shape.slots;
/** What one reading can add to an epoch's sum, and all of an epoch's together. */
export const STEP = shape.codes - 1;
export const GREATEST = shape.slots * STEP;

export const OF_VALID = 1n;
export const SUM = 2n;

export type Codes = readonly (readonly bigint[])[];

/** With all its signals. */
export const theCircuit = () => compileInstance("regularity-test", 0);

const accepts = async (input: CircuitInput) => (await theCircuit()).accepts(input);

export const claimOf = (codes: Codes, terms: Partial<RegularityTerms>) =>
  honestClaimOf("regularity", shape, { codes, terms });

export const proves = (codes: Codes, terms: Partial<RegularityTerms>) =>
  accepts(inputOf(claimOf(codes, terms)));

export const refused = async (cases: Cases) => {
  for (const [name, input] of Object.entries(cases)) expect(await accepts(input), name).to.equal(false);
};

/** Both the circuit and the evaluation above, which have to agree. */
export const decides = async (codes: Codes, terms: Partial<RegularityTerms>) => {
  const decision = await proves(codes, terms);
  expect(regularityHolds(shape, openTermsOf("regularity", shape, terms), codes), "plain evaluation").to.equal(
    decision,
  );
  return decision;
};

/** One epoch: each code so many times, the rest missing. */
export const epoch = (...groups: readonly (readonly [code: number, count: number])[]) => {
  const row = groups.flatMap(([code, count]) => new Array<bigint>(count).fill(BigInt(code)));
  return [...row, ...new Array<bigint>(shape.slots - row.length).fill(0n)];
};

export const label = (terms: object) =>
  JSON.stringify(terms, (_, value) => (typeof value === "bigint" ? Number(value) : value));
