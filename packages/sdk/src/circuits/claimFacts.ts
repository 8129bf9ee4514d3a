// SPDX-License-Identifier: GPL-3.0-or-later
import { toBeHex, toUtf8Bytes, zeroPadBytes } from "ethers";
import { CLAIM_FACTS } from "../generated/protocol.ts";
import { packWord, unpackWord } from "../internal/word.ts";
import { assertInteger } from "../invalid.ts";

/** What the circuit registry calls claim circuits: "claims" in 16 bytes. */
export const CLAIMS_FAMILY = zeroPadBytes(toUtf8Bytes("claims"), 16);

/** Public inputs of every claim circuit: holder, anchor root, terms, scope. */
const CLAIM_INPUTS = 4;

/** What the circuit registry has on record of a claim circuit, each at least 1. */
export type ClaimFacts = {
  /** Number of the template, at most 255. */
  readonly template: number;
  /** Number of the metric profile, at most 65,535. */
  readonly profile: number;
  /** Epochs in one period, at most 65,535. */
  readonly epochs: number;
  /** Seconds in one epoch, 32 bits. */
  readonly epochSeconds: number;
  /** Highest code of the profile, at most 65,535. */
  readonly codes: number;
  /** Samples in one epoch, at most 65,535: the profile's slots, or a third of them on three axes. */
  readonly samples: number;
};

/** The members of a registry's proposal that a product's family decides, as `ICircuitRegistry` explains them. */
export type FamilyFields = {
  readonly family: string;
  /** 32 bytes, hex. */
  readonly facts: string;
  readonly inputs: number;
  /** Seconds. */
  readonly period: number;
  readonly zeroImpossible: boolean;
};

/**
 * A claim circuit as its proposal to the circuit registry has to describe it. `ClaimsPayout` makes no programs with a
 * circuit that is described in another way.
 * @throws INVALID_ARGUMENT for facts out of their range
 */
export function claimFamilyFields(facts: ClaimFacts): FamilyFields {
  for (const { name, bits } of CLAIM_FACTS) assertInteger(name, facts[name], 1, 2 ** bits - 1);
  const period = facts.epochs * facts.epochSeconds;
  assertInteger("the period in seconds", period, 1, 2 ** 32 - 1);
  return {
    family: CLAIMS_FAMILY,
    facts: toBeHex(packWord(CLAIM_FACTS, facts), 32),
    inputs: CLAIM_INPUTS,
    period,
    // No claim circuit accepts terms of template 0.
    zeroImpossible: true,
  };
}

/**
 * The facts of a circuit on record; undefined for one that `ClaimsPayout` makes no programs with, as it is of another
 * family or described in another way.
 */
export function claimFactsOf(fields: FamilyFields): ClaimFacts | undefined {
  if (fields.family !== CLAIMS_FAMILY) return undefined;
  const facts = unpackWord(CLAIM_FACTS, BigInt(fields.facts));
  if (facts === undefined || CLAIM_FACTS.some(({ name }) => facts[name] === 0)) return undefined;
  // Compared one by one: a record's period may be one that `claimFamilyFields` refuses.
  const agrees =
    fields.inputs === CLAIM_INPUTS &&
    fields.period === facts.epochs * facts.epochSeconds &&
    fields.zeroImpossible;
  return agrees ? facts : undefined;
}
