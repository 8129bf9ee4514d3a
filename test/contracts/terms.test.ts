// SPDX-License-Identifier: GPL-3.0-or-later
//
// T31: which terms of the templates episode, regularity and impact the registry
// takes, on both sides of every bound. Those of distribution: programs.test.ts.
import { expect } from "chai";
import { highestCode, loadSources, zeroCode } from "../../scripts/generate/sources.ts";
import { circuitId, deployRegistry, deployVerifier, type Facts, proposal } from "./support/circuits.ts";
import { deployClaimTerms } from "./support/deployment.ts";
import { ethers, load } from "./support/network.ts";
import {
  episode,
  type Impossible,
  impact,
  NO_BOUND,
  type Possible,
  regularity,
  type Template,
  templates,
  type Values,
} from "./support/termCases.ts";
import { packAs, unusedBitOf } from "./support/terms.ts";
import { DAY, NO_CEREMONY } from "./support/values.ts";

const root = new URL("../..", import.meta.url).pathname;
const id = (template: string) => circuitId(template, 1n);

async function registryOf(changes: Partial<Facts> = {}) {
  const [governor, guardian] = await ethers.getSigners();
  const verifier = await deployVerifier(1n);
  const circuits = await deployRegistry({
    governor: governor!.address,
    guardian: guardian!.address,
    delay: 31n * DAY,
    suspensionTime: 32n * DAY,
    suspensionCooldown: 40n * DAY,
    allowDevelopmentKeys: true,
    developmentKeyHashes: [],
    developmentCodeHashes: [],
    genesis: await Promise.all(
      templates.map(({ template, circuit }) =>
        proposal(verifier, { name: template, ceremony: NO_CEREMONY, ...circuit, ...changes }),
      ),
    ),
  });
  const claimTerms = await deployClaimTerms();
  const check = (template: Template["template"], terms: bigint) =>
    claimTerms.check(circuits, id(template), terms);
  return { claimTerms, check };
}

/** For the fixture, which remembers it by its name. */
const registry = () => registryOf();

describe("T31: terms of every template", () => {
  for (const { template, circuit, terms, impossible, possible } of templates) {
    describe(template, () => {
      const packed = (values: Values = {}) => packAs(template, { ...terms, ...values });
      const headers: readonly Impossible[] = [
        ["another template", { template: 1n }, "Mismatch", ["template", 1n, circuit.template]],
        ["another profile", { profile: 65535n }, "Mismatch", ["profile", 65535n, circuit.profile]],
        ["other epochs", { epochs: 2n }, "Mismatch", ["epochs", 2n, circuit.epochs]],
        ["a first epoch", { epoch: 1n }, "Mismatch", ["epoch", 1n, 0n]],
        [
          "an offset of a whole epoch",
          { offset: (circuit.epochSeconds + 899n) / 900n },
          "OutOfRange",
          ["offset", (circuit.epochSeconds + 899n) / 900n, 0n, (circuit.epochSeconds - 1n) / 900n],
        ],
      ];
      for (const [what, values, error, args] of [...headers, ...impossible]) {
        it(`T31: refuses ${what}`, async () => {
          const { claimTerms, check } = await load(registry);
          const call = expect(check(template, packed(values))).to.be.revertedWithCustomError(
            claimTerms,
            `Terms_${error}`,
          );
          await (args === undefined ? call : call.withArgs(...args));
        });
      }

      for (const [what, values] of [["the terms themselves", {}] as Possible, ...possible]) {
        it(`accepts ${what}`, async () => {
          const { check } = await load(registry);
          expect(await check(template, packed(values))).to.equal(circuit.epochSeconds);
        });
      }

      it("T31: refuses every bit beyond the template's fields, and every flag it does not know", async () => {
        const { claimTerms, check } = await load(registry);
        for (let bit = unusedBitOf(template); bit < 256n; bit++) {
          await expect(check(template, packed() | (1n << bit)), `bit ${bit}`).to.be.revertedWithCustomError(
            claimTerms,
            "Terms_UnusedBits",
          );
        }
        for (let flag = template === "regularity" ? 2n : 1n; flag < 8n; flag++) {
          await expect(check(template, packed({ flags: 1n << flag })))
            .to.be.revertedWithCustomError(claimTerms, "Terms_UnknownFlags")
            .withArgs(1n << flag);
        }
      });
    });
  }

  it("T31: a scale of two codes adds at most one step per reading", async () => {
    const one = await registryOf({ codes: 1n, samples: 2n });
    const two = await registryOf({ codes: 2n, samples: 2n });
    const taken = (codes: bigint, level: bigint) =>
      (codes === 1n ? one : two).check(
        "regularity",
        packAs("regularity", { ...regularity.terms, high: codes, level }),
      );
    await taken(1n, 2n);
    await expect(taken(1n, 3n)).to.be.revertedWithCustomError(one.claimTerms, "Terms_OutOfRange");
    await taken(2n, 2n);
    await expect(taken(2n, 3n)).to.be.revertedWithCustomError(two.claimTerms, "Terms_OutOfRange");
  });

  it("T31: no upper bound is none, however many samples a record says there are", async () => {
    const many = { epochs: 7n, samples: 40_000n, template: 2n };
    const { claimTerms, check } = await registryOf(many);
    const terms = { ...episode.terms, epochs: 7n, minRun: 1n, runsMin: 0n, runsMax: NO_BOUND };
    await expect(check("episode", packAs("episode", terms))).to.be.revertedWithCustomError(
      claimTerms,
      "Terms_MetByMissingReadings",
    );
  });

  it("T31: a profile without a middle code has no impact", async () => {
    const { claimTerms, check } = await registryOf({ codes: 802n });
    await expect(check("impact", packAs("impact", impact.terms)))
      .to.be.revertedWithCustomError(claimTerms, "Terms_NoMiddleCode")
      .withArgs(802n);
  });

  it("T31: with one code or three there is no magnitude that an axis shows without saturating", async () => {
    for (const codes of [1n, 3n]) {
      const { claimTerms, check } = await registryOf({ codes });
      await expect(check("impact", packAs("impact", { ...impact.terms, threshold: 1n })))
        .to.be.revertedWithCustomError(claimTerms, "Terms_OutOfRange")
        .withArgs("threshold", 1n, 1n, 0n);
    }
  });

  it("the code of the value 0 is the middle one in every profile that impact is used with", () => {
    const { protocol, instances } = loadSources(root);
    const profiles = instances.filter(({ template }) => template === "impact").map(({ profile }) => profile!);
    expect(profiles).to.include("acceleration-20hz");
    for (const name of profiles) {
      const profile = protocol.profiles[name]!;
      expect(zeroCode(profile), name).to.equal((highestCode(profile) + 1) / 2);
      expect(Number(profile.lowest), name).to.equal(-Number(profile.highest));
    }
  });
});
