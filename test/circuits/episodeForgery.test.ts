// SPDX-License-Identifier: GPL-3.0-or-later
//
// T1 and T2 against the circuit "episode": every hint and every input changed in
// turn, several at once, and what a prover could do who chose readings or marks
// after the challenge.
import { type ConstraintSystem, Forger, inverse, mod, R, survivors } from "@vitalproof/hardhat-circom/attack";
import { expect } from "chai";
import { type Circuit, compileCircuit, compileInstance } from "./support/circuit.ts";
import { honestClaimOf, inputOf, PUBLIC } from "./support/claim.ts";
import { claimForger, privateWires, strangeHints, stubbornForger } from "./support/claimForger.ts";
import {
  answerZeroTests,
  bendSteps,
  CompoundLies,
  lendAcrossFields,
  moveFlags,
  placeEverySlot,
} from "./support/compoundLies.ts";
import { holesOf } from "./support/explained.ts";
import { HINTS, honestHints } from "./support/hints.ts";
import { inputWires } from "./support/inputs.ts";
import { solveReadings } from "./support/lookupForgery.ts";
import { shapeOf } from "./support/shapes.ts";
import { NO_BOUND } from "./support/terms.ts";

const LONG = process.env.LONG === "1";
const shape = shapeOf("episode-test");
const N = shape.epochs * shape.slots;
/** Places of the table: not held, held. */
const ENTRIES = 2 * (shape.codes + 1);
/** A mark stands this many bits above its place in the lookup. */
const S = 5n;

const split = (flat: readonly bigint[]) =>
  Array.from({ length: shape.epochs }, (_, e) => flat.slice(e * shape.slots, (e + 1) * shape.slots));
/** "#" inside the band 4 to 6, "." outside, "?" missing; filled up with ".". */
const codesOf = (text: string) =>
  split([...text.padEnd(N, ".")].map((mark) => (mark === "#" ? 5n : mark === "?" ? 0n : 9n)));

/** Of the fields of the terms, the lowest first. */
const WIDTHS = [16n, 16n, 16n, 16n, 16n, 14n];
const BAND = { low: 4n, high: 6n };
/** Runs, missing slots in and between them, under each rule for missing slots. */
const TEXT = "###?##.??###.#?#.####??.??#.##?#";
const WORLDS = {
  "at least": { ...BAND, minRun: 3n, runsMin: 2n, coverageMin: 5_000n },
  "at most": { ...BAND, minRun: 3n, runsMax: 9n, coverageMin: 5_000n },
  "of valid": { ...BAND, minRun: 3n, runsMin: 2n, runsMax: 5n, coverageMin: 5_000n, flags: 1n },
};

for (const instance of ["episode-direct-test", "episode-test"] as const) {
  describe(`circuits: forgeries against ${instance}`, () => {
    let circuit: Circuit;
    let forger: Forger;
    const witnesses = new Map<string, bigint[]>();
    before(async () => {
      circuit = await compileInstance(instance, 0);
      for (const [name, terms] of Object.entries(WORLDS))
        witnesses.set(
          name,
          await circuit.honest(inputOf(honestClaimOf("episode", shape, { codes: codesOf(TEXT), terms }))),
        );
      forger = claimForger(circuit, shape.codes);
    });

    it("T1: every wire is an input, a hint, or defined by one constraint", () => {
      expect(strangeHints(forger)).to.deep.equal([]);
      expect(forger.checks).to.be.greaterThan(forger.hints.length);
      // Every kind of hint that the sources have is among them: none is found by accident.
      const { system } = circuit;
      const count = (pattern: RegExp) =>
        forger.hints.filter((wire) => system.namesOf(wire).some((name) => pattern.test(name))).length;
      if (instance === "episode-test") {
        expect(count(/^main\.counts\[\d+\]$/)).to.equal(N);
        expect(count(/^main\.stays\[\d+\]$/)).to.equal(N);
        expect(count(/Lookup_\d+_\d+\.counts/)).to.equal(ENTRIES);
        expect(count(/Lookup_\d+_\d+\.inverses/)).to.equal(N);
        expect(count(/Lookup_\d+_\d+\.shares/)).to.equal(ENTRIES);
      } else {
        // Marks follow from the readings: only the places of Classify are named by the prover.
        for (const place of ["missing", "inside", "above"])
          expect(count(new RegExp(`slots\\[\\d+\\]\\[\\d+\\]\\.${place}$`)), place).to.equal(N);
        expect(count(/^main\.(counts|stays|held|flips|heldMissing)/)).to.equal(0);
      }
      expect(count(/Fields_\d+_\d+\.values/)).to.equal(6);
      expect(count(/RunStep_\d+_\d+.*\.inv$/)).to.equal(N);
      expect(count(/Direction_\d+_\d+\.IsZero_\d+_\d+\.inv$/)).to.equal(1);
    });

    it("T1: the honest rules find the honest witness again: what is told below differs by the lie alone", () => {
      for (const [name, witness] of witnesses) {
        const salt = circuit.system.wire("siblings[19]");
        const again = forger.forge(witness, new Map([[salt, witness[salt]! + 1n]]));
        expect(
          again.violated.map((index) => circuit.system.describe(index)),
          name,
        ).to.deep.equal([]);
      }
    });

    for (const world of Object.keys(WORLDS)) {
      it(`T1: no change of a hint survives, but for the kinds explained (${world})`, function () {
        this.timeout(3_600_000);
        const lies = LONG ? {} : { tries: 80 };
        const { found, tried } = survivors(forger, witnesses.get(world)!, forger.hints, lies);
        expect(tried).to.be.greaterThan(LONG ? 10_000 : 2_000);
        expect(holesOf(instance, found)).to.deep.equal([]);
      });
    }

    it("T1: no change of a private input survives, but for the kinds explained", function () {
      this.timeout(3_600_000);
      const wires = privateWires(circuit);
      const { found, tried } = survivors(
        forger,
        witnesses.get("at least")!,
        wires,
        LONG ? {} : { tries: 30 },
      );
      expect(tried).to.be.greaterThan(100);
      expect(holesOf(instance, found, "private")).to.deep.equal([]);
    });

    it("T1 T13: no change of a public input survives", () => {
      const stubborn = stubbornForger(circuit);
      const { found } = survivors(stubborn, witnesses.get("at least")!, inputWires(circuit, PUBLIC));
      expect(found).to.deep.equal([]);
    });

    it("T1 T4 T8: compound lies: several hints at once, everything else recomputed honestly", () => {
      const { system } = circuit;
      let told = 0;
      for (const [world, witness] of witnesses) {
        const lies = new CompoundLies(forger, witness, `${world}: `);
        const fields = WIDTHS.map((_, k) => lies.one(new RegExp(`Fields_\\d+_\\d+\\.values\\[${k}\\]$`)));
        moveFlags(lies, fields[0]!);
        lendAcrossFields(lies, fields, WIDTHS);
        // The last zero test of each slot, and the one of the direction.
        const tests = answerZeroTests(
          lies,
          /RunStep_\d+_\d+.*\.IsEqual_\d+_\d+\.isz$|^Direction_\d+_\d+\.IsZero_\d+_\d+$/,
        );
        expect(tests).to.equal(N + 1);
        if (instance === "episode-direct-test") placeEverySlot(lies, shape);
        else bendMarks(lies, system);
        told += lies.told;
      }
      expect(told).to.be.greaterThan(LONG ? 5_000 : 1_500);
    });
  });
}

/** Marks, and the counts of the lookup that binds them to the readings. */
function bendMarks(lies: CompoundLies, system: ConstraintSystem): void {
  const counts = Array.from({ length: ENTRIES }, (_, t) =>
    lies.one(new RegExp(`Lookup_\\d+_\\d+\\.counts\\[${t}\\]$`)),
  );
  const marks = Array.from(
    { length: N },
    (_, i) => [system.wire(`counts[${i}]`), system.wire(`stays[${i}]`)] as const,
  );
  // Marks: every pair in every slot, the rest found honestly (the run goes on from the lie), and the rest kept.
  for (const [i, [counted, stayed]] of marks.entries()) {
    for (const c of [0n, 1n, 2n, R - 1n]) {
      for (const s of [0n, 1n, 2n, R - 1n]) {
        if ((c > 1n || s > 1n) && i % 7 !== 0 && !LONG) continue;
        lies.refuse(`slot ${i} marked ${c} ${s}`, [counted, c], [stayed, s]);
        if (i % 4 !== 0 && !LONG) continue;
        const kept = marks
          .slice(i + 1)
          .flatMap(([a, b]) => [[a, lies.at(a)] as const, [b, lies.at(b)] as const]);
        lies.refuse(`slot ${i} marked ${c} ${s}, others kept`, [counted, c], [stayed, s], ...kept);
      }
    }
    // The packed mark of two slots kept: 4 lent across.
    const next = marks[i + 1];
    if (next !== undefined) {
      lies.refuse(`mark ${i} lent`, [counted, lies.at(counted) + 4n], [next[0], lies.at(next[0]) - 1n]);
      lies.refuse(`mark ${i} borrowed`, [counted, lies.at(counted) - 4n], [next[0], lies.at(next[0]) + 1n]);
    }
    // counts + 2 stays kept: the same mark for the lookup, another length.
    lies.refuse(
      `slot ${i}, 2 from stays to counts`,
      [counted, lies.at(counted) + 2n],
      [stayed, lies.at(stayed) - 1n],
    );
    lies.refuse(
      `slot ${i}, half a stay`,
      [counted, lies.at(counted) + 1n],
      [stayed, lies.at(stayed) - inverse(2n)],
    );
  }

  // Counts moved between any two places, totals kept; bits, challenge and fractions follow.
  for (const [i, from] of counts.entries()) {
    for (const [j, to] of counts.entries()) {
      if (i === j || (!LONG && (i + j) % 3 !== 0)) continue;
      lies.refuse(`${i} to ${j}`, [from, lies.at(from) - 1n], [to, lies.at(to) + 1n]);
    }
  }

  bendSteps(lies, shape.codes);
}

describe("circuits: T2, the packed-challenge forgery against episode-test", () => {
  it("T2: satisfies every constraint but the range checks of the false readings, and is refused by those", async () => {
    const circuit = await compileInstance("episode-test", 0);
    const { system } = circuit;
    const forger = claimForger(circuit, shape.codes);
    // Committed are 9s alone. Claimed: all 32 in the band, one run of 32.
    const truth = honestClaimOf("episode", shape, {
      codes: split(new Array<bigint>(N).fill(9n)),
      terms: { low: 5n, high: 5n, minRun: BigInt(N), runsMin: 1n },
    });
    const base = await circuit.liar(inputOf(truth));
    expect(system.violated(base), "the circuit is false").to.not.deep.equal([]);
    const count = (t: number) =>
      system.wire(
        system.names().find((name) => new RegExp(`Lookup_\\d+_\\d+\\.counts\\[${t}\\]$`).test(name))!,
      );
    const changes = new Map<number, bigint>();
    for (let i = 0; i < N; i++) changes.set(system.wire(`counts[${i}]`), 1n);
    for (let t = 0; t < ENTRIES; t++) changes.set(count(t), t === 5 ? BigInt(N) : 0n);
    const x = forger.retell(base, changes).witness[
      system.wire(system.names().find((name) => /Lookup_\d+_\d+\.x$/.test(name))!)
    ]!;
    // Every pair carries mark 1: its pole lies 2^S above the code.
    for (let e = 0; e < shape.epochs; e++) {
      const forged = solveReadings(truth.codes[e]!, 5n, mod(x - (1n << S)), BigInt(shape.base));
      for (const [i, value] of forged.entries()) changes.set(system.wire(`codes[${e}][${i}]`), value);
    }
    const { witness } = forger.retell(base, changes);
    const kinds = new Set(
      system.violated(witness).map((index) => {
        const { a, b, c } = system.constraints[index]!;
        const names = [...a, ...b, ...c].filter(([wire]) => wire !== 0).map(([wire]) => system.nameOf(wire));
        return names.some((name) => /main\.AtMost_\d+_\d+\[\d+\]/.test(name))
          ? "range check of a false reading"
          : system.describe(index);
      }),
    );
    expect([...kinds]).to.deep.equal(["range check of a false reading"]);
    expect(witness[count(5)]).to.equal(BigInt(N));
    expect(witness[system.wire("held[32]")], "the run is held").to.equal(1n);
  });

  for (const absorb of [0, 1] as const) {
    const passes = absorb === 0;
    it(`T2: marks chosen after the challenge: ${passes ? "pass a copy that does not absorb them: the attack is real" : "fail where they are absorbed, by the lookup and nothing else"}`, async () => {
      const [slots, inside] = [16, 5n];
      const circuit = await compileCircuit({
        file: "unsound-marks.circom",
        call: `UnsoundMarks(12, ${slots}, 4, 6, 3, ${absorb})`,
        public: ["head"],
      });
      const { system } = circuit;
      const wire = (pattern: RegExp) => system.wire(system.names().find((name) => pattern.test(name))!);
      // All readings are inside the band: one run. Claimed: none.
      const codes = new Array<bigint>(slots).fill(inside);
      const head = (await circuit.liar({ codes, head: 0n }))[system.wire("derived")]!;
      const honest = await circuit.honest({ codes, head });
      expect(system.violated(honest)).to.deep.equal([]);
      expect(honest[system.wire("runs")]).to.equal(1n);
      const forger = new Forger(
        system,
        inputWires(circuit, ["codes"]),
        [/^main\.unchecked\[\d+\]$/, ...HINTS],
        honestHints(system, 12),
        inputWires(circuit, ["head"]),
      );
      const mark = (i: number) => system.wire(`unchecked[${i}]`);
      // No run is ever held, so every reading is in place 5, the first half of the table.
      const changes = new Map<number, bigint>();
      for (let t = 0; t < 26; t++)
        changes.set(wire(new RegExp(`Lookup_\\d+_\\d+\\.counts\\[${t}\\]$`)), t === 5 ? BigInt(slots) : 0n);
      // The third reading is said to lie outside; the fourth makes up for it:
      // 1/(x - 5) + 1/(x - 5 - 2^S m) = 2/(x - 5 - 2^S).
      changes.set(mark(2), 0n);
      const x = forger.retell(honest, changes).witness[wire(/Lookup_\d+_\d+\.x$/)]!;
      const y = mod(x - inside);
      const pole = inverse(2n * inverse(y - (1n << S)) - inverse(y));
      changes.set(mark(3), mod((y - pole) * inverse(1n << S)));
      const forged = forger.forge(honest, changes);
      expect(forged.witness[system.wire("runs")], "no run").to.equal(0n);
      expect(forged.witness[system.wire("head")], "the same readings").to.equal(head);
      const objections = forged.violated.map((index) => system.describe(index));
      if (passes) {
        expect(objections).to.deep.equal([]);
        await circuit.tester.checkConstraints(forged.witness);
      } else {
        expect(objections).to.have.length(1);
        expect(objections[0]).to.match(/inverses.*shares/);
      }
    });
  }

  it("T8: a bound that means none is the only upper bound beside a lower one in the worst case", async () => {
    const circuit = await compileInstance("episode-test", 0);
    const claim = (runsMax: bigint) =>
      honestClaimOf("episode", shape, {
        codes: codesOf(TEXT),
        terms: { ...WORLDS["at least"], runsMax },
      });
    for (const [runsMax, objects] of [
      [NO_BOUND, false],
      [NO_BOUND - 1n, true],
    ] as const) {
      const violated = circuit.system.violated(await circuit.liar(inputOf(claim(runsMax))));
      const names = violated.map((index) => circuit.system.describe(index));
      expect(names.length > 0).to.equal(objects);
      // What objects is the direction alone: the count itself is below either bound.
      for (const name of names) expect(name).to.match(/Direction/);
    }
  });
});
