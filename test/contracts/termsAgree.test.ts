// SPDX-License-Identifier: GPL-3.0-or-later
//
// T31: the SDK and the registry take the same terms, on words around every edge,
// and the registry takes the terms of every circuit of the catalogue.
import {
  type CircuitName,
  catalogue,
  circuitOf,
  mostRuns,
  packTerms as packSdk,
  profileOf,
  TERMS_TEMPLATES,
  type TemplateName,
  termsForRequest,
  unpackTerms,
} from "@vitalproof/sdk";
import { expect } from "chai";
import fc from "fast-check";
import type { CircuitRegistry } from "../../types/ethers-contracts/index.js";
import { circuitId, deployRegistry, deployVerifier, proposal } from "./support/circuits.ts";
import { deployClaimTerms } from "./support/deployment.ts";
import { ethers } from "./support/network.ts";
import { packAs } from "./support/terms.ts";
import { DAY, NO_CEREMONY } from "./support/values.ts";

const NO_BOUND = 65_535;
const SMALL: readonly CircuitName[] = [
  "distribution-direct-test",
  "episode-test",
  "regularity-test",
  "impact-test",
];

async function registryOf(names: readonly CircuitName[]): Promise<CircuitRegistry> {
  const [governor, guardian] = await ethers.getSigners();
  const verifier = await deployVerifier(1n);
  return deployRegistry({
    governor: governor!.address,
    guardian: guardian!.address,
    delay: 31n * DAY,
    suspensionTime: 32n * DAY,
    suspensionCooldown: 40n * DAY,
    allowDevelopmentKeys: true,
    developmentKeyHashes: [],
    developmentCodeHashes: [],
    genesis: await Promise.all(
      names.map((name) => {
        const { template, profile: profileName, epochs } = circuitOf(name);
        const profile = profileOf(profileName);
        return proposal(verifier, {
          name,
          ceremony: NO_CEREMONY,
          template: BigInt(TERMS_TEMPLATES[template].id),
          profile: BigInt(profile.id),
          epochs: BigInt(epochs),
          epochSeconds: BigInt(profile.epochSeconds),
          codes: BigInt(profile.codes),
          samples: BigInt(profile.samples),
        });
      }),
    ),
  });
}

/** Values at and around every edge that a rule may draw for a field, for 2 epochs of a small profile. */
function edgesOf(field: string, name: CircuitName): readonly number[] {
  const { template, profile: profileName, epochs } = circuitOf(name);
  const profile = profileOf(profileName);
  const samples = epochs * profile.samples;
  const around = (...values: number[]): number[] =>
    [...new Set(values.flatMap((value) => [value - 1, value, value + 1]))].filter((value) => value >= 0);
  if (field === "low" || field === "high" || field.startsWith("mean")) return around(1, 5, profile.codes);
  if (field.startsWith("share") || field.startsWith("coverage")) return around(1, 5_000, 10_000);
  if (field === "level") return around(1, profile.samples, profile.samples * (profile.codes - 1));
  if (field === "threshold") return around(1, 25);
  if (field === "minRun") return [0, 1, 2, 3, samples, samples + 1];
  if (field.startsWith("epochs")) return [...around(1, epochs), NO_BOUND - 1, NO_BOUND];
  const most = [1, 2, 3].map((run) => mostRuns(samples, run));
  return [...around(0, ...most, ...(template === "impact" ? [samples] : [])), NO_BOUND - 1, NO_BOUND];
}

describe("T31: the SDK and the registry take the same terms", function () {
  this.timeout(600_000);

  for (const name of SMALL) {
    const { template, profile: profileName, epochs } = circuitOf(name);
    it(`T31: ${template}, on 1,500 words around the edges`, async () => {
      const registry = await registryOf([name]);
      const claimTerms = await deployClaimTerms();
      const profile = profileOf(profileName);
      const { fields } = TERMS_TEMPLATES[template as TemplateName];
      const words = fc.record({
        flags: fc.integer({ min: 0, max: 7 }),
        offset: fc.constantFrom(0, 95, 96),
        values: fc.tuple(...fields.map((field) => fc.constantFrom(...edgesOf(field.name, name)))),
      });
      const seen = { taken: 0, refused: 0 };
      const all = fc.sample(words, { numRuns: 1_500, seed: 20_261_120 });
      for (const [i, { flags, offset, values }] of all.entries()) {
        // One value at a time is drawn in most cases: of wholly random words hardly any is possible.
        const plain = plainOf(template as TemplateName, profile.codes);
        const changed = fields.map((field, at) =>
          i % 4 === 0 || (at + i) % 3 === 0 ? [field.name, values[at]!] : [field.name, plain[field.name]!],
        );
        const word = packAs(template as TemplateName, {
          template: BigInt(TERMS_TEMPLATES[template].id),
          profile: BigInt(profile.id),
          offset: BigInt(i % 5 === 0 ? offset : 0),
          epoch: 0n,
          epochs: BigInt(epochs),
          flags: BigInt(i % 2 === 0 ? flags : flags & 1),
          ...Object.fromEntries(changed.map(([key, value]) => [key, BigInt(value!)])),
        });
        const bySdk = takes(() => unpackTerms(word));
        const byContract = await claimTerms.check(registry, circuitId(name, 1n), word).then(
          () => true,
          () => false,
        );
        expect(byContract, `${word.toString(16)} ${JSON.stringify(Object.fromEntries(changed))}`).to.equal(
          bySdk,
        );
        seen[bySdk ? "taken" : "refused"] += 1;
      }
      expect(seen.taken).to.be.greaterThan(100);
      expect(seen.refused).to.be.greaterThan(100);
    });
  }

  it("the registry takes the terms of every circuit of the catalogue", async () => {
    const forms = catalogue().flatMap((entry) =>
      entry.kind === "set" ? [] : entry.forms.filter((form) => form.circuit !== undefined),
    );
    const names = [...new Set(forms.map((form) => form.circuit!))];
    const registry = await registryOf(names);
    const claimTerms = await deployClaimTerms();
    for (const { circuit, request, offset, profile } of forms) {
      const word = packSdk(termsForRequest(circuit!, request, offset));
      expect(await claimTerms.check(registry, circuitId(circuit!, 1n), word), circuit).to.equal(
        BigInt(profileOf(profile).epochSeconds),
      );
    }
    expect(forms.length).to.be.greaterThan(30);
  });
});

function takes(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}

/** Possible terms, from which the words differ in some fields. */
function plainOf(template: TemplateName, codes: number): Readonly<Record<string, number>> {
  const band = { low: 2, high: codes };
  switch (template) {
    case "distribution":
      return {
        ...band,
        shareMin: 1,
        shareMax: 10_000,
        meanMin: 1,
        meanMax: 5,
        coverageMin: 1,
        coverageMax: 10_000,
      };
    case "episode":
      return { ...band, minRun: 2, runsMin: 1, runsMax: NO_BOUND, coverageMin: 1 };
    case "regularity":
      return {
        ...band,
        level: 1,
        epochsMin: 1,
        epochsMax: NO_BOUND,
        shareMin: 0,
        shareMax: 10_000,
        coverageMin: 1,
      };
    case "impact":
      return { threshold: 20, minRun: 0, countMin: 1, countMax: NO_BOUND, coverageMin: 1 };
  }
}
