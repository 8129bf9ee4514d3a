// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "chai";
import { EXIT } from "../src/exit.ts";
import { inspectionSchema } from "../src/inspection/schema.ts";
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

  it("says which profiles can be named where none fits, and rounds where that is asked for", async () => {
    const rows = (step: number, count: number, value: (i: number) => string) =>
      ["t,v", ...Array.from({ length: count }, (_, i) => `${1_700_000_000 + step * i},${value(i)}`), ""].join(
        "\n",
      );
    writeFileSync(
      join(cwd, "cgm.csv"),
      rows(45, 1_920, (i) => `${100 + (i % 7)}.5`),
    );
    writeFileSync(
      join(cwd, "spo2.csv"),
      rows(60, 60, (i) => `${95 + (i % 3)}.4`),
    );
    const columns = ["--time", "t", "--value", "v", "--unit"];
    const look = async (...argv: string[]) => {
      const json = await vitalproof({ cwd }, "--json", "inspect", ...argv);
      const text = await vitalproof({ cwd }, "inspect", ...argv);
      expect([json.code, text.code]).to.deep.equal([EXIT.ok, EXIT.ok]);
      return { json: JSON.parse(json.out), text: text.out };
    };
    const cgm = await look("cgm.csv", ...columns, "mg/dL");
    expect(cgm.json.series[0].slotting).to.equal(null);
    expect(cgm.json.profiles[0]).to.deep.equal({ name: "glucose-mg-dl-1min", interval: 60 });
    expect(cgm.text).to.contain("--profile names one").and.to.contain("glucose-mg-dl-5min (300 s)");
    expect(cgm.text).to.not.contain("nothing would be sealed");
    const named = ["cgm.csv", ...columns, "mg/dL", "--profile", "glucose-mg-dl-5min"];
    const refused = await look(...named);
    expect(refused.json).to.deep.include({ kept: 0, rounded: 0, refused: { "not-representable": 1_920 } });
    expect(refused.text).to.contain("--round nearest");
    const rounded = await look(...named, "--round", "nearest");
    // 24 hours from 13:20 past the hour touch 289 slots of 5 minutes.
    expect(rounded.json).to.deep.include({ kept: 289, dropped: 1_920 - 289, rounded: 1_920, refused: {} });
    expect(rounded.text).to.contain("1920 rounded").and.to.not.contain("--round nearest, here");
    const oxygen = await look("spo2.csv", ...columns, "%", "--round", "nearest");
    expect(oxygen.json).to.deep.include({ profile: "spo2-1min", kept: 60, rounded: 0, refused: {} });
    writeFileSync(
      join(cwd, "kg.csv"),
      rows(60, 3, () => "70"),
    );
    const weight = await look("kg.csv", ...columns, "kg");
    expect(weight.json.profiles).to.deep.equal([]);
    expect(weight.text)
      .to.contain("nothing would be sealed")
      .and.to.contain("Profiles are for values in %, /min,");
    const breaths = await look("kg.csv", ...columns, "/min", "--metric", "other");
    expect(breaths.text).to.contain(
      "name it: --metric heart-rate (heart-rate-1s, heart-rate-5s, heart-rate-1min)",
    );
    const beats = await look("kg.csv", ...columns, "ms");
    expect(beats.text)
      .to.contain("intervals between heart beats")
      .and.to.contain("--metric heart-rate (heart-rate-1s, heart-rate-5s, heart-rate-1min)");
  });

  it("says how many slots sparse readings can fill, and what to do", async () => {
    const rows = Array.from({ length: 120 }, (_, i) => `${1_772_409_600 + 60 * i},${95 + (i % 3)}`);
    writeFileSync(join(cwd, "minutes.csv"), ["t,v", ...rows, ""].join("\n"));
    const argv = ["minutes.csv", "--time", "t", "--value", "v"];
    const oxygen = await vitalproof({ cwd }, "inspect", ...argv, "--unit", "%", "--profile", "spo2-1s");
    expect(oxygen.out)
      .to.contain("Readings are 60 s apart and slots 1 s: at most 1.67 % of the slots can be filled.")
      .and.to.contain("--profile spo2-1min has slots of 60 s.");
    const sparse = rows.filter((_, i) => i % 10 === 0);
    writeFileSync(join(cwd, "sparse.csv"), ["t,v", ...sparse, ""].join("\n"));
    const tens = await vitalproof({ cwd }, "inspect", "sparse.csv", ...argv.slice(1), "--unit", "%");
    expect(tens.out)
      .to.contain("Readings are 600 s apart and slots 60 s: at most 10.00 % of the slots can be filled.")
      .and.to.contain("No profile has longer slots");
    const rate = ["--unit", "/min"];
    const fine = await vitalproof({ cwd }, "inspect", ...argv, ...rate, "--profile", "heart-rate-1s");
    expect(fine.out).to.contain("--profile heart-rate-1min has slots of 60 s.");
    const fits = await vitalproof({ cwd }, "inspect", ...argv, ...rate);
    expect(fits.out).to.not.contain("of the slots can be filled");
  });

  it("shows each day's coverage, names what could be asked, and the next command", async () => {
    const rows = [0, 1, 3].flatMap((day) =>
      Array.from(
        { length: day === 1 ? 144 : 288 },
        (_, i) => `${1_772_409_600 + 86_400 * day + 300 * i},100`,
      ),
    );
    writeFileSync(join(cwd, "a day's.csv"), ["t,v", ...rows, ""].join("\n"));
    const argv = ["inspect", "a day's.csv", "--time", "t", "--value", "v", "--unit", "mg/dL"];
    const { out } = await vitalproof({ cwd }, ...argv);
    expect(out).to.contain("    2026-03-02 █▅·█\n");
    expect(out).to.contain("  it could answer time-in-range (1 day), ");
    expect(out).to.contain("  it is too short for time-in-range (14 days), ");
    const next = `vitalproof check "a day's.csv" --question time-in-range --time t --value v --unit mg/dL`;
    expect(out).to.contain(`  next: ${next}\n`);
    const asked = await vitalproof(
      { cwd },
      "check",
      "a day's.csv",
      "--question",
      "time-in-range",
      ...argv.slice(2),
    );
    expect(asked.out).to.contain("time-in-range: ");
    const json = JSON.parse((await vitalproof({ cwd }, "--json", ...argv)).out);
    const { series } = json;
    const fits = new Ajv2020().compile(inspectionSchema() as object);
    expect(fits(json), JSON.stringify(fits.errors)).to.equal(true);
    expect(fits({ ...json, report: {} })).to.equal(false);
    expect(series[0].slotting.days.map((day: { kept: number }) => day.kept)).to.deep.equal([
      288, 144, 0, 288,
    ]);
  });

  it("a file without a reading that counts has an exit code of its own, and the reason", async () => {
    writeFileSync(join(cwd, "header.csv"), "t,v\n");
    writeFileSync(join(cwd, "future.csv"), "t,v\n2100-01-01T00:00:00Z,100\n");
    writeFileSync(join(cwd, "rows.csv"), "t,v,who\n2026-01-01T00:00:00Z,100,a\n");
    const columns = ["--time", "t", "--value", "v", "--unit", "mg/dL"];
    const cases: [string[], string][] = [
      [["header.csv"], "has no entries"],
      [["future.csv"], "1 with a time in the future"],
      [["rows.csv", "--where", "who=b"], "1 other row."],
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

  it("hints lead on: the values that are there, not the command that was run, and no spreadsheet that nobody opened", async () => {
    const columns = ["--time", "t", "--value", "v", "--unit", "mg/dL"];
    const ran = async (text: string, ...more: string[]) => {
      writeFileSync(join(cwd, "hint.csv"), `t,v,who,at\n${text}`);
      const inspected = await vitalproof({ cwd }, "inspect", "hint.csv", ...columns, ...more);
      const argv = ["check", "hint.csv", "--question", "time-in-range"];
      return { inspected, checked: await vitalproof({ cwd }, ...argv, ...columns, ...more) };
    };
    const rows = (names: readonly string[]) =>
      names.map((name, i) => `${1_772_409_600 + 300 * i},100,${name},${i % 2}\n`).join("");
    const two = await ran(rows(["anna", "ben", "anna"]), "--where", "who=carl");
    for (const { err } of Object.values(two)) {
      expect(err).to.contain('No entry has who=carl. The values of "who" are "anna", "ben".');
    }
    const many = await ran(rows(Array.from({ length: 14 }, (_, i) => `p${i}`)), "--where", "who=carl");
    expect(many.inspected.err).to.contain('"p0", "p1"').and.to.contain('"p9" and 4 more.');
    expect(many.inspected.err).to.not.contain("p10");
    const both = await ran(rows(["anna", "ben"]), "--where", "who=anna", "--where", "at=1");
    expect(both.inspected.err).to.contain("no entry has all of them");

    const header = await ran("");
    expect(header.inspected.err).to.contain("ends after its header").and.to.not.contain("vitalproof inspect");
    const same = await ran("1772409600,100,,\n1772409600,300,,\n");
    expect(same.inspected.out).to.contain("refused: 2 that contradict another reading of the same time");
    expect(same.inspected.err).to.contain("--where COLUMN=VALUE").and.to.not.contain("vitalproof inspect");
    expect(same.checked.err).to.contain("vitalproof inspect");
    const early = await ran("1970-01-01T00:00:00Z,100,,\n1970-01-01T00:05:00Z,100,,\n");
    expect(early.inspected.err).to.contain("2 with a time before 1990").and.to.contain("--time-form");

    const infinite = await ran("1772409600,Infinity,,\n");
    expect(infinite.inspected.code).to.equal(EXIT.input);
    expect(infinite.inspected.err).to.contain("Line 2, column 12").and.to.not.contain("spreadsheet");
  });
});
