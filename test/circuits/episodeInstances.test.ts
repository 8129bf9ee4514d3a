// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the committed manifests say of every instance, what a reading of an
// episode costs, and real claims about the episodes that people ask for: an hour
// of oxygen saturation, a day of CGM (LONG=1).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { mod, R } from "@vitalproof/hardhat-circom/attack";
import { expect } from "chai";
import { type Circuit, compileCircuit, compileInstance } from "./support/circuit.ts";
import { honestClaimOf, inputOf } from "./support/claim.ts";
import { episodeHolds } from "./support/runs.ts";
import { shapeOf } from "./support/shapes.ts";
import { type EpisodeTerms, NO_BOUND } from "./support/terms.ts";
import type { CircuitInput } from "./support/tester.ts";

const LONG = process.env.LONG === "1";
const circuits = join(import.meta.dirname, "../../circuits");
const readJson = (...path: string[]) => JSON.parse(readFileSync(join(circuits, ...path), "utf8"));
const bitsOf = (n: number) => n.toString(2).length;

const instances: { name: string; version: number; template?: string; maxDomain: number; profile?: string }[] =
  readJson("circuits.json").instances;

describe("circuits: manifests of all instances", () => {
  for (const { name, version, template, maxDomain, profile } of instances) {
    it(`${name} is as its manifest says, inside its limit and with nothing but what it needs`, () => {
      const manifest = readJson("artifacts", name, "manifest.json");
      const { nonLinear, linear, public: publics, outputs } = manifest.constraints;
      expect([manifest.name, manifest.version]).to.deep.equal([name, version]);
      // One row per constraint, one per public signal, one for the constant.
      expect(manifest.domain).to.equal(Math.max(1, bitsOf(nonLinear + linear + publics)));
      expect(manifest.domain).to.be.at.most(maxDomain);
      expect(manifest.compiler.flags).to.include("--O2");
      expect(linear, "--O2 leaves no linear constraint").to.equal(0);
      // No terms: enrolment. Every claim has the four inputs that the contract derives, and no output.
      if (profile !== undefined) {
        expect(["distribution", "episode", "regularity", "impact"]).to.include(template);
        expect([publics, outputs]).to.deep.equal([4, 0]);
        const { epochs, slots } = shapeOf(name);
        expect(manifest.constraints.private).to.equal(epochs * (slots + 1) + 4 + 20);
      }
    });
  }
});

describe("circuits: what a reading of an episode costs", () => {
  it("K bits and six more: the difference of two windows; with the hash of the marks at most seven", async function () {
    this.timeout(600_000);
    // Windows whose words and counts are as many and as wide: they differ in 20 readings alone.
    const [short, long] = await Promise.all(
      [40, 60].map((slots) =>
        compileCircuit({
          file: "claims/episode.circom",
          call: `EpisodeLookup(65535, 1, ${slots}, 4, 12)`,
          public: ["holder", "anchorRoot", "terms", "scope"],
          optimize: 2,
        }),
      ),
    );
    const difference = long!.system.constraints.length - short!.system.constraints.length;
    expect(difference).to.equal(20 * (4 + 6));
    // Marks are hashed beside `terms`, 126 to a word, 14 words to a Poseidon of 609 constraints.
    const { slots } = shapeOf("spo2-hour-episodes");
    const hashes = Math.ceil((Math.ceil(slots / 126) + 1) / 14);
    expect(6 + (609 * hashes) / slots).to.be.lessThan(7);
  });
});

for (const name of ["spo2-hour-episodes", "glucose-day-episodes"] as const) {
  const shape = shapeOf(name);
  const N = shape.epochs * shape.slots;

  describe(`circuits: ${name} at --O2`, function () {
    this.timeout(3_600_000);
    let circuit: Circuit;
    before(async function () {
      if (!LONG) {
        console.log(`      skipped: ${name} is a heavy instance; run it with LONG=1 npm test -- circuits`);
        this.skip();
      }
      circuit = await compileInstance(name, 2);
    });

    const INSIDE = 50n;
    const OUTSIDE = 97n;
    const band = { low: 1n, high: 89n };
    /** Slots from pairs of a mark and how often it stands; filled up with readings outside. */
    const codesOf = (...parts: readonly (readonly ["#" | "." | "?", number])[]) => {
      const flat = parts.flatMap(([mark, times]) =>
        new Array<bigint>(times).fill(mark === "#" ? INSIDE : mark === "?" ? 0n : OUTSIDE),
      );
      while (flat.length < N) flat.push(OUTSIDE);
      expect(flat.length).to.equal(N);
      return Array.from({ length: shape.epochs }, (_, e) =>
        flat.slice(e * shape.slots, (e + 1) * shape.slots),
      );
    };
    const accepts = (input: CircuitInput) => circuit.accepts(input);
    const proves = async (codes: bigint[][], terms: Partial<EpisodeTerms>) => {
      const claim = honestClaimOf("episode", shape, { codes, terms: { ...band, ...terms } });
      const result = await accepts(inputOf(claim));
      expect(result, "plain evaluation").to.equal(episodeHolds(claim.terms, codes));
      return result;
    };
    // Five minutes at 1 Hz; for CGM an hour and a half.
    const minRun = name === "spo2-hour-episodes" ? 300 : 18;

    it("T4 T8 T14: an episode of exactly the length happened, one slot shorter did not; missing slots at their worst", async () => {
      const m = BigInt(minRun);
      expect(await proves(codesOf([".", 7], ["#", minRun]), { minRun: m, runsMin: 1n })).to.equal(true);
      expect(await proves(codesOf([".", 7], ["#", minRun - 1]), { minRun: m, runsMin: 1n })).to.equal(false);
      expect(await proves(codesOf([".", 7], ["#", minRun - 1]), { minRun: m, runsMax: 0n })).to.equal(true);
      expect(await proves(codesOf([".", 7], ["#", minRun]), { minRun: m, runsMax: 0n })).to.equal(false);
      expect(await proves(codesOf(["#", minRun - 1], ["?", 1]), { minRun: m, runsMax: 0n })).to.equal(false);
      expect(await proves(codesOf(["#", minRun - 1], ["?", 1]), { minRun: m, runsMin: 1n })).to.equal(false);
      expect(
        await proves(codesOf(["#", minRun], ["?", 9], ["#", minRun]), { minRun: m, runsMin: 2n }),
      ).to.equal(false);
      expect(
        await proves(codesOf(["#", minRun], ["?", 9], [".", 1], ["#", minRun]), { minRun: m, runsMin: 2n }),
      ).to.equal(true);
      // All of the window, and as many runs as fit.
      expect(await proves(codesOf(["#", N]), { minRun: BigInt(N), runsMin: 1n })).to.equal(true);
      expect(await proves(codesOf(["#", N - 1]), { minRun: BigInt(N), runsMin: 1n })).to.equal(false);
      const most = codesOf(
        ...Array.from({ length: N / 2 }, () => [["#", 1] as const, [".", 1] as const]).flat(),
      );
      expect(await proves(most, { minRun: 1n, runsMin: BigInt(N / 2) })).to.equal(true);
      expect(await proves(most, { minRun: 1n, runsMin: BigInt(N / 2) + 1n })).to.equal(false);
      expect(await proves(codesOf(["?", N - 1]), { minRun: 1n, runsMax: BigInt(N / 2) })).to.equal(true);
      expect(await proves(codesOf(["?", N - 1]), { minRun: 1n, runsMax: BigInt(N / 2) - 1n })).to.equal(
        false,
      );
    });

    it("T14: the honest generator and circom_tester agree", async () => {
      const claim = honestClaimOf("episode", shape, {
        codes: codesOf(["#", minRun], ["?", 3], [".", 2]),
        terms: { ...band, minRun: BigInt(minRun), runsMin: 1n, runsMax: NO_BOUND },
      });
      const witness = await circuit.honest(inputOf(claim));
      await circuit.tester.checkConstraints(witness);
    });

    it("T5 T6: nothing is provable from nothing; a code outside the table is refused", async () => {
      for (const flags of [0n, 1n]) expect(await proves(codesOf(["?", N]), { flags })).to.equal(false);
      for (const value of [BigInt(shape.codes) + 1n, 1n << BigInt(shape.base), R - 1n]) {
        const codes = codesOf(["#", N]).map((row) => [...row]);
        codes[0]![N - 1] = mod(value);
        const claim = honestClaimOf("episode", shape, { codes, terms: band });
        expect(await accepts(inputOf(claim)), `${value}`).to.equal(false);
      }
    });
  });
}
