// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { EXIT } from "../src/exit.ts";
import { ROOT, vitalproof } from "./support.ts";

const DATA = join(ROOT, "../shared/data");
const DEXCOM = "cgm/cgmquantify_MIT/dexcom_g6_test_file.csv";

describe("vitalproof inspect", () => {
  let cwd: string;
  before(() => {
    cwd = mkdtempSync(join(tmpdir(), "vitalproof-"));
  });
  after(() => rmSync(cwd, { recursive: true }));

  it("a real export, as JSON and as text", async function () {
    if (!existsSync(join(DATA, DEXCOM))) {
      console.log(`      skipped: ../shared/data/${DEXCOM} is not beside the repository`);
      this.skip();
    }
    const zone = ["--zone", "America/New_York"];
    const { code, out } = await vitalproof({ cwd: DATA }, "inspect", DEXCOM, ...zone, "--json");
    expect(code).to.equal(EXIT.ok);
    expect(JSON.parse(out)).to.deep.include({
      format: "dexcom-clarity",
      metric: "glucose",
      unit: "mg/dL",
      readings: 2148,
      kept: 2148,
      dropped: 0,
      refused: {},
      mean: "111.8966",
      min: "49",
      max: "261",
      epochs: 9,
    });
    const text = await vitalproof({ cwd: DATA }, "inspect", DEXCOM, ...zone);
    expect(text.out).to.contain("2148 readings").and.to.contain("mean 111.8966").and.to.contain("04:00 UTC");
  });

  it("a table of any form, by its columns and rows", async () => {
    writeFileSync(
      join(cwd, "t.csv"),
      "when;who;what\n1700000000;a;5,6\n1700000300;b;9,9\n1700000600;a;LOW\n",
    );
    const columns = ["--time", "when", "--value", "what", "--unit", "mmol/L"];
    const { code, out } = await vitalproof(
      { cwd },
      "inspect",
      "t.csv",
      ...columns,
      "--where",
      "who=a",
      "--json",
    );
    expect(code).to.equal(EXIT.ok);
    expect(JSON.parse(out)).to.deep.include({ metric: "glucose", readings: 2, low: 1, mean: "5.6000" });
  });

  it("what is missing or wrong has an exit code of its own", async () => {
    writeFileSync(join(cwd, "local.csv"), "t,v\n2026-01-01T00:00:00,100\n");
    writeFileSync(join(cwd, "broken.csv"), 't,v\n2026-01-01T00:00:00Z,"100\n');
    const columns = ["--time", "t", "--value", "v", "--unit", "mg/dL"];
    const cases: [string[], number, string][] = [
      [["local.csv", ...columns], EXIT.usage, "ZONE_REQUIRED"],
      [["local.csv"], EXIT.usage, "SELECTION_REQUIRED"],
      [["local.csv", "--value", "v"], EXIT.usage, "USAGE"],
      [["local.csv", ...columns, "--where", "x"], EXIT.usage, "USAGE"],
      [["local.csv", ...columns, "--start", "soon"], EXIT.usage, "USAGE"],
      [["broken.csv", ...columns], EXIT.input, "FILE_NOT_UNDERSTOOD"],
      [["none.csv"], EXIT.input, "FILE_UNREADABLE"],
    ];
    for (const [argv, expected, name] of cases) {
      const { code, err } = await vitalproof({ cwd }, "inspect", ...argv, "--json");
      expect([code, JSON.parse(err).error.code], argv.join(" ")).to.deep.equal([expected, name]);
    }
  });

  it("a file without a reading that counts has an exit code of its own, and the reason", async () => {
    writeFileSync(join(cwd, "header.csv"), "t,v\n");
    writeFileSync(join(cwd, "future.csv"), "t,v\n2100-01-01T00:00:00Z,100\n");
    writeFileSync(join(cwd, "rows.csv"), "t,v,who\n2026-01-01T00:00:00Z,100,a\n");
    const columns = ["--time", "t", "--value", "v", "--unit", "mg/dL"];
    const cases: [string[], string][] = [
      [["header.csv"], "has no entries"],
      [["future.csv"], "1 time in the future"],
      [["rows.csv", "--where", "who=b"], "1 other rows"],
    ];
    for (const [[file, ...where], reason] of cases) {
      const argv = [file!, ...columns, ...where];
      for (const command of [["inspect"], ["check", "--question", "time-in-range"]]) {
        const { code, err } = await vitalproof({ cwd }, ...command, ...argv);
        expect(code, [...command, ...argv].join(" ")).to.equal(EXIT.nothing);
        expect(err).to.contain("[NOTHING_TAKEN]").and.to.contain(reason);
      }
    }
  });
});
