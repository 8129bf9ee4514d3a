// SPDX-License-Identifier: GPL-3.0-or-later
//
// T31: SDK and contract take the same terms, so that nobody signs an offer that
// no program can hold, and no program holds terms that no prover understands.
import { unpackTerms } from "@vitalproof/sdk";
import { expect } from "chai";
import fc from "fast-check";
import { epochSeconds, highestCode, loadSources, samplesPerEpoch } from "../../scripts/generate/sources.ts";
import { cases } from "../e2e/cases.ts";
import { flagsOf, packAs } from "./support/terms.ts";
import {
  DAY,
  deployRegistry,
  deployVerifier,
  ethers,
  KeyKind,
  proposal,
  statementId,
} from "./support/world.ts";

const { protocol, instances } = loadSources(new URL("../..", import.meta.url).pathname);
const RUNS = process.env.LONG === "1" ? 5_000 : 1_000;

describe("T31: SDK and contract agree on terms", () => {
  let registry: Awaited<ReturnType<typeof deployRegistry>>;
  before(async () => {
    const [governor, guardian] = await ethers.getSigners();
    const verifier = await deployVerifier(1n);
    registry = await deployRegistry({
      governor: governor!.address,
      guardian: guardian!.address,
      delay: 31n * DAY,
      suspensionTime: 32n * DAY,
      suspensionCooldown: 40n * DAY,
      allowDevelopmentKeys: true,
      developmentKeyHashes: [],
      developmentCodeHashes: [],
      genesis: await Promise.all(
        cases.map(({ statement }) => {
          const instance = instances.find(({ name }) => name === statement)!;
          const profile = protocol.profiles[instance.profile!]!;
          return proposal(verifier, {
            name: statement,
            keyKind: KeyKind.Development,
            template: BigInt(protocol.terms.templates[instance.template]!.id),
            profile: BigInt(profile.id),
            epochs: BigInt(instance.epochs!),
            epochSeconds: BigInt(epochSeconds(profile)),
            codes: BigInt(highestCode(profile)),
            samples: BigInt(samplesPerEpoch(profile)),
          });
        }),
      ),
    });
  });

  for (const { statement, terms } of cases) {
    it(`T31: ${statement}: possible and impossible terms alike`, async function () {
      this.timeout(600_000);
      const { template } = terms;
      const instance = instances.find(({ name }) => name === statement)!;
      const profile = protocol.profiles[instance.profile!]!;
      const layout = [...protocol.terms.header, ...protocol.terms.templates[template]!.fields];
      const given = terms as unknown as Record<string, unknown>;
      const own = Object.fromEntries(
        layout.flatMap(({ name }) => (typeof given[name] === "number" ? [[name, BigInt(given[name])]] : [])),
      );
      const names = Object.keys(given).filter((name) => given[name] === true);
      const base: Record<string, bigint> = {
        ...own,
        template: BigInt(protocol.terms.templates[template]!.id),
        profile: BigInt(profile.id),
        flags: flagsOf(template, ...names),
      };
      // Values at which some rule changes its mind, and any others.
      const samples = samplesPerEpoch(profile);
      const [codes, all, zero] = [
        highestCode(profile),
        samples * instance.epochs!,
        (highestCode(profile) + 1) >> 1,
      ];
      const greatest = samples * Math.max(1, codes - 1);
      const edges = [
        0,
        1,
        2,
        codes,
        samples,
        all,
        instance.epochs!,
        10_000,
        65_535,
        greatest,
        3 * zero * zero,
      ];
      const runs = [1, 2, 3, 300].map((minRun) => Math.floor((all + 1) / (minRun + 1)));
      const value = fc.oneof(
        fc.constantFrom(...[...edges, ...runs].flatMap((edge) => [edge - 1, edge, edge + 1])),
        fc.nat(2 * codes),
      );
      const changes = fc.array(
        fc.tuple(
          fc.constantFrom(...layout.filter(({ name }) => name !== "epoch").map(({ name }) => name)),
          value,
        ),
        { minLength: 0, maxLength: 4 },
      );
      const accepted = { yes: 0, no: 0 };
      await fc.assert(
        fc.asyncProperty(changes, fc.nat(7), async (changed, flags) => {
          const fields = { ...base };
          for (const [name, changedTo] of changed) {
            const { bits } = layout.find((field) => field.name === name)!;
            if (name === "template" || name === "profile" || name === "epochs") continue;
            if (changedTo < 0 || changedTo >= 2 ** bits) continue;
            fields[name] = BigInt(name === "flags" ? flags : changedTo);
          }
          const word = packAs(template, fields);
          const bySdk = does(() => unpackTerms(word));
          const byContract = await doesLater(registry.checkTerms(statementId(statement, 1n), word));
          expect(bySdk, Object.entries(fields).join(" ")).to.equal(byContract);
          accepted[byContract ? "yes" : "no"] += 1;
        }),
        { numRuns: RUNS, seed: 31 },
      );
      // A test in which everything is refused, or nothing, says little.
      expect(Math.min(accepted.yes, accepted.no)).to.be.above(RUNS / 20);
    });
  }
});

function does(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}

async function doesLater(act: Promise<unknown>): Promise<boolean> {
  try {
    await act;
    return true;
  } catch (error) {
    // Only the library's refusals count.
    expect(String(error)).to.match(/Terms_/);
    return false;
  }
}
