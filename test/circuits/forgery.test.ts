// SPDX-License-Identifier: GPL-3.0-or-later
//
// T1 and T2: every hint and every input changed in turn, with everything that
// follows from it recomputed; and the packed-challenge forgery carried out.
import { Forger, inverse, mod, R, squareRoot, survivors } from "@vitalproof/hardhat-circom/attack";
import { expect } from "chai";
import { type Circuit, compileCircuit, compileInstance } from "./support/circuit.ts";
import { honestClaim, inputOf, PUBLIC } from "./support/claim.ts";
import { claimForger, privateWires, strangeHints, stubbornForger } from "./support/claimForger.ts";
import {
  bendSteps,
  CompoundLies,
  lendAcrossFields,
  moveFlags,
  placeEverySlot,
} from "./support/compoundLies.ts";
import { holesOf } from "./support/explained.ts";
import { HINTS, hashHints } from "./support/hints.ts";
import { inputWires } from "./support/inputs.ts";
import { shapeOf } from "./support/shapes.ts";
import type { CircuitInput } from "./support/tester.ts";

const LONG = process.env.LONG === "1";

/** The fields of the terms, the lowest first, and their widths. */
const FIELDS = [
  ["band\\.low", 16n],
  ["band\\.high", 16n],
  ["shareMin", 14n],
  ["shareMax", 14n],
  ["meanMin", 16n],
  ["meanMax", 16n],
  ["coverageMin", 14n],
  ["coverageMax", 14n],
] as const;

for (const construction of ["direct", "histogram"] as const) {
  const instance = `distribution-${construction}-test`;
  const shape = shapeOf(instance);

  describe(`circuits: forgeries against ${instance}`, () => {
    let circuit: Circuit;
    let forger: Forger;
    let witness: bigint[];
    before(async () => {
      circuit = await compileInstance(instance, 0);
      const codes = Array.from({ length: shape.epochs }, (_, e) =>
        Array.from({ length: shape.slots }, (_, i) => BigInt((5 * i + e) % (shape.codes + 1))),
      );
      const claim = honestClaim(shape, {
        codes,
        terms: { low: 4n, high: 9n, shareMin: 1_000n, meanMin: 2n, coverageMin: 5_000n },
      });
      witness = await circuit.honest(inputOf(claim));
      // Whatever the liar does not set is found again as the honest prover would, hints included.
      forger = claimForger(circuit, shape.codes);
    });

    it("T1: every wire is an input, a hint, or defined by one constraint", () => {
      expect(strangeHints(forger)).to.deep.equal([]);
      expect(forger.checks).to.be.greaterThan(forger.hints.length);
    });

    it("T1: no change of a hint survives, but for the kinds explained", function () {
      this.timeout(600_000);
      const { found, tried } = survivors(forger, witness, forger.hints);
      expect(tried).to.be.greaterThan(5_000);
      expect(holesOf(instance, found)).to.deep.equal([]);
    });

    it("T1: no change of a private input survives, but for the kinds explained", function () {
      this.timeout(600_000);
      const wires = privateWires(circuit);
      const { found, tried } = survivors(forger, witness, wires, LONG ? {} : { tries: 30 });
      expect(tried).to.be.greaterThan(120);
      expect(holesOf(instance, found, "private")).to.deep.equal([]);
      const free = new Set(found.map(({ signal }) => signal));
      expect(
        [...free].some((signal) => signal.startsWith("siblings[0]")),
        "siblings on the path are bound",
      ).to.equal(false);
    });

    it("T1: compound lies: several hints at once, everything else recomputed honestly", () => {
      const lies = new CompoundLies(forger, witness);
      expect(lies.find(/OpenHeader_\d+_\d+\.header\.flags\[\d+\]$/)).to.have.length(3);
      const fields = FIELDS.map(([name]) =>
        lies.one(new RegExp(`OpenDistribution_\\d+_\\d+\\.opened\\.${name}$`)),
      );
      moveFlags(lies, fields[0]!);
      lendAcrossFields(
        lies,
        fields,
        FIELDS.map(([, bits]) => bits),
      );
      if (construction === "direct") {
        placeEverySlot(lies, shape);
      } else {
        // Counts moved between any two codes, totals kept; bits, challenge and fractions follow.
        const counts = lies.find(/Lookup_\d+_\d+\.counts\[\d+\]$/);
        expect(counts).to.have.length(shape.codes + 1);
        for (const from of counts)
          for (const to of counts)
            if (from !== to) lies.refuse("counts moved", [from, lies.at(from) - 1n], [to, lies.at(to) + 1n]);
        bendSteps(lies, shape.codes);
      }
      expect(lies.told).to.be.greaterThan(200);
    });

    it("T1 T13: no change of a public input survives", () => {
      const stubborn = stubbornForger(circuit);
      const { found } = survivors(stubborn, witness, inputWires(circuit, PUBLIC));
      expect(found).to.deep.equal([]);
    });
  });
}

describe("circuits: T2, the packed-challenge forgery", () => {
  const instance = "distribution-histogram-test";
  const shape = shapeOf(instance);
  const N = BigInt(shape.epochs * shape.slots);

  /**
   * The committed readings are all 9; the liar claims that all are 5. The counts
   * are chosen first, then the challenge x follows, then two slots of the first
   * epoch are solved so that the packed word and the sum of inverses both come out
   * as claimed, while the other slots of both epochs carry what the claim needs.
   */
  async function forge(circuit: Circuit) {
    const { system } = circuit;
    const truth = honestClaim(shape, {
      codes: Array.from({ length: shape.epochs }, () => new Array<bigint>(shape.slots).fill(9n)),
      terms: { low: 5n, high: 5n },
    });
    const honest = await circuit.honest(inputOf(truth));
    const forger = stubbornForger(circuit);

    // 1. counts as claimed, with honest bits; the challenge follows.
    const counts = system.names().filter((name) => /Lookup_\d+_\d+\.counts\[\d+\]$/.test(name));
    expect(counts.length).to.equal(shape.codes + 1);
    const changes = new Map<number, bigint>();
    for (const name of counts) {
      const c = Number(/\[(\d+)\]$/.exec(name)![1]);
      const value = c === 5 ? N : 0n;
      changes.set(system.wire(name), value);
      const bits = system
        .names()
        .filter((other) =>
          new RegExp(
            `Lookup_\\d+_\\d+\\.Bits_\\d+_\\d+\\[${c}\\]\\.Num2Bits_\\d+_\\d+\\.out\\[\\d+\\]$`,
          ).test(other),
        );
      expect(bits.length).to.equal(6);
      for (const bit of bits)
        changes.set(system.wire(bit), (value >> BigInt(/\[(\d+)\]$/.exec(bit)![1]!)) & 1n);
    }
    const step = forger.forge(honest, changes);
    const x = step.witness[system.wire(system.names().find((name) => /Lookup_\d+_\d+\.x$/.test(name))!)]!;

    // 2. two slots per epoch, one quadratic equation each:
    //    a + 16 b = W,  1/(x - a) + 1/(x - b) = 2/(x - 5) + what the slots left at 5 do not need
    for (let e = 0; e < shape.epochs; e++) {
      let word = 0n;
      for (let i = 0; i < shape.slots; i++) word += (9n - 5n) << BigInt(4 * i);
      const W = mod(word + 5n + 16n * 5n);
      const S = mod(2n * inverse(x - 5n));
      let solved = false;
      // Every third slot offset is another equation; about half of them have a root.
      for (let spare = 2; spare < shape.slots && !solved; spare++) {
        for (let shift = 0n; shift < 4n && !solved; shift++) {
          // One more slot moves by `shift` and is compensated in both sums.
          const moved = 5n + shift;
          const W2 = mod(W - (shift << BigInt(4 * spare)));
          const S2 = mod(S + inverse(x - 5n) - inverse(x - moved));
          const solution = solvePair(W2, S2, x);
          if (solution === undefined) continue;
          const values = new Array<bigint>(shape.slots).fill(5n);
          [values[0], values[1]] = solution;
          values[spare] = moved;
          for (const [i, value] of values.entries()) changes.set(system.wire(`codes[${e}][${i}]`), value);
          solved = true;
        }
      }
      expect(solved, `epoch ${e}`).to.equal(true);
    }
    // 3. everything that can be honest is: digits of readings inside the table, bits of the comparisons.
    const draft = forger.forge(honest, changes).witness;
    for (const name of system.names()) {
      const digit = /^AtMost_\d+_\d+\[(\d+)\]\.digits\[(\d+)\]$/.exec(name);
      if (digit !== null) {
        const [slot, k] = [Number(digit[1]), BigInt(digit[2]!)];
        const code = draft[system.wire(`codes[${Math.floor(slot / shape.slots)}][${slot % shape.slots}]`)]!;
        // Weights 1, 2, 4 and 5 for codes up to 12.
        const rest = code > 7n ? code - 5n : code;
        changes.set(system.wire(name), k === 3n ? (code > 7n ? 1n : 0n) : (rest >> k) & 1n);
      }
      const bit = /^(DistributionBounds_\d+_\d+\.Ordered_\d+_\d+)\.Num2Bits_\d+_\d+\.out\[(\d+)\]$/.exec(
        name,
      );
      if (bit !== null) {
        const [less, greater] = ["less", "greater"].map((side) => draft[system.wire(`${bit[1]}.${side}`)]!);
        changes.set(system.wire(name), (mod(greater! - less!) >> BigInt(bit[2]!)) & 1n);
      }
    }
    return { forged: forger.forge(honest, changes), system };
  }

  /** a + 16 b = W and 1/(x - a) + 1/(x - b) = S. */
  function solvePair(W: bigint, S: bigint, x: bigint): [bigint, bigint] | undefined {
    // p = x - a, q = x - b: p + 16 q = 17 x - W = T; p + q = S p q.
    const T = mod(17n * x - W);
    // p = T - 16 q: (T - 15 q) = S (T q - 16 q^2)  =>  16 S q^2 - (S T + 15) q + T = 0
    const [a, b, c] = [mod(16n * S), mod(-(S * T + 15n)), T];
    const root = squareRoot(mod(b * b - 4n * a * c));
    if (root === undefined) return undefined;
    const q = mod((root - b) * inverse(2n * a));
    const p = mod(T - 16n * q);
    return [mod(x - p), mod(x - q)];
  }

  it("T2: satisfies every constraint of the circuit except the range checks of the false readings, and is refused by those", async () => {
    const circuit = await compileInstance(instance, 0);
    const { forged, system } = await forge(circuit);
    // What refuses: the digits of the four false readings; and the comparisons of the mean,
    // since four wild field elements also have a wild sum. Nothing of the lookup itself.
    const kinds = new Set<string>();
    for (const index of forged.violated) {
      const { a, b, c } = system.constraints[index]!;
      const names = [...a, ...b, ...c].filter(([wire]) => wire !== 0).map(([wire]) => system.nameOf(wire));
      const kind = names.some((name) => /main\.AtMost_\d+_\d+\[(0|1|16|17)\]/.test(name))
        ? "range check of a false reading"
        : names.some((name) => /DistributionBounds_\d+_\d+\.Ordered/.test(name))
          ? "comparison"
          : system.describe(index);
      kinds.add(kind);
    }
    expect([...kinds].sort()).to.deep.equal(["comparison", "range check of a false reading"]);
    // The lie itself went through the lookup: all 32 readings counted as 5.
    const inside = system.names().filter((name) => /Lookup_\d+_\d+\.counts\[5\]$/.test(name))[0]!;
    expect(forged.witness[system.wire(inside)]).to.equal(N);
  });

  it("T2: the same lie passes a copy of the circuit without the range checks: the attack is real", async () => {
    const circuit = await compileCircuit({
      file: "unsound-lookup.circom",
      call: "UnsoundHistogram(12, 16)",
      public: ["head"],
    });
    const { system } = circuit;
    const codes = new Array<bigint>(16).fill(9n);
    const head = (await circuit.liar({ codes, head: 0n }))[system.wire("derived")]!;
    const honest = await circuit.honest({ codes, head });
    const forger = new Forger(system, inputWires(circuit, ["codes", "head"]), HINTS, hashHints(system));
    const changes = new Map<number, bigint>();
    for (let c = 0; c <= 12; c++) {
      const value = c === 5 ? 16n : 0n;
      const counted = system.names().find((name) => new RegExp(`Lookup.*\\.counts\\[${c}\\]$`).test(name))!;
      changes.set(system.wire(counted), value);
      for (const bit of system
        .names()
        .filter((other) =>
          new RegExp(`Lookup.*Bits_\\d+_\\d+\\[${c}\\]\\.Num2Bits.*out\\[\\d+\\]$`).test(other),
        )) {
        changes.set(system.wire(bit), (value >> BigInt(/\[(\d+)\]$/.exec(bit)![1]!)) & 1n);
      }
    }
    const x = forger.forge(honest, changes).witness[
      system.wire(system.names().find((name) => /Lookup.*\.x$/.test(name))!)
    ]!;
    let word = 5n + 16n * 5n;
    for (let i = 0; i < 16; i++) word += 4n << BigInt(4 * i);
    let done = false;
    for (let spare = 2; spare < 16 && !done; spare++) {
      for (let shift = 0n; shift < 4n && !done; shift++) {
        const S = mod(3n * inverse(x - 5n) - inverse(x - 5n - shift));
        const solution = solvePair(mod(word - (shift << BigInt(4 * spare))), S, x);
        if (solution === undefined) continue;
        const values = new Array<bigint>(16).fill(5n);
        [values[0], values[1]] = solution;
        values[spare] = 5n + shift;
        for (const [i, value] of values.entries()) changes.set(system.wire(`codes[${i}]`), value);
        done = true;
      }
    }
    const forged = forger.forge(honest, changes);
    expect(forged.violated.map((index) => system.describe(index))).to.deep.equal([]);
    await circuit.tester.checkConstraints(forged.witness);
    // Committed: sixteen 9s. "Proven": sixteen 5s, under the same head.
    expect(forged.witness[system.wire("head")]).to.equal(head);
    expect(forged.witness[system.wire("counts[5]")]).to.equal(16n);
    expect(forged.witness[system.wire("counts[9]")]).to.equal(0n);
  });
});

describe("circuits: enrolment", () => {
  it("T1 T10 T13: holder, subject and scope are bound to one secret, the attestation's hash to the proof", async () => {
    const { holderOf, subjectOf } = await import("./support/hashes.ts");
    const circuit = await compileInstance("enrolment", 0);
    const names = ["holder", "subject", "scope", "policyHash", "secret"];
    const secret = 77n;
    const honest: CircuitInput = {
      holder: holderOf(secret, 5n),
      subject: subjectOf(secret),
      scope: 5n,
      policyHash: R - 1n,
      secret,
    };
    const witness = await circuit.honest(honest);
    expect(circuit.system.violated(witness)).to.deep.equal([]);
    const forger = new Forger(circuit.system, inputWires(circuit, names));
    const { found } = survivors(
      forger,
      witness,
      inputWires(circuit, ["holder", "subject", "scope", "secret"]),
    );
    expect(found).to.deep.equal([]);
    // No relation reads policyHash; the verifier binds it (T13 in test/e2e), and its square keeps it in the system.
    expect(circuit.system.touching[circuit.system.wire("policyHash")]!.length).to.be.greaterThan(0);
    for (const lie of [
      { ...honest, subject: subjectOf(78n) },
      { ...honest, holder: holderOf(78n, 5n) },
      { ...honest, holder: holderOf(77n, 6n) },
      { ...honest, holder: honest.subject!, subject: honest.holder! },
      { ...honest, secret: 0n },
    ]) {
      expect(circuit.system.violated(await circuit.liar(lie)).length).to.be.greaterThan(0);
    }
  });
});
