// SPDX-License-Identifier: GPL-3.0-or-later
//
// What `npm run mutants` takes its work from, and how findings of slither are sorted. Running mutants takes minutes.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { findingsOf, newFindings } from "../../scripts/audit/triage.ts";
import { broken, readBreaks } from "../../scripts/mutants/breaks.ts";
import { deployedContracts, EARLY_TESTS, mochaFiles, mutatedFiles } from "../../scripts/mutants/contracts.ts";
import { root } from "./support/importGraph.ts";

describe("mutants", () => {
  it("are made of every contract and library that is deployed, and of no test", () => {
    const files = mutatedFiles(root);
    expect([...files.keys()]).to.include.members([
      "ClaimsPayout",
      "ConsentRegistry",
      "Groth16Batch",
      "Stops",
    ]);
    expect(
      [...files.values()].filter((file) => /mocks|\.t\.sol|verifiers|interfaces/.test(file)),
    ).to.deep.equal([]);
    const deployed = [...deployedContracts(root).keys()];
    expect(deployed).to.include.members(["ClaimsPayout", "ClaimTerms", "AnchorRegistry", "VerificationKey"]);
    expect(deployed).to.not.include("Claims").and.to.not.include("Stops");
  });

  it("know files and tests that are there", () => {
    const files = mutatedFiles(root);
    expect(Object.keys(EARLY_TESTS).filter((name) => !files.has(name))).to.deep.equal([]);
    const missing = Object.values(EARLY_TESTS)
      .flat()
      .filter((test) => !existsSync(join(root, `test/contracts/${test}.test.ts`)));
    expect(missing).to.deep.equal([]);
  });

  it("are tried on the tests that concern them first, and on all others but gas", () => {
    const [first, second, ...others] = mochaFiles(root, "Claims");
    expect([first, second]).to.deep.equal([
      "test/contracts/claims.test.ts",
      "test/contracts/batchSkips.test.ts",
    ]);
    expect(others).to.include("test/contracts/consents.test.ts");
    expect(others).to.not.include("test/contracts/gas.test.ts");
    expect(mochaFiles(root, "no such contract")).to.have.length(others.length + 2);
  });
});

describe("breaks", () => {
  const breaks = readBreaks(root);

  it("change text that occurs once in a contract, each in its own way", () => {
    const files = new Set(mutatedFiles(root).values());
    const results = breaks.map((given) => {
      expect(files.has(given.file), given.file).to.equal(true);
      const source = readFileSync(join(root, given.file), "utf8");
      const changed = broken(source, given);
      expect(changed, given.name).to.not.equal(source);
      return changed;
    });
    expect(new Set(results).size).to.equal(breaks.length);
    expect(new Set(breaks.map(({ name }) => name)).size).to.equal(breaks.length);
  });

  it("say which property notices, one that INVARIANTS.md has or threats", () => {
    const document = readFileSync(join(root, "test/contracts/INVARIANTS.md"), "utf8");
    expect(breaks.filter(({ property }) => !new RegExp(`\\b${property}\\b`).test(document))).to.deep.equal(
      [],
    );
  });

  it("are refused where their text is gone or not alone", () => {
    const [given] = breaks as [(typeof breaks)[0]];
    expect(() => broken("other text", given)).to.throw(`Break "${given.name}": its text occurs 0 times`);
    expect(() => broken(given.before + given.before, given)).to.throw("occurs 2 times");
  });

  it("have a control for each kind of Solidity tests", () => {
    expect(breaks.flatMap(({ control }) => control ?? []).sort()).to.deep.equal(["inlined", "stateful"]);
  });
});

describe("findings of slither", () => {
  const finding = (check: string, name: string, parent: string) => ({
    check,
    impact: "Low",
    elements: [{ type: "function", name, type_specific_fields: { parent: { name: parent } } }],
  });
  const result = {
    results: {
      detectors: [
        finding("timestamp", "claim", "Claims"),
        finding("timestamp", "claim", "Claims"),
        finding("calls-loop", "pay", "Custody"),
      ],
    },
  };

  it("are named by detector and function, each once", () => {
    expect(findingsOf(result)).to.deep.equal(["calls-loop: Custody.pay", "timestamp: Claims.claim"]);
    expect(findingsOf({ results: {} })).to.deep.equal([]);
  });

  it("are told when the triage does not know them, or knows ones that are gone", () => {
    const triage = { timestamp: { why: "meant", where: ["Claims.claim", "Claims.old"] } };
    expect(newFindings(result, triage)).to.deep.equal({
      found: 2,
      unsorted: ["calls-loop: Custody.pay"],
      gone: ["timestamp: Claims.old"],
    });
    const meant = { why: "meant", where: "anywhere" } as const;
    expect(newFindings(result, { timestamp: meant, "calls-loop": meant })).to.deep.equal({
      found: 2,
      unsorted: [],
      gone: [],
    });
  });
});
