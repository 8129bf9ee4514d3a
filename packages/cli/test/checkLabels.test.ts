// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { EXIT } from "../src/exit.ts";
import { type Answer, checking, table } from "./checkSupport.ts";
import { codeOf, vitalproof } from "./support.ts";

describe("vitalproof check: labels and days", function () {
  this.timeout(60_000);

  const { folder, check, checkAsText, csv } = checking();

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
    const text = await vitalproof({ cwd: folder() }, ...argv);
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
    const text = await checkAsText(file, "time-in-range", "--at-least", "1", ...argv);
    expect(text.out).to.contain('It holds for 1 of 2 values of "#1".');

    const looked = await vitalproof({ cwd: folder() }, "inspect", file, ...argv);
    expect([looked.code, looked.err]).to.deep.equal([EXIT.ok, ""]);
    expect(looked.out).to.match(/Not read: .* \[DATE_ORDER_REQUIRED\] Specify the order with --date-order/);
    expect(looked.out).to.contain('1 of 2 values of "#1" could not be read.');
    const json = JSON.parse(
      (await vitalproof({ cwd: folder() }, "--json", "inspect", file, ...argv)).out,
    ) as {
      each: { label: string; inspection?: { readings: number }; error?: { code: string } }[];
    };
    expect(json.each.map(({ inspection, error }) => inspection?.readings ?? error?.code)).to.deep.equal([
      24,
      "DATE_ORDER_REQUIRED",
    ]);
    const none = await vitalproof({ cwd: folder() }, "inspect", file, "--each", "#4", ...table("mg/dL"));
    expect(none.err).to.contain("FILE_NOT_UNDERSTOOD");
  });
});
