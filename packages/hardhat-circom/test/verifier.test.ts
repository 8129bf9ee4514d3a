// SPDX-License-Identifier: GPL-3.0-or-later
import { readFile, writeFile } from "node:fs/promises";
import { expect } from "chai";
import {
  bytesOfG1,
  bytesOfG2,
  G1,
  G2,
  readG1,
  readG2,
  timesInteger,
} from "../src/internal/ceremony/curve.ts";
import { openPowersOfTau } from "../src/internal/ceremony/ptau.ts";
import { brokenPowers, brokenPowersOnce, readPowers } from "../src/internal/ceremony/verifier/powers.ts";
import { allInSubgroup } from "../src/internal/ceremony/verifier/subgroup.ts";
import { brokenKey } from "../src/internal/ceremony/verifier/verifyKey.ts";
import { brokenStep, StepVerifier } from "../src/internal/ceremony/verifier/verifyStep.ts";
import { parseZkey } from "../src/internal/ceremony/zkey.ts";
import { verifyProductionKey } from "../src/internal/keys/productionKey.ts";
import { domainPower, parseR1cs, type R1cs } from "../src/internal/r1cs.ts";
import { type CeremonyProject, contributeByHand, createCeremonyProject, cut, join } from "./ceremonies.ts";
import { endSnarkjs, removeProjects, snarkjs } from "./helpers.ts";
import { smallOrder } from "./smallOrder.ts";

describe("second verifier of keys", () => {
  let ceremony: CeremonyProject;
  let r1cs: R1cs;
  /** With one contribution: the checks of each take most of the time. */
  let good: Buffer;

  before(async () => {
    ceremony = await createCeremonyProject();
    r1cs = parseR1cs(await readFile(ceremony.r1cs));
    good = await readFile(ceremony.key("ana"));
  });
  after(async () => {
    await endSnarkjs();
    await removeProjects();
  });

  async function powersOf(path: string, k = domainPower(r1cs)) {
    const file = await openPowersOfTau(path);
    try {
      return await readPowers(file, k);
    } finally {
      await file.close();
    }
  }
  const ours = async (key: Buffer, ptau = ceremony.ptau) =>
    brokenKey(parseZkey(key), r1cs, await powersOf(ptau));
  async function theirs(key: Buffer, ptau = ceremony.ptau): Promise<boolean> {
    await writeFile(ceremony.key("asked"), key);
    return (await snarkjs()).zKey.verifyFromR1cs(ceremony.r1cs, ptau, ceremony.key("asked"));
  }
  /** That key with a section changed. */
  function changed(section: number, change: (content: Buffer) => void): Buffer {
    const sections = cut(good);
    change(sections.find(([type]) => type === section)![1]);
    return join(sections);
  }
  /** Adds the generator to a point. */
  const shifted = (section: number, at: number) =>
    changed(section, (content) => {
      content.set(bytesOfG1(readG1(content, at).add(G1.BASE)), at);
    });

  it("T35: both verifiers accept every step of an honest ceremony", async () => {
    for (const name of ["bare", "ana", "good"]) {
      const key = await readFile(ceremony.key(name));
      expect(await ours(key), name).to.deep.equal([]);
      expect(await theirs(key), name).to.equal(true);
    }
  });

  it("T35: both verifiers refuse a key with any section changed; ours names it", async () => {
    const last = (section: number, size: number) =>
      cut(good).find(([type]) => type === section)![1].length - size;
    const bad: [string, Buffer][] = [
      ["alpha is not", shifted(2, 84)],
      ["beta is not", shifted(2, 84 + 64)],
      ["section IC", shifted(3, 64)],
      ["section A", shifted(5, last(5, 64))],
      ["section B1", shifted(6, last(6, 64))],
      ["section L", shifted(8, 64)],
      ["section H", shifted(9, last(9, 64))],
      [
        "section B2",
        changed(7, (content) => {
          content.set(bytesOfG2(readG2(content, 128).add(G2.BASE)), 128);
        }),
      ],
      [
        "coefficients",
        changed(4, (content) => {
          content[20] = content[20]! ^ 1;
        }),
      ],
    ];
    for (const [reason, key] of bad) {
      const said = await ours(key);
      expect(said.length, said.join()).to.equal(1);
      expect(said[0]).to.include(reason);
      expect(await theirs(key), reason).to.equal(false);
    }
    const swapped = changed(8, (content) => {
      const first = Buffer.from(content.subarray(0, 64));
      content.copyWithin(0, 64, 128);
      content.set(first, 64);
    });
    expect(await ours(swapped)).to.deep.equal(["section L is not what circuit and powers give"]);
  });

  it("T35: powers of tau that end at the circuit's domain, prepared at that size or cut from larger ones", async () => {
    const { powersOfTau, zKey, curves } = await snarkjs();
    const path = (name: string) => ceremony.project.path(name);
    await powersOfTau.newAccumulator(await curves.getCurveFromName("bn128"), 3, path("small0.ptau"));
    await powersOfTau.contribute(path("small0.ptau"), path("small1.ptau"), "someone", "entropy");
    await powersOfTau.preparePhase2(path("small1.ptau"), path("small.ptau"));
    await powersOfTau.truncate(ceremony.ptau, path("cut"));
    for (const ptau of [path("small.ptau"), path("cut03.ptau")]) {
      expect((await powersOf(ptau)).tau.length).to.equal(2 ** 4 - 1);
      expect(brokenPowers(await powersOf(ptau))).to.deep.equal([]);
      await zKey.newZKey(ceremony.r1cs, ptau, ceremony.key("tight"));
      await zKey.contribute(ceremony.key("tight"), ceremony.key("tight1"), "Ana", "entropy");
      const key = await readFile(ceremony.key("tight1"));
      expect(await ours(key, ptau)).to.deep.equal([]);
      const wrong = cut(key);
      const h = wrong.find(([type]) => type === 9)![1];
      h.set(bytesOfG1(readG1(h, 0).double()), 0);
      expect(await ours(join(wrong), ptau)).to.deep.equal(["section H is not what circuit and powers give"]);
    }
    expect(() => parseZkey(Buffer.alloc(12))).to.throw(RangeError);
    const tooSmall = await powersOf(path("cut02.ptau")).catch((error: Error) => error.message);
    expect(tooSmall).to.equal("the powers of tau are for domains up to 2^2, the circuit needs 2^3");
  });

  it("T35: powers that are not powers of one tau", async () => {
    const powers = await powersOf(ceremony.ptau);
    expect(brokenPowers(powers)).to.deep.equal([]);
    const swap = <P>(points: readonly P[], i: number, point: P) =>
      points.map((was, j) => (i === j ? point : was));
    const stranger = G1.BASE.multiply(5n);
    for (const [reason, bad] of [
      ["G1 are not consecutive", { ...powers, tau: swap(powers.tau, 5, stranger) }],
      ["G1 are not consecutive", { ...powers, alphaTau: swap(powers.alphaTau, 3, stranger) }],
      ["G1 are not consecutive", { ...powers, betaTau: swap(powers.betaTau, 7, stranger) }],
      ["G2 are not consecutive", { ...powers, tau2: swap(powers.tau2, 6, G2.BASE) }],
      ["tau differs", { ...powers, tau2: swap(powers.tau2, 1, G2.BASE) }],
      ["beta differs", { ...powers, beta2: G2.BASE }],
      ["not the generator", { ...powers, tau: swap(powers.tau, 0, stranger) }],
      ["outside the subgroup", { ...powers, tau2: swap(powers.tau2, 4, powers.tau2[4]!.add(smallOrder())) }],
    ] as const) {
      expect(brokenPowers(bad).join("\n"), reason).to.include(reason);
    }
  });

  it("T35: powers that were right are looked at again when the file has changed, and when a circuit needs more", async () => {
    const path = ceremony.project.path("changing.ptau");
    const judged = async (content: Buffer) => {
      await writeFile(path, content);
      return verifyProductionKey(ceremony.key("good"), ceremony.r1cs, path);
    };
    const right = await readFile(ceremony.ptau);
    expect(await judged(right)).to.deep.equal([]);
    // Section 2 begins with the generator; this circuit needs 16 of its points.
    const withDouble = (i: number) => {
      const content = Buffer.from(right);
      const at = content.indexOf(bytesOfG1(G1.BASE)) + i * 64;
      content.set(bytesOfG1(readG1(content, at).double()), at);
      return content;
    };
    const inconsistent = "powers of tau: the points of G1 are not consecutive powers";
    expect((await judged(withDouble(15)))[0]).to.equal(`verifier of this package: ${inconsistent}`);
    await writeFile(path, withDouble(16));
    for (const [k, reasons] of [
      [3, []],
      [4, [inconsistent]],
      [4, [inconsistent]],
      [3, []],
    ] as const) {
      expect(brokenPowersOnce("a file", await powersOf(path, k)), `2^${k}`).to.deep.equal(reasons);
    }
  });

  it("T35: a point of a small order in B2, which a sum with random factors misses once in 10,069 times", async () => {
    const small = smallOrder();
    expect(timesInteger(small, 10069n).is0()).to.equal(true);
    const key = changed(7, (content) => {
      content.set(bytesOfG2(readG2(content, 128).add(small)), 128);
    });
    expect((await ours(key)).join("\n")).to.include("section B2 has a point outside the subgroup");
    const many = Array.from({ length: 100 }, (_, i) => G2.BASE.multiplyUnsafe(BigInt(i + 1)));
    expect(allInSubgroup(many)).to.equal(true);
    expect(allInSubgroup(many.map((point, i) => (i === 57 ? point.add(small) : point)))).to.equal(false);
  });

  it("T35: a step is refused unless it is the key before with one more contribution", async () => {
    const [bare, ana, ben] = await Promise.all(
      ["bare", "ana", "ben"].map(async (name) => parseZkey(await readFile(ceremony.key(name)))),
    );
    expect(brokenStep(bare!, ana!)).to.deep.equal([]);
    expect(brokenStep(ana!, ben!)).to.deep.equal([]);
    expect(brokenStep(bare!, ben!)).to.deep.equal(["it has 2 contributions, the key before has 0"]);
    const stranger = contributeByHand(await readFile(ceremony.key("bare")), {
      scalar: 3n ** 99n,
      name: "Eve",
    });
    const overStranger = parseZkey(contributeByHand(stranger, { scalar: 7n ** 80n, name: "Ben" }));
    expect(brokenStep(ana!, overStranger)).to.deep.equal(["contribution 1 is not the one of the key before"]);
    const change = (key: Buffer, section: number, at: number) => {
      const sections = cut(key);
      const content = sections.find(([type]) => type === section)![1];
      content.set(bytesOfG1(readG1(content, at).double()), at);
      return parseZkey(join(sections));
    };
    const file = await readFile(ceremony.key("ben"));
    expect(brokenStep(ana!, change(file, 5, 64))).to.deep.equal(["its a differs from the key before"]);
    for (const section of [8, 9]) {
      expect(brokenStep(ana!, change(file, section, 0)).join()).to.include("its L and H are not those");
    }
    // As a ceremony is examined: sums are kept from step to step, and those of a wrong key serve for that key alone.
    const steps = new StepVerifier();
    const wrong = change(file, 9, 0);
    const cleo = parseZkey(await readFile(ceremony.key("cleo")));
    expect(steps.broken(bare!, ana!)).to.deep.equal([]);
    expect(steps.broken(ana!, wrong).join()).to.include("its L and H are not those");
    expect(steps.broken(wrong, cleo).join()).to.include("its L and H are not those");
    expect(steps.broken(ana!, ben!)).to.deep.equal([]);
    expect(steps.broken(ben!, cleo)).to.deep.equal([]);
  });
});
