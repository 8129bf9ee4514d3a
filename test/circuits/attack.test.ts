// SPDX-License-Identifier: GPL-3.0-or-later
//
// T1: every instance as its key is made (--O2) goes through `hardhat circuits
// attack`: what its inputs force, and lies about every kind of wire. LONG=1 has
// all instances, all sample inputs and more lies.
import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import {
  attackCircuits,
  lintCircuits,
  loadInstances,
  resolveConfig,
} from "@vitalproof/hardhat-circom/circuits";
import { expect } from "chai";
import { root } from "./support/compile.ts";

const LONG = process.env.LONG === "1";

const config = resolveConfig(
  {
    attack: {
      inputs: "test/circuits/attack/inputs.ts",
      explanations: "test/circuits/attack/explained.json",
    },
    lint: { exceptions: "test/circuits/attack/lint.json" },
  },
  root,
);

const instances = await loadInstances(config);

describe("circuits: attack", () => {
  it("T1 T4: what the lint finds in the circuits has a reason", async () => {
    const { findings, stale, files, excepted } = await lintCircuits(config);
    expect(findings).to.deep.equal([]);
    expect(stale).to.deep.equal([]);
    expect(files).to.be.greaterThan(35);
    expect(excepted).to.be.greaterThan(10);
  });

  it("T1: of circomlib, whose gadgets have been unsound, the circuits use eight", async () => {
    const used = new Set<string>();
    for (const file of globSync("circuits/**/*.circom", { cwd: root })) {
      const source = readFileSync(join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
      for (const [, template] of source.matchAll(/\b([A-Z]\w+)\s*\(/g)) used.add(template!);
    }
    const library = join(
      dirname(createRequire(import.meta.url).resolve("circomlib/package.json")),
      "circuits",
    );
    const theirs = globSync("*.circom", { cwd: library }).flatMap((file) =>
      [...readFileSync(join(library, file), "utf8").matchAll(/\btemplate\s+(\w+)/g)].map(
        ([, template]) => template!,
      ),
    );
    expect(theirs.length).to.be.greaterThan(50);
    expect(theirs.filter((template) => used.has(template)).sort()).to.deep.equal([
      "BabyCheck",
      "BabyDbl",
      "EdDSAPoseidonVerifier",
      "EscalarMulAny",
      "EscalarMulFix",
      "IsEqual",
      "IsZero",
      "Num2Bits",
    ]);
  });

  // An attack on a domain of 2^15 and more takes minutes.
  for (const { name, group, maxDomain } of instances) {
    const skipped = (group === "heavy" || maxDomain > 14) && !LONG;
    (skipped ? it.skip : it)(
      `T1 T13: ${name}: the inputs force every wire, and no lie survives, but for what is explained`,
      async function () {
        this.timeout(3_600_000);
        const [report] = await attackCircuits(config, {
          names: [name],
          ...(LONG ? { tries: 100 } : { tries: 10, samples: 1 }),
        });
        const unexplained = report!.unexplained.map(({ kind, signal }) => `${kind} ${signal}`);
        expect(unexplained.join("\n")).to.equal("");
        expect(report!.stale).to.deep.equal([]);
        expect(report!.tried).to.be.greaterThan(maxDomain < 13 ? 150 : 400);
        // The rest is what a lookup's marks and counts decide, which are given before anything that follows from them.
        expect(report!.forced).to.be.greaterThan(report!.wires * 0.5);
      },
    );
  }
});
