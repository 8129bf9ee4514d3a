// SPDX-License-Identifier: GPL-3.0-or-later
//
// The instances of regularity and impact that people use, compiled as their keys
// are (--O2): real claims at their exact boundaries, at the sizes at which widths
// and sums are at their greatest. With LONG=1.
import { expect } from "chai";
import { type Circuit, compileInstance } from "./support/circuit.ts";
import { honestClaimOf, inputOf } from "./support/claim.ts";
import { shapeOf } from "./support/shapes.ts";
import { type ImpactTerms, NO_BOUND, type RegularityTerms } from "./support/terms.ts";

const LONG = process.env.LONG === "1";

/** An instance's circuit, and whether the constraints accept the liar's witness. */
function instance(name: "device-usage-30d" | "doses-30d" | "fall-window") {
  const shape = shapeOf(name);
  let circuit: Circuit;
  before(async function () {
    this.timeout(3_600_000);
    if (!LONG) {
      console.log(`      skipped: ${name} is a heavy instance; run it with LONG=1 npm test -- circuits`);
      this.skip();
    }
    circuit = await compileInstance(name, 2);
  });
  return {
    shape,
    async proves(codes: readonly (readonly bigint[])[], terms: Partial<RegularityTerms & ImpactTerms>) {
      const input = inputOf(honestClaimOf(shape.template, shape, { codes, terms }));
      return circuit.accepts(input);
    },
    async honest(codes: readonly (readonly bigint[])[], terms: Partial<RegularityTerms & ImpactTerms>) {
      return circuit.honest(inputOf(honestClaimOf(shape.template, shape, { codes, terms })));
    },
  };
}

const SUM = 2n;
const rows = (count: number, row: readonly bigint[]) => Array.from({ length: count }, () => row);
const fill = (count: number, code: number) => new Array<bigint>(count).fill(BigInt(code));

describe("circuits: device-usage-30d at --O2", function () {
  this.timeout(3_600_000);
  const { shape, proves, honest } = instance("device-usage-30d");
  // Code 1 is 0 minutes, 181 is 180: 240 minutes in two slots of 120.
  const used = [fill(2, 121), fill(6, 1)].flat();
  const short = [[120n, 121n], fill(6, 1)].flat();
  const four = { flags: SUM, level: 240n };

  it("T14: 4 hours on 21 of 30 nights, exactly", async () => {
    expect([shape.codes, shape.slots, shape.epochs]).to.deep.equal([181, 8, 30]);
    await honest([...rows(21, used), ...rows(9, short)], { ...four, epochsMin: 21n, epochsMax: 21n });
    expect(await proves([...rows(20, used), ...rows(10, short)], { ...four, epochsMin: 21n })).to.equal(
      false,
    );
    expect(await proves([...rows(22, used), ...rows(8, short)], { ...four, epochsMax: 21n })).to.equal(false);
  });

  it("T6 T8: the greatest sum of all epochs, and what missing slots may add to it", async () => {
    const greatest = { flags: SUM, level: 1_440n };
    expect(await proves(rows(30, fill(8, 181)), { ...greatest, epochsMin: 30n })).to.equal(true);
    expect(await proves(rows(30, [fill(7, 181), 180n].flat()), { ...greatest, epochsMin: 1n })).to.equal(
      false,
    );
    const gaps = rows(30, [fill(1, 181), fill(7, 0)].flat());
    expect(await proves(gaps, { ...greatest, epochsMax: 29n })).to.equal(false);
    expect(await proves(gaps, { ...greatest, epochsMax: 30n })).to.equal(true);
    const below = rows(30, [fill(1, 180), fill(7, 0)].flat());
    expect(await proves(below, { ...greatest, epochsMax: 0n })).to.equal(true);
    // A night without its short slots is no better night.
    const dropped = [...rows(20, used), ...rows(10, [fill(2, 120), fill(6, 0)].flat())];
    expect(await proves(dropped, { ...four, epochsMin: 21n })).to.equal(false);
    expect(await proves(rows(30, fill(8, 0)), { level: 0n, epochsMax: NO_BOUND })).to.equal(false);
  });

  it("T4: levels beyond the greatest are refused", async () => {
    const all = rows(30, fill(8, 181));
    for (const level of [1_441n, 2_047n, 2_048n, 2_049n, 4_096n, (1n << 24n) - 1n])
      expect(await proves(all, { flags: SUM, level, epochsMax: 0n }), `${level}`).to.equal(false);
  });

  it("T6: a code beyond 180 minutes is refused", async () => {
    for (const code of [182, 255, 256])
      expect(await proves([...rows(29, used), [BigInt(code), ...fill(7, 1)]], four), `${code}`).to.equal(
        false,
      );
  });
});

describe("circuits: doses-30d at --O2", function () {
  this.timeout(3_600_000);
  const { proves, honest } = instance("doses-30d");
  const taken = { low: 2n, high: 2n };

  it("T8 T14: a dose on 27 of 30 days and 90 % of all, exactly; unknown doses count against both", async () => {
    const codes = [...rows(27, [2n, 2n]), ...rows(3, [1n, 1n])];
    await honest(codes, {
      ...taken,
      level: 2n,
      epochsMin: 27n,
      epochsMax: 27n,
      shareMin: 9_000n,
      shareMax: 9_000n,
    });
    expect(await proves(codes, { ...taken, level: 2n, epochsMin: 28n })).to.equal(false);
    expect(await proves(codes, { ...taken, level: 2n, epochsMax: 26n })).to.equal(false);
    expect(await proves(codes, { ...taken, shareMin: 9_001n })).to.equal(false);
    const unknown = [...rows(27, [2n, 2n]), ...rows(2, [1n, 1n]), [2n, 0n]];
    expect(await proves(unknown, { ...taken, level: 2n, epochsMin: 28n })).to.equal(false);
    expect(await proves(unknown, { ...taken, level: 2n, epochsMax: 27n })).to.equal(false);
    expect(await proves(unknown, { ...taken, level: 2n, epochsMax: 28n })).to.equal(true);
    // By sum the same: a dose is one step.
    expect(await proves(codes, { flags: SUM, level: 2n, epochsMin: 27n })).to.equal(true);
    expect(await proves(codes, { flags: SUM, level: 2n, epochsMin: 28n })).to.equal(false);
  });

  it("T6: there is no code 3", async () => {
    expect(await proves([...rows(29, [2n, 2n]), [3n, 2n]], taken)).to.equal(false);
  });
});

describe("circuits: fall-window at --O2", function () {
  this.timeout(3_600_000);
  const { shape, proves, honest } = instance("fall-window");
  /** 600 samples: those given as x, y, z in steps, else at rest with 1 g downwards. */
  const window = (samples: Readonly<Record<number, readonly (number | undefined)[]>>) => [
    Array.from({ length: 600 }, (_, i) =>
      (samples[i] ?? [0, 0, -50]).map((value) => (value === undefined ? 0n : BigInt(value + shape.zero))),
    ).flat(),
  ];
  // 2.5 g are 125 steps.
  const fall = { threshold: 125n ** 2n };

  it("T4 T14: one impact of exactly 2.5 g, and one squared step less", async () => {
    expect([shape.codes, shape.zero, shape.slots]).to.deep.equal([803, 402, 1_800]);
    const hit = window({ 299: [75, 0, -100] });
    await honest(hit, { ...fall, minRun: 1n, countMin: 1n });
    expect(await proves(hit, { threshold: fall.threshold + 1n, minRun: 1n, countMin: 1n })).to.equal(false);
    expect(await proves(hit, { ...fall, minRun: 0n, countMin: 1n, countMax: 1n })).to.equal(true);
    expect(await proves(hit, { ...fall, minRun: 2n, countMin: 1n })).to.equal(false);
  });

  it("T4 T6: all samples at the ends of the scale, the greatest count, length and threshold", async () => {
    const ends = window(
      Object.fromEntries(Array.from({ length: 600 }, (_, i) => [i, [401, -401, i % 2 ? 401 : -401]])),
    );
    const square = 3n * 401n ** 2n;
    expect(await proves(ends, { threshold: square, minRun: 0n, countMin: 600n, countMax: 600n })).to.equal(
      true,
    );
    expect(await proves(ends, { threshold: square, minRun: 600n, countMin: 1n })).to.equal(true);
    expect(await proves(ends, { threshold: square, minRun: 601n, countMin: 1n })).to.equal(false);
    expect(await proves(ends, { threshold: square + 1n, minRun: 0n, countMin: 1n })).to.equal(false);
    expect(await proves(ends, { threshold: 1n << 19n, minRun: 0n, countMax: 0n })).to.equal(true);
    expect(await proves(ends, { threshold: (1n << 19n) + 1n, minRun: 0n, countMax: 0n })).to.equal(false);
    expect(await proves(ends, { threshold: 0n, minRun: 0n })).to.equal(false);
  });

  it("T8: a missing axis is no impact for the claimant and one against", async () => {
    const gap = window({ 299: [undefined, 400, 400] });
    for (const minRun of [0n, 1n]) {
      expect(await proves(gap, { ...fall, minRun, countMin: 1n })).to.equal(false);
      expect(await proves(gap, { ...fall, minRun, countMax: 0n })).to.equal(false);
      expect(await proves(gap, { ...fall, minRun, countMax: 1n })).to.equal(true);
    }
    expect(await proves(gap, { ...fall, coverageMin: 9_983n })).to.equal(true); // 599 of 600
    expect(await proves(gap, { ...fall, coverageMin: 9_984n })).to.equal(false);
  });
});
