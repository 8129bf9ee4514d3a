// SPDX-License-Identifier: GPL-3.0-or-later
import { type CircuitInput, Witness } from "@vitalproof/sdk";
import { honestClaimOf, inputOf } from "../test/circuits/support/claim.ts";
import { holderOf, leafOf, pathOf, poseidon, subjectOf } from "../test/circuits/support/hashes.ts";
import { type Shape, shapeOf } from "../test/circuits/support/shapes.ts";
import { isLedgerCircuit, ledgerWitnessOf } from "./ledgerWitness.ts";

/** Readings that a day may have: most near the middle of the scale, every sixteenth missing. */
export function codesOf(shape: Shape): bigint[][] {
  let state = 20_261_120;
  const next = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
  return Array.from({ length: shape.epochs }, () =>
    Array.from({ length: shape.slots }, (_, i) => {
      if (i % (16 * shape.channels) < shape.channels && shape.slots > 16) return 0n;
      const spread = Math.max(1, Math.floor(shape.codes / 4));
      return BigInt(Math.min(shape.codes, 1 + Math.floor(shape.codes / 3) + next(spread)));
    }),
  );
}

/**
 * The others of the anchored day. A claim's path has a level for each doubling of them, and levels that are not used
 * cost the prover next to nothing, so that the size of the day counts.
 */
export const PEOPLE = 1_024;
const OTHERS = Array.from({ length: PEOPLE - 1 }, (_, i) => BigInt(i + 11));
const CROWD = { before: OTHERS.slice(0, PEOPLE / 3), after: OTHERS.slice(PEOPLE / 3) };

/** Lower end of the band that claims here ask for; every reading of `codesOf` is above it. */
const bandLow = (shape: Shape) => BigInt(Math.max(1, Math.floor(shape.codes / 3)));

/** What an instance can be proven with: a claim with bounds that ask for something, or a full batch of the ledger. */
export function witnessOf(name: string): Witness {
  if (isLedgerCircuit(name)) return ledgerWitnessOf(name);
  if (name === "enrolment") {
    const [secret, scope] = [77n, 5n];
    const input = {
      holder: holderOf(secret, scope),
      subject: subjectOf(secret),
      scope,
      policyHash: 99n,
      secret,
    };
    return new Witness(name, [input.holder, input.subject, input.scope, input.policyHash], input);
  }
  return claimWitness(name, shapeOf(name));
}

/** The same for a shape that no circuit of the list has. `name` is the circuit's. */
export function claimWitness(name: string, shape: Shape): Witness {
  const codes = codesOf(shape);
  const band = { low: bandLow(shape), high: BigInt(shape.codes) };
  const terms = {
    distribution: { ...band, shareMin: 7_000n, coverageMin: 7_000n },
    episode: { ...band, minRun: 5n, runsMin: 1n, coverageMin: 7_000n },
    regularity: {
      ...band,
      level: 1n,
      epochsMin: BigInt(shape.epochs),
      shareMin: 7_000n,
      coverageMin: 7_000n,
    },
    impact: { threshold: 1n, minRun: 2n, countMin: 1n, coverageMin: 7_000n },
  }[shape.template];
  const input = inputOf(honestClaimOf(shape.template, shape, { codes, terms, ...CROWD }));
  const publics = ["holder", "anchorRoot", "terms", "scope"].map((signal) => input[signal] as bigint);
  return new Witness(name, publics, input as CircuitInput);
}

/** The guide's loop over the readings of an instance: all below a threshold one above the highest of them. */
export function loopInput(shape: Shape): CircuitInput {
  const readings = codesOf(shape).flat();
  return { readings, threshold: readings.reduce((most, code) => (code > most ? code : most), 0n) + 1n };
}

/** The guide's loop as a claim, over the readings of an instance: a share of them in the band of `witnessOf`. */
export function guideShareInput(shape: Shape): CircuitInput {
  const readings = codesOf(shape).flat();
  const [secret, scope, context, previous, salt] = [0x5ec4e7n, 0x5c09en, 0xc0de0n, 0x9ead0n, 0x5a17n];
  let head = poseidon([previous, context, salt]);
  for (let from = 0; from < readings.length; from += 15) {
    const block = Array.from({ length: 15 }, (_, i) => readings[from + i] ?? 0n);
    head = poseidon([head, ...block]);
  }
  const leaf = leafOf(subjectOf(secret), context, head);
  const { root, depth, index, siblings } = pathOf(leaf, CROWD.before, CROWD.after);
  return {
    holder: holderOf(secret, scope),
    anchorRoot: root,
    scope,
    context,
    low: bandLow(shape),
    high: BigInt(shape.codes),
    atLeast: BigInt(Math.ceil(readings.length * 0.7)),
    secret,
    previous,
    salt,
    readings,
    depth,
    index,
    siblings,
  };
}
