// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { EXIT } from "../src/exit.ts";
import { answer, checking } from "./checkSupport.ts";
import { codeOf, ROOT } from "./support.ts";

const DATA = join(ROOT, "..", "shared", "data");

describe("vitalproof check on real files", function () {
  this.timeout(60_000);

  const { check } = checking();

  const real = (name: string) => join(DATA, name);
  before(function () {
    if (existsSync(DATA)) return;
    console.log("      skipped: the real data folder ../shared/data is not beside the repository");
    this.skip();
  });

  it("Dexcom: 2,019 of 2,148 readings in range, 35 below 70, 8 below 54", async () => {
    const file = real("cgm/cgmquantify_MIT/dexcom_g6_test_file.csv");
    const zone = ["--zone", "+00:00"];
    const range = answer(await check(file, "time-in-range", ...zone));
    expect(range).to.include({ holds: true, valid: 2_148, inBand: 2_019, share: 2_019 / 2_148 });
    expect(range).to.include({ format: "dexcom-clarity" });
    expect(answer(await check(file, "time-below-range", ...zone)).inBand).to.equal(35);
    expect(answer(await check(file, "time-below-range-level-2", ...zone)).inBand).to.equal(8);
    expect(
      answer(await check(file, "time-in-range", "--low", "181", "--high", "400", ...zone)).inBand,
    ).to.equal(94);
    const unzoned = await check(file, "time-in-range");
    expect(codeOf(unzoned)).to.equal("ZONE_REQUIRED");
  });

  it("accelerometer: no daily activity of the labelled trials is taken for a fall (19 of 19; the file holds no fall)", async () => {
    const file = real("falls/umafall_subject01_waist_accel.csv");
    const rows = (await readFile(file, "utf8")).trim().split("\n").slice(1);
    const labels = new Map(rows.map((row) => row.split(",")).map((cells) => [cells[0]!, cells[3] === "1"]));
    let right = 0;
    for (const [trial, isFall] of labels) {
      const ran = await check(
        file,
        "falls",
        "--round",
        "nearest",
        "--start",
        "1700000000",
        "--where",
        `trial=${trial}`,
      );
      if (answer(ran).holds === isFall) right += 1;
    }
    expect([right, labels.size]).to.deep.equal([19, 19]);
    // The same trials at a level that some of them reach: the answer is not always no.
    const [trial] = [...labels.keys()].filter((name) => name.includes("MakingACall_3"));
    const lower = [
      "--round",
      "nearest",
      "--level",
      "2.24",
      "--start",
      "1700000000",
      "--where",
      `trial=${trial}`,
    ];
    expect((await check(file, "falls", ...lower)).code).to.equal(EXIT.ok);
  });

  it("monitor numerics: oxygen and heart rate at 1 Hz", async () => {
    const file = real("spo2/bidmc_01_Numerics.csv");
    const start = ["--start", "1700000000"];
    const stable = await check(file, "stable-oxygen", ...start);
    expect(answer(stable).valid).to.be.greaterThan(400);
    expect(stable.code).to.equal(answer(stable).holds ? EXIT.ok : EXIT.no);
    const heart = answer(await check(file, "heart-rate-below", ...start));
    expect(heart.mean).to.be.within(30, 200);
  });
});
