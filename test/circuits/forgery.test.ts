// SPDX-License-Identifier: GPL-3.0-or-later
//
// T1 and T2: every hint and every input changed in turn, with everything that
// follows from it recomputed; and the packed-challenge forgery carried out.
import { expect } from "chai";
import { type Circuit, compileCircuit, compileInstance } from "./support/circuit.ts";
import { CLAIM_INPUTS, honestClaim, inputOf, shapeOf } from "./support/claim.ts";
import { inverse, mod, R } from "./support/constraints.ts";
import { Forger } from "./support/forge.ts";
import { HINTS, hashHints, honestHints } from "./support/hints.ts";
import { inputWires } from "./support/inputs.ts";
import { holesOf, PUBLIC, survivors } from "./support/mutations.ts";
import { squareRoot } from "./support/squareRoot.ts";
import { sums } from "./support/steps.ts";
import type { CircuitInput } from "./support/tester.ts";

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
      forger = new Forger(
        circuit.system,
        inputWires(circuit, CLAIM_INPUTS),
        HINTS,
        honestHints(circuit.system, shape.codes),
        inputWires(circuit, ["holder", "anchorRoot"]),
      );
    });

    it("T1: every wire is an input, a hint, or defined by one constraint", () => {
      const strange = forger.hints
        .map((wire) => circuit.system.namesOf(wire))
        .filter((names) => !names.some((name) => HINTS.some((pattern) => pattern.test(name))));
      expect(strange).to.deep.equal([]);
      expect(forger.checks).to.be.greaterThan(forger.hints.length);
    });

    it("T1: no change of a hint survives, but for the kinds explained", function () {
      this.timeout(600_000);
      const { found, tried } = survivors(circuit, forger, witness, forger.hints);
      expect(tried).to.be.greaterThan(5_000);
      expect(holesOf(found)).to.deep.equal([]);
    });

    it("T1: no change of a private input survives, but for the kinds explained", function () {
      this.timeout(600_000);
      const wires = inputWires(
        circuit,
        CLAIM_INPUTS.filter((name) => !PUBLIC.includes(name)),
      );
      const { found, tried } = survivors(circuit, forger, witness, wires, process.env.LONG === "1" ? 1 : 10);
      expect(tried).to.be.greaterThan(120);
      expect(holesOf(found)).to.deep.equal([]);
      const free = new Set(found.map(({ name }) => name));
      expect(
        [...free].some((name) => name.startsWith("siblings[0]")),
        "siblings on the path are bound",
      ).to.equal(false);
    });

    it("T1: compound lies: several hints at once, everything else recomputed honestly", function () {
      this.timeout(600_000);
      const { system } = circuit;
      const names = system.names();
      const find = (pattern: RegExp) =>
        names.filter((name) => pattern.test(name)).map((name) => system.wire(name));
      const one = (pattern: RegExp) => {
        const found = find(pattern);
        expect(found, `${pattern}`).to.have.length(1);
        return found[0]!;
      };
      let lies = 0;
      const refuse = (name: string, ...changes: readonly (readonly [number, bigint])[]) => {
        const lie = new Map(changes.map(([wire, value]) => [wire, mod(value)]));
        if ([...lie].every(([wire, value]) => witness[wire] === value)) return;
        lies++;
        expect(forger.survives(witness, lie), name).to.equal(false);
      };

      // Terms: the flag flipped and the word made to fit by the fields; every border of two fields crossed.
      const flag = one(/OpenHeader_\d+_\d+\.header\.flags\[0\]$/);
      const flags = find(/OpenHeader_\d+_\d+\.header\.flags\[\d+\]$/);
      expect(flags).to.have.length(3);
      const fields = one(/OpenHeader_\d+_\d+\.header\.fields$/);
      const time = one(/OpenHeader_\d+_\d+\.time$/);
      const low = one(/OpenDistribution_\d+_\d+\.opened\.band\.low$/);
      for (const [f, wire] of flags.entries()) {
        for (const to of [0n, 1n, 2n, 256n, R - 1n]) {
          // Flag f stands 8 - f bits below the fields.
          const rest = (witness[wire]! - to) * inverse(1n << BigInt(8 - f));
          refuse(`flag ${f} ${to}`, [wire, to]);
          refuse(`flag ${f} ${to}, fields made to fit`, [wire, to], [fields, witness[fields]! + rest]);
          const made = [fields, witness[fields]! + rest] as const;
          refuse(`flag ${f} ${to}, fields and low made to fit`, [wire, to], made, [
            low,
            witness[low]! + rest,
          ]);
          const next = flags[f + 1];
          if (next !== undefined)
            refuse(
              `flag ${f} ${to}, the next made to fit`,
              [wire, to],
              [next, witness[next]! + (witness[wire]! - to) * inverse(2n)],
            );
        }
      }
      for (const by of [1n, -1n]) {
        refuse("time and fields", [time, witness[time]! + by * (1n << 64n)], [fields, witness[fields]! - by]);
        refuse("time and epochs", [time, witness[time]! + by * (1n << 40n)]);
        refuse("time and flag", [time, witness[time]! + by * (1n << 56n)], [flag, witness[flag]! - by]);
      }
      const layout = [
        ["band\\.low", 16n],
        ["band\\.high", 16n],
        ["shareMin", 14n],
        ["shareMax", 14n],
        ["meanMin", 16n],
        ["meanMax", 16n],
        ["coverageMin", 14n],
        ["coverageMax", 14n],
      ] as const;
      const field = (at: number) =>
        one(new RegExp(`OpenDistribution_\\d+_\\d+\\.opened\\.${layout[at]![0]}$`));
      for (let at = 0; at + 1 < layout.length; at++) {
        for (const by of [1n, -1n, 2n]) {
          const [a, b] = [field(at), field(at + 1)];
          refuse(
            `border of ${layout[at]![0]}`,
            [a, witness[a]! + (by << layout[at]![1])],
            [b, witness[b]! - by],
          );
          // A fraction of a step, paid for by a small number below.
          const half = by << (layout[at]![1] - 1n);
          refuse(
            `half a step of ${layout[at + 1]![0]}`,
            [b, witness[b]! + by * inverse(2n)],
            [a, witness[a]! - half],
          );
        }
      }

      if (construction === "direct") {
        // Every slot, every combination of the three flags.
        for (let e = 0; e < shape.epochs; e++) {
          for (let i = 0; i < shape.slots; i++) {
            const flags = ["missing", "inside", "above"].map((name) =>
              system.wire(`slots[${e}][${i}].${name}`),
            );
            for (let choice = 0; choice < 27; choice++) {
              const values = [choice % 3, Math.floor(choice / 3) % 3, Math.floor(choice / 9)].map(
                (v) => BigInt(v) - 1n,
              );
              refuse(`slot ${e}/${i} as ${values}`, ...flags.map((wire, k) => [wire, values[k]!] as const));
            }
          }
        }
      } else {
        // Counts moved between any two codes, totals kept; bits, challenge and fractions follow.
        const counts = find(/Lookup_\d+_\d+\.counts\[\d+\]$/);
        expect(counts).to.have.length(shape.codes + 1);
        for (const from of counts) {
          for (const to of counts) {
            if (from !== to) refuse("counts moved", [from, witness[from]! - 1n], [to, witness[to]! + 1n]);
          }
        }
        // Step vectors with the right total, the right position, or both, but not one-hot.
        const components = [
          ...new Set(names.map((name) => /^(Steps_\d+_\d+)\.reached/.exec(name)?.[1])),
        ].filter((name) => name !== undefined);
        expect(components).to.have.length(2);
        for (const component of components) {
          const reached = Array.from({ length: shape.codes + 1 }, (_, c) =>
            system.wire(`${component}.reached[${c}]`),
          );
          const t = reached.findIndex((wire) => witness[wire] === 1n);
          const vector = (values: Readonly<Record<number, bigint>>) =>
            refuse(
              `${component} ${Object.keys(values)}`,
              ...sums(values, reached.length).map((value, c) => [reached[c]!, value] as const),
            );
          for (let d = 1; t - d >= 0 && t + d <= shape.codes; d++) {
            for (const k of [1n, -1n, 5n, R / 2n]) vector({ [t - d]: k, [t]: 1n - 2n * k, [t + d]: k });
          }
          for (let c = 0; c <= shape.codes; c++) {
            vector({ [c]: 1n });
            if (c !== t) vector({ [c]: 1n, [t]: 1n });
            if (c !== t && c !== 0)
              vector({ [c]: BigInt(t) * inverse(BigInt(c)), 0: 1n - BigInt(t) * inverse(BigInt(c)) });
          }
        }
      }
      expect(lies).to.be.greaterThan(200);
    });

    it("T1 T13: no change of a public input survives", () => {
      // The hints stay as they are: found anew they would prove another true statement about other terms.
      const stubborn = new Forger(
        circuit.system,
        inputWires(circuit, CLAIM_INPUTS),
        HINTS,
        hashHints(circuit.system),
      );
      const { found } = survivors(circuit, stubborn, witness, inputWires(circuit, PUBLIC));
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
    const forger = new Forger(system, inputWires(circuit, CLAIM_INPUTS), HINTS, hashHints(circuit.system));

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
    const { holderOf, subjectOf } = await import("./support/claim.ts");
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
      circuit,
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
