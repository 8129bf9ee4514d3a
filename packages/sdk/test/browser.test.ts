// SPDX-License-Identifier: GPL-3.0-or-later
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { runsInBrowsers, walk } from "../../../test/support/browserEntry.ts";
import { VitalproofError } from "../src/index.ts";

const entry = new URL("../src/index.ts", import.meta.url);

describe("browser entry", () => {
  runsInBrowsers(entry, new URL("../src/wire/index.ts", import.meta.url));

  it("reaches nothing of the Node entry", () => {
    const { files } = walk(entry);
    expect(files.size).to.be.greaterThan(40);
    expect([...files].filter((path) => path.includes("/src/node/"))).to.deep.equal([]);
    // The walk would notice: the Node entry does import built-ins.
    expect([...walk(new URL("../src/node/index.ts", import.meta.url)).packages]).to.include(
      "node:child_process",
    );
  });

  it("does no work at import: neither snarkjs nor a worker is loaded, and the process ends at once", () => {
    const program = `await import(${JSON.stringify(entry.href)}); console.log(process.getActiveResourcesInfo().length, "curve_bn128" in globalThis);`;
    const shown = execFileSync(process.execPath, ["--input-type=module", "-e", program], { timeout: 20_000 });
    expect(String(shown).trim()).to.match(/^[01] false$/);
  });

  it("errors say what, why and what to do, serialise without their cause, and are found in chains", () => {
    const inner = new VitalproofError("ABORTED", "Stopped.", {
      details: { at: 5n, list: [1n, "x"], of: { a: true } },
    });
    const outer = new Error("outside", { cause: new Error("middle", { cause: inner }) });
    expect(VitalproofError.find(outer, "ABORTED")).to.equal(inner);
    expect(VitalproofError.find(outer, "ZONE_UNKNOWN")).to.equal(undefined);
    const error = new VitalproofError("STORE_FAILED", "It failed.", {
      hint: "Try again.",
      cause: new Error("secret words"),
    });
    expect(error.message).to.equal("It failed. Try again.");
    expect(JSON.stringify(error)).to.not.contain("secret words");
    expect(JSON.parse(JSON.stringify(inner)).details).to.deep.equal({
      at: "5",
      list: ["1", "x"],
      of: { a: true },
    });
    expect(existsSync(fileURLToPath(entry))).to.equal(true);
  });
});
