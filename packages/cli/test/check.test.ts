// SPDX-License-Identifier: GPL-3.0-or-later
import { catalogue } from "@vitalproof/sdk";
import { expect } from "chai";
import { EXIT } from "../src/exit.ts";
import { answer, checking, table } from "./checkSupport.ts";
import { codeOf, type Ran, vitalproof } from "./support.ts";

describe("vitalproof check and questions", function () {
  this.timeout(60_000);
  const { folder, check, checkAsText, csv } = checking();

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

    const text = await checkAsText(file, "time-in-range", "--at-least", "80", ...table("mg/dL"));
    expect(text.code).to.equal(EXIT.no);
    expect(text.out).to.contain("time-in-range: does NOT hold (worst-case).");
    expect(text.out).to.contain("! Share of all slots inside the band");
    expect(text.out).to.contain("15 readings (5.21 percentage points) too few");
  });

  it("never says that a statement holds over less than its window, however good what is there", async () => {
    const at = (i: number): string => new Date(Date.UTC(2026, 2, 2) + i * 300_000).toISOString();
    const good = (count: number): string[] => [
      "when,value",
      ...Array.from({ length: count }, (_, i) => `${at(i)},100`),
    ];
    const two = await csv("two.csv", good(2));
    const day = await csv("day.csv", good(288));
    const cases: [file: string, name: string, epochs: number, argv: string[]][] = [
      [two, "time-in-range", 1, []],
      [two, "time-below-range", 1, []],
      [two, "below-all-day", 1, []],
      [two, "average-glucose-below", 1, []],
      [two, "remote-monitoring-days", 30, []],
      [two, "time-in-range", 1, ["--semantics", "of-valid", "--coverage", "1"]],
      // One whole day is not the fourteen that the other form is about.
      [day, "time-in-range", 14, ["--window", "14 days"]],
      [day, "time-below-range", 14, ["--window", "14 days"]],
      [day, "remote-monitoring-days", 30, []],
    ];
    for (const [file, name, epochs, argv] of cases) {
      const what = [file, name, ...argv].join(" ");
      const ran = await check(file, name, ...argv, ...table("mg/dL"));
      expect([ran.code, ran.err], what).to.deep.equal([EXIT.no, ""]);
      expect(answer(ran), what).to.include({ holds: false, epochs });
      const text = await checkAsText(file, name, ...argv, ...table("mg/dL"));
      expect(text.out, what).to.contain(`${name}: does NOT hold`).and.to.not.contain(`${name}: holds`);
      if (epochs > 1) expect(text.out, what).to.contain(`The readings cover 1 of ${epochs} epochs.`);
    }
    // The same day fills the window of the form over a day.
    expect((await check(day, "time-in-range", ...table("mg/dL"))).code).to.equal(EXIT.ok);
  });

  it("oxygen of every minute bounds the length of runs in slots of a second; a gap or a low reading is not made good", async () => {
    const minute = (i: number): string => new Date(Date.UTC(2026, 2, 2) + i * 60_000).toISOString();
    const rows = (value: (i: number) => string, keep: (i: number) => boolean = () => true): string[] => [
      "when,value",
      ...Array.from({ length: 60 }, (_, i) => i)
        .filter(keep)
        .map((i) => `${minute(i)},${value(i)}`),
    ];
    const grid = ["--profile", "spo2-1s"];
    const decided = async (name: string, lines: string[], ...argv: string[]) =>
      answer(await check(await csv(name, lines), "stable-oxygen", ...table("%"), ...grid, ...argv));
    const round = ["--round", "nearest"];
    const fine = await decided(
      "fine.csv",
      rows((i) => (i % 2 ? "95.4" : "89.5")),
      ...round,
    );
    expect(fine).to.deep.include({ holds: true, valid: 60, slots: 3600, missing: 3540, rounded: 60 });
    const said = (file: string, ...argv: string[]): Promise<Ran> =>
      vitalproof(
        { cwd: folder() },
        "check",
        file,
        "--question",
        "stable-oxygen",
        ...table("%"),
        ...grid,
        ...argv,
      );
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
    const listed = await vitalproof({ cwd: folder() }, "questions");
    const json = await vitalproof({ cwd: folder() }, "--json", "questions");
    const names = (JSON.parse(json.out) as { name: string }[]).map(({ name }) => name);
    expect(names).to.deep.equal(catalogue().map(({ name }) => name));
    for (const { name, title, kind } of catalogue()) {
      expect(listed.out).to.contain(name);
      const shown = await vitalproof({ cwd: folder() }, "questions", "show", name);
      expect(shown.code).to.equal(EXIT.ok);
      expect(shown.out).to.contain(title);
      const detail = JSON.parse(
        (await vitalproof({ cwd: folder() }, "--json", "questions", "show", name)).out,
      ) as {
        name: string;
        sources?: unknown[];
      };
      expect(detail.name).to.equal(name);
      if (kind === "question") expect(detail.sources).to.not.have.length(0);
    }
    const unknown = await vitalproof({ cwd: folder() }, "questions", "show", "time-in-rang");
    expect(unknown.code).to.equal(EXIT.usage);
    expect(unknown.err).to.contain("time-in-range");
  });
});
