// SPDX-License-Identifier: GPL-3.0-or-later
//
// The instances that people use, compiled as their keys are (--O2): real claims
// at exact boundaries, and the attacks that must reach these very systems.
// glucose-day always, glucose-14d and heart-rate-hour with LONG=1.

import { mod, R } from "@vitalproof/hardhat-circom/attack";
import { expect } from "chai";
import { type Circuit, compileInstance } from "./support/circuit.ts";
import { type Claim, headsOf, honestClaim, inputOf } from "./support/claim.ts";
import { poseidon } from "./support/hashes.ts";
import { digitsOf } from "./support/hints.ts";
import { solveReadings } from "./support/lookupForgery.ts";
import { shapeOf, tag } from "./support/shapes.ts";
import type { TermsFields } from "./support/terms.ts";
import type { CircuitInput } from "./support/tester.ts";

const LONG = process.env.LONG === "1";

for (const name of ["glucose-day", "glucose-14d", "heart-rate-hour"] as const) {
  const heavy = name !== "glucose-day";
  const shape = shapeOf(name);
  const N = shape.epochs * shape.slots;

  describe(`circuits: ${name} at --O2`, function () {
    this.timeout(3_600_000);
    let circuit: Circuit;
    before(async function () {
      if (heavy && !LONG) {
        console.log(`      skipped: ${name} is a heavy instance; run it with LONG=1 npm test -- circuits`);
        this.skip();
      }
      circuit = await compileInstance(name, 2);
    });

    const split = (flat: readonly bigint[]) =>
      Array.from({ length: shape.epochs }, (_, e) => flat.slice(e * shape.slots, (e + 1) * shape.slots));
    const codesOf = (...groups: readonly (readonly [code: number, count: number])[]) =>
      split(groups.flatMap(([code, count]) => new Array<bigint>(count).fill(BigInt(code))));
    /** A witness by the twin, asked of the constraints that the proving key knows. */
    const accepts = (input: CircuitInput) => circuit.accepts(input);
    const proves = (claim: Claim) => accepts(inputOf(claim));
    const low = 32n; // 70 mg/dL; for heart rate just some code
    const high = 142n;

    it("T14: a claim at the exact boundary of all six bounds proves by the honest generator", async () => {
      // A quarter outside, an eighth missing, the rest inside.
      const [outside, missing] = [N / 4, N / 8];
      const inside = N - outside - missing;
      const codes = codesOf([100, inside], [200, outside], [0, missing]);
      const sum = BigInt(inside) * 100n + BigInt(outside) * 200n;
      const n = BigInt(N);
      const up = (a: bigint) => (a + n - 1n) / n;
      const exact: Partial<TermsFields> = {
        low,
        high,
        shareMin: (BigInt(inside) * 10_000n) / n,
        shareMax: up(BigInt(inside + missing) * 10_000n),
        meanMin: (sum + BigInt(missing)) / n,
        meanMax: up(sum + BigInt(missing * shape.codes)),
        coverageMin: (BigInt(N - missing) * 10_000n) / n,
        coverageMax: 10_000n, // a missing reading may have been one
      };
      const witness = await circuit.honest(inputOf(honestClaim(shape, { codes, terms: exact })));
      expect(circuit.system.violated(witness)).to.deep.equal([]);
      for (const [bound, step] of [
        ["shareMin", 1n],
        ["shareMax", -1n],
        ["meanMin", 1n],
        ["meanMax", -1n],
        ["coverageMin", 1n],
        ["coverageMax", -1n],
      ] as const) {
        const terms = { ...exact, [bound]: exact[bound]! + step };
        expect(await proves(honestClaim(shape, { codes, terms })), `${bound} one step beyond`).to.equal(
          false,
        );
      }
    });

    it("T4 T8: one reading short of the share fails, and leaving the reading out does not help", async () => {
      const needed = Math.ceil((N * 7_000) / 10_000);
      const terms = { low, high, shareMin: 7_000n };
      const day = (inside: number, missing: number) =>
        honestClaim(shape, {
          codes: codesOf([100, inside], [200, N - inside - missing], [0, missing]),
          terms,
        });
      expect(await proves(day(needed, 0)), "just enough").to.equal(true);
      expect(await proves(day(needed - 1, 0)), "one short").to.equal(false);
      expect(await proves(day(needed - 1, 1)), "one short, one left out").to.equal(false);
      expect(await proves(day(needed - 1, N - needed + 1)), "one short, all others left out").to.equal(false);
      expect(await proves(day(needed, N - needed)), "enough, all others left out").to.equal(true);
    });

    it("T5: nothing is provable from nothing", async () => {
      for (const flags of [0n, 1n]) {
        expect(await proves(honestClaim(shape, { codes: codesOf([0, N]), terms: { flags } }))).to.equal(
          false,
        );
        expect(
          await proves(honestClaim(shape, { codes: codesOf([0, N - 1], [1, 1]), terms: { flags } })),
        ).to.equal(true);
      }
    });

    it("T6: a code above the table, negative or lent within its word is refused; the table's ends prove", async () => {
      const truth = honestClaim(shape);
      const last = shape.epochs - 1;
      const perWord = Math.floor(252 / shape.base);
      const withCodes = (...changes: readonly (readonly [number, bigint])[]) => {
        const codes = truth.codes.map((row) => [...row]);
        for (const [slot, value] of changes) codes[last]![slot] = mod(value);
        return { ...truth, codes };
      };
      for (const value of [BigInt(shape.codes) + 1n, 1n << BigInt(shape.base), R - 1n, 1n << 252n])
        expect(await proves(withCodes([shape.slots - 1, value])), `${value}`).to.equal(false);
      const base = 1n << BigInt(shape.base);
      for (const slot of [0, perWord - 2, shape.slots - 2]) {
        const [a, b] = [truth.codes[last]![slot]!, truth.codes[last]![slot + 1]!];
        for (const sign of [1n, -1n]) {
          const lent = withCodes([slot, a + sign * base], [slot + 1, b - sign]);
          expect(headsOf(lent), "the same words").to.deep.equal(headsOf(truth));
          expect(await proves(lent), `slot ${slot}`).to.equal(false);
        }
      }
      expect(await proves(honestClaim(shape, { codes: codesOf([1, N / 2], [shape.codes, N / 2]) }))).to.equal(
        true,
      );
    });

    it("T4 T13: terms out of range and changed public inputs are refused", async () => {
      const claim = honestClaim(shape);
      const honest = inputOf(claim);
      const K = 1n << BigInt(shape.base);
      for (const change of [
        { low: 0n },
        { low: 8n, high: 7n },
        { high: BigInt(shape.codes) + 1n },
        { meanMin: K },
        { meanMax: K },
        { epochs: BigInt(shape.epochs) + 1n },
        { profile: shape.profile + 1n },
        { template: 2n },
        { flags: 8n },
      ]) {
        expect(
          await proves({ ...claim, terms: { ...claim.terms, ...change }, context: claim.context }),
        ).to.equal(false);
      }
      for (const input of ["holder", "anchorRoot", "terms", "scope"] as const) {
        for (const value of [
          0n,
          (honest[input] as bigint) + 1n,
          (honest[input] as bigint) - 1n,
          -(honest[input] as bigint),
        ])
          expect(await accepts({ ...honest, [input]: mod(value) }), input).to.equal(false);
      }
    });

    it("T1: no single wire of a valid witness can be changed alone, but for the path's unused end", async () => {
      const witness = await circuit.honest(inputOf(honestClaim(shape)));
      const { system } = circuit;
      const copy = [...witness];
      const alone: string[] = [];
      for (let wire = 1; wire < system.wires; wire++) {
        const value = copy[wire]!;
        for (const other of [value + 1n, -value, 1n - value, 0n].map(mod)) {
          if (other === value) continue;
          copy[wire] = other;
          if (system.violated(copy, system.touching[wire]!).length === 0) alone.push(system.nameOf(wire));
        }
        copy[wire] = value;
      }
      expect(alone.filter((wireName) => !/\.inv$/.test(wireName))).to.deep.equal([]);
    });

    if (heavy) {
      it("T2: readings solved for after the challenge pack, hash and look up as claimed, and fail their range checks", async () => {
        // One word holds readings outside the band. The counts claim that they are inside; the challenge of
        // those counts is computed, and three field elements are found that keep word, sum and lookup.
        const perWord = Math.floor(252 / shape.base);
        const inside = 100n;
        const truthRow = new Array<bigint>(N).fill(inside);
        for (let i = 0; i < perWord; i++) truthRow[i] = 200n;
        const truth = honestClaim(shape, { codes: split(truthRow), terms: { low, high, shareMin: 10_000n } });
        const honest = await circuit.liar(inputOf(truth));
        expect(circuit.system.violated(honest), "the share is short").to.not.deep.equal([]);
        // The challenge for the claimed counts: this is what the circuit hashes, whatever the codes.
        const x = challengeOf(headsOf(truth).at(-1)!, shape.codes, N, inside);
        const forged = solveReadings(truthRow.slice(0, perWord), inside, x, BigInt(shape.base));
        const lie = { ...truth, codes: split([...forged, ...truthRow.slice(perWord)]) };
        expect(headsOf(lie), "the same heads").to.deep.equal(headsOf(truth));
        const sum = (codes: readonly (readonly bigint[])[]) => mod(codes.flat().reduce((a, b) => a + b, 0n));
        expect(sum(lie.codes) <= BigInt(N * shape.codes), "a sum that passes for honest").to.equal(true);
        // The three are no codes: no digits carry them, so that AtMost has no witness whatever else is chosen.
        const wild = forged.filter((value) => value > BigInt(shape.codes));
        expect(wild.length).to.be.greaterThan(0);
        for (const value of wild) {
          let count = 0;
          while (2 ** count <= shape.codes) count++;
          const digits = digitsOf(value, BigInt(shape.codes), count);
          const low = digits.slice(0, -1).reduce((total, bit, k) => total + (bit << BigInt(k)), 0n);
          const last = BigInt(shape.codes) - (2n ** BigInt(count - 1) - 1n);
          expect(low + digits.at(-1)! * last).to.not.equal(value);
        }
        expect(await proves(lie)).to.equal(false);
      });
    }
  });
}

/** The challenge that follows from the last head and from counts that claim all N slots for one code. */
function challengeOf(head: bigint, codes: number, N: number, claimed: bigint): bigint {
  let bits = 0;
  while (2 ** bits <= N) bits++;
  const perWord = Math.floor(252 / bits);
  const words: bigint[] = [];
  for (let from = 0; from <= codes; from += perWord) {
    let word = 0n;
    for (let i = from; i < from + perWord && i <= codes; i++)
      word += (BigInt(i) === claimed ? BigInt(N) : 0n) << BigInt(bits * (i - from));
    words.push(word);
  }
  let state = head;
  for (let from = 0, j = 0n; from < words.length; from += 14, j++) {
    const block = Array.from({ length: 14 }, (_, i) => words[from + i] ?? 0n);
    state = poseidon([tag("challenge") + j, state, ...block]);
  }
  return state;
}
