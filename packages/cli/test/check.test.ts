// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { catalogue } from "@vitalproof/sdk";
import { expect } from "chai";
import { EXIT } from "../src/exit.ts";
import { codeOf, named, type Ran, ROOT, vitalproof } from "./support.ts";

const DATA = join(ROOT, "..", "shared", "data");

type Answer = {
  holds: boolean;
  valid: number;
  inBand: number;
  missing: number;
  share: number;
  mean: number;
  coverage: number;
  epochs: number;
  slots: number;
  failing: string[];
  format: string;
  semantics: string;
  bounds: { bound: string; holds: boolean; needed: number; got: number; by: number; text: string }[];
  underOther: { holds: boolean };
  runs?: { least: number; most: number };
};

describe("vitalproof check and questions", function () {
  this.timeout(60_000);
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), "vitalproof-check-"));
  });
  afterEach(async () => {
    await rm(cwd, { recursive: true, force: true });
  });

  const check = (file: string, name: string, ...argv: string[]): Promise<Ran> =>
    vitalproof({ cwd }, "--json", "check", file, ...named(name), ...argv);
  const answer = (ran: Ran): Answer => JSON.parse(ran.out) as Answer;
  async function csv(name: string, rows: readonly string[]): Promise<string> {
    await writeFile(join(cwd, name), `${rows.join("\n")}\n`);
    return name;
  }
  const table = (unit: string): string[] => ["--time", "when", "--value", "value", "--unit", unit];

  it("decides what sealing would keep and says by how much a bound fails, under both semantics", async () => {
    const at = (i: number): string => new Date(Date.UTC(2026, 2, 2) + i * 300_000).toISOString();
    const rows = (value: (i: number) => string, of = 288): string[] => [
      "when,value",
      ...Array.from({ length: of }, (_, i) => `${at(i)},${value(i)}`),
    ];
    const values = ["70", "179", "180", "181"];
    const file = await csv(
      "glucose.csv",
      rows((i) => values[i % 4]!),
    );
    const held = await check(file, "time-in-range", ...table("mg/dL"));
    expect(held.code).to.equal(EXIT.ok);
    expect(answer(held)).to.include({ holds: true, valid: 288, inBand: 216, missing: 0, share: 0.75 });
    expect(answer(held)).to.include({
      format: "generic-csv",
      semantics: "worst-case",
      epochs: 1,
      coverage: 1,
    });

    const failed = await check(file, "time-in-range", "--at-least", "80", ...table("mg/dL"));
    expect(failed.code).to.equal(EXIT.no);
    expect(answer(failed).failing).to.deep.equal(["shareMin"]);
    expect(answer(failed).bounds.find(({ bound }) => bound === "shareMin")).to.include({
      needed: 231,
      got: 216,
      by: 15,
    });

    const half = await csv(
      "half.csv",
      rows(() => "100", 145),
    );
    const gap = answer(await check(half, "time-in-range", ...table("mg/dL")));
    expect(gap).to.include({ holds: false, missing: 143, slots: 288 });
    expect(gap.underOther.holds).to.equal(true);
    const clinical = ["--semantics", "of-valid", "--coverage", "50", ...table("mg/dL")];
    expect((await check(half, "time-in-range", ...clinical)).code).to.equal(EXIT.ok);
    const days = await check(half, "time-in-range", "--window", "14 days", ...table("mg/dL"));
    expect(days.code).to.equal(EXIT.no);
    expect(answer(days)).to.include({ epochs: 14, slots: 4_032 });

    const between = await csv(
      "between.csv",
      rows((i) => (i < 100 ? "179.9999999" : "100")),
    );
    expect((await check(between, "time-in-range", ...table("mg/dL"))).code).to.equal(EXIT.no);
    expect((await check(between, "time-in-range", "--round", "nearest", ...table("mg/dL"))).code).to.equal(
      EXIT.ok,
    );

    const text = await vitalproof(
      { cwd },
      "check",
      file,
      "--question",
      "time-in-range",
      "--at-least",
      "80",
      ...table("mg/dL"),
    );
    expect(text.code).to.equal(EXIT.no);
    expect(text.out).to.contain("time-in-range: does NOT hold (worst-case).");
    expect(text.out).to.contain("! Share of all slots inside the band");
    expect(text.out).to.contain("15 readings (5.21 percentage points) too few");
  });

  it("oxygen of every minute bounds the length of runs in slots of a second; a gap or a low reading is not made good", async () => {
    const minute = (i: number): string => new Date(Date.UTC(2026, 2, 2) + i * 60_000).toISOString();
    const rows = (value: (i: number) => string, keep: (i: number) => boolean = () => true): string[] => [
      "when,value",
      ...Array.from({ length: 60 }, (_, i) => i)
        .filter(keep)
        .map((i) => `${minute(i)},${value(i)}`),
    ];
    const decided = async (name: string, lines: string[], ...argv: string[]) =>
      answer(await check(await csv(name, lines), "stable-oxygen", ...table("%"), ...argv));
    const round = ["--round", "nearest"];
    const fine = await decided(
      "fine.csv",
      rows((i) => (i % 2 ? "95.4" : "89.5")),
      ...round,
    );
    expect(fine).to.deep.include({ holds: true, valid: 60, slots: 3600, missing: 3540, rounded: 60 });
    const said = (file: string, ...argv: string[]): Promise<Ran> =>
      vitalproof({ cwd }, "check", file, "--question", "stable-oxygen", ...table("%"), ...argv);
    expect((await said("fine.csv", ...round)).out).to.contain("60 readings rounded to the profile's step.");
    // Without rounding nothing is left that could break a run.
    const exact = await decided(
      "exact.csv",
      rows((i) => (i % 10 ? "95.4" : "95")),
    );
    expect(exact).to.deep.include({ holds: false, valid: 6, rounded: 0 });
    expect((await said("exact.csv")).out).to.contain("--round nearest, here and in `log add`, rounds them.");
    expect(exact).to.have.nested.property("sealing.refused").that.deep.equals({ "not-representable": 54 });
    const low = await decided(
      "low.csv",
      rows((i) => (i >= 20 && i < 25 ? "89.4" : "95.4")),
      ...round,
    );
    expect(low).to.include({ holds: false, valid: 60 });
    const gap = await decided(
      "gap.csv",
      rows(
        () => "95.4",
        (i) => i < 20 || i >= 25,
      ),
      ...round,
    );
    expect(gap).to.include({ holds: false, valid: 55 });
    // Readings at the minutes 19 and 24 have 299 seconds between them: no run of more than five minutes fits.
    const short = await decided(
      "short.csv",
      rows(
        () => "95.4",
        (i) => i < 20 || i >= 24,
      ),
      ...round,
    );
    expect(short).to.include({ holds: true, valid: 56 });
  });

  it("decides about each label of a column, names those that it cannot decide, and says how many hold", async () => {
    const at = (i: number): string => new Date(Date.UTC(2026, 2, 2) + i * 300_000).toISOString();
    const day = (who: string, value: string): string[] =>
      Array.from({ length: 288 }, (_, i) => `${who},${at(i)},${value}`);
    const file = await csv("people.csv", [
      "subject,when,value",
      ...day("a", "100"),
      ...day("b c", "250"),
      `empty,${at(0)},`,
      ...day("d", "110"),
    ]);
    const plain = await check(file, "time-in-range", ...table("mg/dL"));
    expect(plain.code, "several people in one file are not one").to.equal(EXIT.usage);
    const ran = await check(file, "time-in-range", "--each", "subject", ...table("mg/dL"));
    expect([ran.code, ran.err]).to.deep.equal([EXIT.no, ""]);
    const told = JSON.parse(ran.out) as {
      column: string;
      holds: boolean;
      each: { label: string; evaluation?: Answer; error?: { code: string } }[];
    };
    expect([told.column, told.holds]).to.deep.equal(["subject", false]);
    expect(
      told.each.map(({ label, evaluation, error }) => [
        label,
        evaluation?.holds ?? error?.code,
        evaluation?.valid,
      ]),
    ).to.deep.equal([
      ["a", true, 288],
      ["b c", false, 288],
      ["empty", "NOTHING_TAKEN", undefined],
      ["d", true, 288],
    ]);
    const held = await check(
      file,
      "time-in-range",
      "--each",
      "subject",
      "--at-least",
      "1",
      ...table("mg/dL"),
    );
    expect(held.code, "the empty one is not decided").to.equal(EXIT.no);
    const argv = ["check", file, "--question", "time-in-range", "--each", "subject", ...table("mg/dL")];
    const text = await vitalproof({ cwd }, ...argv);
    expect(text.out).to.contain('--where "subject=b c"\ntime-in-range: does NOT hold');
    expect(text.out).to.match(/Not decided: .* \[NOTHING_TAKEN\]/);
    expect(text.out).to.contain('It holds for 2 of 4 values of "subject".');

    const good = await csv("good.csv", ["subject,when,value", ...day("a", "100"), ...day("d", "110")]);
    expect((await check(good, "time-in-range", "--each", "subject", ...table("mg/dL"))).code).to.equal(
      EXIT.ok,
    );
    // What is wrong with every label is told as the error that it is.
    const wrong = await check(good, "stable-oxygen", "--each", "subject", ...table("mg/dL"));
    expect([codeOf(wrong), wrong.code, wrong.out]).to.deep.equal(["INVALID_ARGUMENT", EXIT.usage, ""]);
    const column = await check(good, "time-in-range", "--each", "nobody", ...table("mg/dL"));
    expect(codeOf(column)).to.equal("FILE_NOT_UNDERSTOOD");

    // What --where cannot choose exactly is refused, never answered with other readings.
    const star = await csv("star.csv", ["subject,when,value", ...day("a", "100"), ...day("*", "300")]);
    const equals = await csv("equals.csv", ["a=b,when,value", ...day("a", "100"), ...day("d", "110")]);
    for (const [what, each, ...more] of [
      [star, "subject"],
      [equals, "a=b"],
      [good, "subject", "--where", "subject=a"],
    ] as const) {
      const refused = await check(what, "time-in-range", "--each", each, ...more, ...table("mg/dL"));
      expect([codeOf(refused), refused.code, refused.out], each).to.deep.equal(["USAGE", EXIT.usage, ""]);
    }
  });

  it("begins days at midnight of the zone, unless an offset says otherwise", async () => {
    // Berlin's 2 March, and an hour of the day before by the clock of UTC.
    const start = Date.UTC(2026, 2, 1, 23);
    const rows = Array.from({ length: 288 }, (_, i) => `${new Date(start + i * 300_000).toISOString()},100`);
    const file = await csv("berlin.csv", ["when,value", ...rows]);
    const days = async (...argv: string[]): Promise<unknown[]> => {
      const { from, epochs, coverage } = JSON.parse(
        (await check(file, "time-in-range", ...table("mg/dL"), ...argv)).out,
      ) as { from: number; epochs: number; coverage: number };
      return [new Date(from * 1000).toISOString(), epochs, coverage];
    };
    const berlin = ["2026-03-01T23:00:00.000Z", 1, 1];
    expect(await days("--zone", "Europe/Berlin")).to.deep.equal(berlin);
    expect(await days("--offset", "92")).to.deep.equal(berlin);
    expect(await days()).to.deep.equal(["2026-03-01T00:00:00.000Z", 2, 0.5]);
    expect(await days("--zone", "Europe/Berlin", "--offset", "0")).to.deep.equal(await days());
    expect(await days("--zone", "+05:30")).to.deep.equal(["2026-03-01T18:30:00.000Z", 2, 0.5]);
  });

  it("one label's refusal is that label's result; a column may be named by its number", async () => {
    // The order of month and day shows in the rows of "a", and not in those of "b".
    const file = await csv("orders.csv", [
      "trial,when,value",
      ...Array.from({ length: 24 }, (_, i) => `a,3/14/18 ${i}:00,100`),
      ...Array.from({ length: 24 }, (_, i) => `b,3/4/18 ${i}:00,100`),
    ]);
    const argv = ["--each", "#1", "--zone", "+00:00", ...table("mg/dL")];
    const ran = await check(file, "time-in-range", "--at-least", "1", ...argv);
    expect([ran.code, ran.err]).to.deep.equal([EXIT.no, ""]);
    const told = JSON.parse(ran.out) as {
      each: { label: string; evaluation?: Answer; error?: { code: string; hint: string } }[];
    };
    expect(
      told.each.map(({ label, evaluation, error }) => [label, evaluation?.holds ?? error?.code]),
    ).to.deep.equal([
      ["a", true],
      ["b", "DATE_ORDER_REQUIRED"],
    ]);
    expect(told.each[1]!.error!.hint).to.contain("--date-order");
    const text = await vitalproof(
      { cwd },
      "check",
      file,
      "--question",
      "time-in-range",
      "--at-least",
      "1",
      ...argv,
    );
    expect(text.out).to.contain('It holds for 1 of 2 values of "#1".');

    const looked = await vitalproof({ cwd }, "inspect", file, ...argv);
    expect([looked.code, looked.err]).to.deep.equal([EXIT.ok, ""]);
    expect(looked.out).to.match(/Not read: .* \[DATE_ORDER_REQUIRED\] Specify the order with --date-order/);
    expect(looked.out).to.contain('1 of 2 values of "#1" could not be read.');
    const json = JSON.parse((await vitalproof({ cwd }, "--json", "inspect", file, ...argv)).out) as {
      each: { label: string; inspection?: { readings: number }; error?: { code: string } }[];
    };
    expect(json.each.map(({ inspection, error }) => inspection?.readings ?? error?.code)).to.deep.equal([
      24,
      "DATE_ORDER_REQUIRED",
    ]);
    const none = await vitalproof({ cwd }, "inspect", file, "--each", "#4", ...table("mg/dL"));
    expect(none.err).to.contain("FILE_NOT_UNDERSTOOD");
  });

  it("takes bands, lengths, means and days from the command line", async () => {
    const at = (i: number): string => new Date(Date.UTC(2026, 2, 2) + i * 1000).toISOString();
    const oxygen = await csv("oxygen.csv", [
      "when,value",
      ...Array.from({ length: 600 }, (_, i) => `${at(i)},${i >= 100 && i < 400 ? 87 : 96}`),
    ]);
    expect((await check(oxygen, "desaturation", ...table("%"))).code).to.equal(EXIT.no);
    const shorter = await check(oxygen, "desaturation", "--below", "88", "--min-run", "5m", ...table("%"));
    expect(shorter.code).to.equal(EXIT.ok);
    expect(answer(shorter).runs).to.deep.equal({ least: 1, most: 10 });
    const longer = await check(oxygen, "desaturation", "--longer-than", "299s", ...table("%"));
    expect(longer.code).to.equal(EXIT.ok);
    const heart = await csv("heart.csv", [
      "when,value",
      ...Array.from({ length: 3_600 }, (_, i) => `${at(i)},${i % 3 === 0 ? 99 : 101}`),
    ]);
    expect((await check(heart, "average-above", ...table("/min"))).code).to.equal(EXIT.ok);
    expect((await check(heart, "average-above", "--above", "101", ...table("/min"))).code).to.equal(EXIT.no);
    expect((await check(heart, "remote-monitoring-days", "--days", "1", ...table("/min"))).code).to.equal(
      EXIT.ok,
    );
    expect((await check(heart, "remote-monitoring-days", ...table("/min"))).code).to.equal(EXIT.no);
  });

  it("takes the name and the bounds of a circuit as well", async () => {
    const at = (i: number): string => new Date(Date.UTC(2026, 2, 2) + i * 1000).toISOString();
    const rows = Array.from({ length: 600 }, (_, i) => `${at(i)},${i >= 100 && i < 400 ? 87 : 96}`);
    const oxygen = await csv("oxygen.csv", ["when,value", ...rows]);
    const episodes = ["spo2-hour-episodes", "--below", "88", "--at-least", "1", ...table("%")] as const;
    const held = await check(oxygen, ...episodes, "--min-run", "5m");
    expect(held.code).to.equal(EXIT.ok);
    expect(answer(held)).to.deep.include({ runs: { least: 1, most: 10 }, name: "spo2-hour-episodes" });
    expect((await check(oxygen, ...episodes, "--longer-than", "5m")).code).to.equal(EXIT.no);
    expect(codeOf(await check(oxygen, ...episodes))).to.equal("USAGE");
    expect(codeOf(await check(oxygen, "glucose-day", "--at-least", "70", ...table("%")))).to.equal(
      "INVALID_ARGUMENT",
    );
  });

  it("refuses what it cannot decide, by code", async () => {
    const file = await csv("heart.csv", ["when,value", "2026-03-02T00:00:00Z,70"]);
    const cases: [[string, ...string[]], string][] = [
      [["weather", ...table("/min")], "UNKNOWN_QUESTION"],
      [["time-in-range", ...table("/min")], "INVALID_ARGUMENT"],
      [["trial-inclusion", ...table("/min")], "INVALID_ARGUMENT"],
      [["heart-rate-below", "--level", "3", ...table("/min")], "INVALID_ARGUMENT"],
      [["heart-rate-below", "--at-least", "101", ...table("/min")], "INVALID_ARGUMENT"],
      [["heart-rate-below", "--profile", "pulse", ...table("/min")], "UNKNOWN_PROFILE"],
      [["heart-rate-below", "--from", "yesterday", ...table("/min")], "USAGE"],
      [["desaturation", "--min-run", "5m", "--longer-than", "5m", ...table("%")], "USAGE"],
      [["heart-rate-below", "--from", "2027-01-01T00:00Z", ...table("/min")], "INVALID_ARGUMENT"],
    ];
    for (const [argv, code] of cases) {
      const ran = await check(file, ...argv);
      expect(ran.code, argv.join(" ")).to.equal(EXIT.usage);
      expect(codeOf(ran), argv.join(" ")).to.equal(code);
      expect(ran.out).to.equal("");
    }
    expect((await check("nowhere.csv", "time-in-range")).code).to.equal(EXIT.input);
  });

  it("lists the catalogue, and shows every question in words and as JSON", async () => {
    const listed = await vitalproof({ cwd }, "questions");
    const json = await vitalproof({ cwd }, "--json", "questions");
    const names = (JSON.parse(json.out) as { name: string }[]).map(({ name }) => name);
    expect(names).to.deep.equal(catalogue().map(({ name }) => name));
    for (const { name, title, kind } of catalogue()) {
      expect(listed.out).to.contain(name);
      const shown = await vitalproof({ cwd }, "questions", "show", name);
      expect(shown.code).to.equal(EXIT.ok);
      expect(shown.out).to.contain(title);
      const detail = JSON.parse((await vitalproof({ cwd }, "--json", "questions", "show", name)).out) as {
        name: string;
        sources?: unknown[];
      };
      expect(detail.name).to.equal(name);
      if (kind === "question") expect(detail.sources).to.not.have.length(0);
    }
    const unknown = await vitalproof({ cwd }, "questions", "show", "time-in-rang");
    expect(unknown.code).to.equal(EXIT.usage);
    expect(unknown.err).to.contain("time-in-range");
  });

  describe("on real files", () => {
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
});
