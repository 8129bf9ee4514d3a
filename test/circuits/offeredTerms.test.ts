// SPDX-License-Identifier: GPL-3.0-or-later
//
// Which terms a program may have: the SDK and the evaluator that was written from docs/protocol.md alone say the same.
// Each field is at one of its limits or next to it.
import { profileOf } from "@vitalproof/sdk";
import { expect } from "chai";
import fc from "fast-check";
import { mayBeOffered } from "./support/formats/evaluator.ts";
import { FLAGS } from "./support/questions.ts";
import { sdkDecides } from "./support/sdk.ts";
import { shapeOf } from "./support/shapes.ts";
import { NO_BOUND, openTermsOf, packTerms } from "./support/terms.ts";

const RUNS = process.env.LONG === "1" ? 100_000 : 2_000;

describe("circuits: terms that a program may have", () => {
  for (const [template, name, profileName] of [
    ["distribution", "distribution-direct-test", "test-16"],
    ["episode", "episode-test", "test-16"],
    ["regularity", "regularity-test", "test-16"],
    ["regularity", "device-usage-30d", "device-usage-3h"],
    ["impact", "impact-test", "test-3x5"],
  ] as const) {
    it(`T12 T31: ${name}: checkTerms and the evaluator of the formats accept the same of ${RUNS} terms`, function () {
      this.timeout(600_000);
      const shape = shapeOf(name);
      const samples = (shape.epochs * shape.slots) / shape.channels;
      const around = (...values: readonly number[]) =>
        fc.constantFrom(
          ...new Set(values.flatMap((value) => [value - 1, value, value + 1]).filter((value) => value >= 0)),
        );
      const level = around(1, 5, shape.codes);
      const share = around(1, 5_000, 10_000);
      const count = fc.oneof(
        { weight: 3, arbitrary: around(1, 3, shape.epochs, Math.floor((samples + 1) / 3), samples) },
        { weight: 2, arbitrary: fc.constant(Number(NO_BOUND)) },
      );
      const sums = shape.slots * (profileOf(profileName).codes - 1);
      const limits: Record<string, fc.Arbitrary<number>> = {
        low: level,
        high: level,
        shareMin: share,
        shareMax: share,
        meanMin: level,
        meanMax: level,
        coverageMin: share,
        coverageMax: share,
        minRun: around(1, 2, samples),
        runsMin: around(1, 3, Math.floor((samples + 1) / 3)),
        runsMax: count,
        level: around(1, shape.slots, sums),
        epochsMin: around(1, shape.epochs),
        epochsMax: count,
        threshold: around(1, 9, (shape.zero - 2) ** 2),
        countMin: around(1, 3, Math.floor((samples + 1) / 3), samples),
        countMax: count,
      };
      const open = openTermsOf(template, shape, { epoch: 0n } as never) as object;
      const fields = Object.keys(open).filter((field) => field in limits);
      // Two in three fields are as in terms that ask for nothing: with all at a limit, hardly any terms would pass.
      const terms = fc.record(
        Object.fromEntries(
          fields.map((field) => [
            field,
            fc.oneof(
              { weight: field === "level" ? 20 : 1, arbitrary: limits[field]! },
              { weight: 2, arbitrary: fc.constant(undefined) },
            ),
          ]),
        ),
      );
      const flags = fc.tuple(...FLAGS[template].map(() => fc.boolean()));
      const codes = Array.from({ length: shape.epochs }, () => new Array<bigint>(shape.slots).fill(1n));
      const met = { accepted: 0, refused: 0 };
      for (const [changes, raised] of fc.sample(fc.tuple(terms, flags), {
        numRuns: RUNS,
        seed: 20_261_129,
      })) {
        const bits = raised.reduce((sum, flag, bit) => sum + (flag ? 1n << BigInt(bit) : 0n), 0n);
        const asked = Object.entries(changes).flatMap(([field, value]) =>
          value === undefined ? [] : [[field, BigInt(value as number)]],
        );
        const made = { ...open, ...Object.fromEntries(asked), flags: bits };
        const named = Object.fromEntries(FLAGS[template].map((flag, i) => [flag, raised[i]]));
        const accepted = sdkDecides(template, profileName, made, named as never, codes) !== undefined;
        const label = JSON.stringify([changes, named]);
        expect(accepted, label).to.equal(mayBeOffered(packTerms(made as never)));
        met[accepted ? "accepted" : "refused"]++;
      }
      expect(met.accepted, JSON.stringify(met)).to.be.greaterThan(RUNS / 50);
      expect(met.refused, JSON.stringify(met)).to.be.greaterThan(RUNS / 50);
    });
  }
});
