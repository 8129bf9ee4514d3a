// SPDX-License-Identifier: GPL-3.0-or-later
//
// What `npm test` makes of the runners' outputs, and what it repeats at the end.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { outcomeOf, retold } from "../../scripts/test/outcome.ts";

const root = join(import.meta.dirname, "../..");

describe("the outcome of a suite", () => {
  it("takes counts, full titles and errors from what Mocha prints", () => {
    const folder = mkdtempSync(join(tmpdir(), "vitalproof-outcome-"));
    const file = join(folder, "some.test.mjs");
    writeFileSync(
      file,
      `describe("outer", () => {
        it("passes", () => {});
        it("says 7 passing", () => console.log("it says 7 passing and 7 failing"));
        it("fails", () => { throw new Error("first reason\\n\\n  2) looks like a test"); });
        it.skip("later", () => {});
        describe("hooked", () => {
          before(() => { throw new Error("second reason"); });
          it("is not reached", () => {});
        });
      });`,
    );
    try {
      const mocha = join(root, "node_modules/mocha/bin/mocha.js");
      const { stdout, stderr, status } = spawnSync(process.execPath, [mocha, "--no-config", file], {
        cwd: folder,
        encoding: "utf8",
        env: { ...process.env, FORCE_COLOR: "0" },
      });
      const { failures, ...counts } = outcomeOf(stdout + stderr, status!);
      expect(counts).to.deep.equal({ passed: 2, failed: 2, skipped: 1 });
      const all = failures.join("\n");
      for (const part of ["outer", "fails", "first reason", "hooked", "is not reached", "second reason"]) {
        expect(all).to.include(part);
      }
      expect(all).not.to.include("says 7 passing");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("tells the failed tests apart, those of Solidity too", () => {
    const output =
      "  A.t.sol:ATest\n    1) testOne()\n\n\n  5 passing\n  2 failing\n  1 skipped\n\n" +
      "  1) A.t.sol:ATest#testOne()\n    Error: 1 != 2\n\n  2) A.t.sol:ATest#testTwo()\n    Error: panic\n";
    expect(outcomeOf(output, 1)).to.deep.equal({
      passed: 5,
      failed: 2,
      skipped: 1,
      failures: [
        "1) A.t.sol:ATest#testOne()\n    Error: 1 != 2",
        "2) A.t.sol:ATest#testTwo()\n    Error: panic",
      ],
    });
  });

  it("counts a suite that broke off or ran nothing as failed, and says so", () => {
    const broken = outcomeOf("  ✔ one\nSyntaxError: nothing works\n", 7);
    expect(broken).to.include({ passed: 0, failed: 1 });
    expect(broken.failures.join()).to.include("exit code 7").and.to.include("nothing works");
    expect(outcomeOf("  0 passing (1ms)\n", 0)).to.deep.include({ failed: 1, failures: ["It ran no test."] });
    expect(outcomeOf("  3 passing (1s)\n", 0)).to.deep.equal({
      passed: 3,
      failed: 0,
      skipped: 0,
      failures: [],
    });
    // Every test passed, and then the program broke.
    expect(outcomeOf("  3 passing (1s)\n", 1)).to.include({ passed: 3, failed: 1 });
  });

  it("repeats each failure under its suite, and nothing where nothing failed", () => {
    const fine = outcomeOf("  3 passing (1s)\n", 0);
    const bad = outcomeOf("  1 passing (1s)\n  1 failing\n\n  1) a\n       b:\n     Error: why\n", 1);
    expect(retold(new Map([["sdk", fine]]))).to.equal("");
    expect(
      retold(
        new Map([
          ["sdk", fine],
          ["cli", bad],
        ]),
      ),
    ).to.equal("===== failed =====\n--- cli\n1) a\n       b:\n     Error: why\n");
  });
});
