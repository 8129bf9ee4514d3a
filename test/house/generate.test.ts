// SPDX-License-Identifier: GPL-3.0-or-later
//
// A new family of circuits is an entry of circuits.json and no code. ABIs are never compared with an old build.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { CONTRACTS, nameOf } from "../../packages/sdk/scripts/contracts.ts";
import { circomMain } from "../../scripts/generate/circom.ts";
import { whyNotBuilt } from "../../scripts/generate/contracts.ts";
import { loadSources } from "../../scripts/generate/sources.ts";

const project = join(import.meta.dirname, "../..");

const COHORT = {
  folder: "research",
  publicInputs: ["queryRoot", "nullifier"],
  privateInputs: ["secret", "values[epochs][slots]"],
  templates: {
    cohort: { constructions: ["tree"], parameters: ["epochs", "codes"] },
    shift: { parameters: ["zero"] },
  },
};
const INSTANCE = {
  name: "cohort-test",
  version: 1,
  purpose: "who belongs to a cohort",
  template: "cohort",
  construction: "tree",
  profile: "test-16",
  epochs: 2,
  main: "main/cohort-test.circom",
  verifier: null,
  maxDomain: 13,
};

describe("main files from circuits.json", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "vitalproof-generate-"));
    mkdirSync(join(root, "circuits"));
    cpSync(join(project, "circuits/protocol.json"), join(root, "circuits/protocol.json"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function mainOf(instance: object): string {
    const list = JSON.parse(readFileSync(join(project, "circuits/circuits.json"), "utf8"));
    list.families.research = COHORT;
    list.instances.push(instance);
    writeFileSync(join(root, "circuits/circuits.json"), JSON.stringify(list));
    const { protocol, instances } = loadSources(root);
    return circomMain(protocol, instances.at(-1)!);
  }

  it("writes the main file of a family that no code knows", () => {
    const main = mainOf(INSTANCE);
    expect(main).to.contain('include "../research/cohort.circom";');
    expect(main).to.contain("in the verifier's order: queryRoot, nullifier.");
    expect(main).to.contain("Private inputs: secret, values[2][16].");
    expect(main).to.match(/^component main \{public \[queryRoot, nullifier\]\} = CohortTree\(2, \d+\);$/m);
  });

  it("names what an entry lacks", () => {
    const wrong: [object, string][] = [
      [{ template: "cohorts" }, "a template of a family (distribution, "],
      [{ construction: undefined }, "`construction` must be one of tree, not missing"],
      [{ construction: "direct" }, '`construction` must be one of tree, not "direct"'],
      [{ template: "shift" }, '`construction` must be left out: shift is built in one way, not "tree"'],
      [{ purpose: undefined }, 'cohort-test needs "purpose"'],
      [{ template: undefined, construction: undefined }, 'cohort-test needs a "template" of a family'],
      [{ profile: "test-17" }, 'cohort-test needs a "profile" of protocol.json, not "test-17"'],
      [{ epochs: 0.5 }, '"profile" and "epochs", a whole number from 1, together'],
      [{ profile: undefined }, '"profile" and "epochs", a whole number from 1, together'],
      [
        { profile: undefined, epochs: undefined },
        'cohort wants "epochs" of cohort-test, which has only maxDepth',
      ],
      [
        { template: "shift", construction: undefined, profile: "glucose-mg-dl-5min" },
        'shift wants "zero" of cohort-test',
      ],
    ];
    for (const [change, message] of wrong) {
      expect(() => mainOf({ ...INSTANCE, ...change }), JSON.stringify(change)).to.throw(message);
    }
  });
});

describe("ABIs from a build", () => {
  const SOURCE = "contracts/interfaces/IAnchorRegistry.sol";
  const TEST = "contracts/registries/AnchorRegistry.t.sol";
  const OTHER = "contracts/libraries/Other.sol";
  let root: string;
  const put = (path: string, content: unknown) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === "string" ? content : JSON.stringify(content));
  };
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "vitalproof-generate-"));
    const sources: Record<string, string> = { [SOURCE]: "old", [TEST]: "old", [OTHER]: "old" };
    for (const contract of CONTRACTS) {
      put(`artifacts/contracts/${contract}.sol/${nameOf(contract)}.json`, { buildInfoId: "one" });
      put(`types/ethers-contracts/${contract}.ts`, "");
      sources[`contracts/${contract}.sol`] = 'import {I} from "../interfaces/IAnchorRegistry.sol";';
    }
    for (const [file, content] of Object.entries(sources)) put(file, content);
    put("artifacts/build-info/one.json", {
      input: {
        sources: Object.fromEntries(
          Object.entries(sources).map(([file, content]) => [`project/${file}`, { content }]),
        ),
      },
    });
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it("are compared when the build is of these sources, whatever tests and unrelated files are now", () => {
    expect(whyNotBuilt(root)).to.equal(undefined);
    put(TEST, "new");
    put(OTHER, "new");
    expect(whyNotBuilt(root)).to.equal(undefined);
  });

  it("are skipped, with the reason, when it is old, incomplete or missing", () => {
    put(SOURCE, "new");
    expect(whyNotBuilt(root)).to.equal(`${SOURCE} has changed since the last build`);
    rmSync(join(root, SOURCE));
    expect(whyNotBuilt(root)).to.equal(`${SOURCE} has been removed since the last build`);
    rmSync(join(root, "artifacts/build-info"), { recursive: true });
    expect(whyNotBuilt(root)).to.equal("the record of the last build is missing");
    rmSync(join(root, `types/ethers-contracts/${CONTRACTS[1]}.ts`));
    expect(whyNotBuilt(root)).to.equal(`${nameOf(CONTRACTS[1])} has not been built`);
  });
});
