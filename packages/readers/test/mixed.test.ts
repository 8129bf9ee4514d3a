// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { inspectFile, labelsOf, type ReadOptions, readFile, textInput } from "../src/index.ts";
import { rejected } from "./support.ts";

const START = Date.parse("2026-03-02T00:00:00Z") / 1000;
const COLUMNS = { time: "time", value: "value", unit: "mg/dL" };
const table = (title: string, labels: readonly string[]): string =>
  [`${title},time,value`, ...labels.map((label, i) => `${label},${START + 300 * i},${100 + i}`), ""].join(
    "\n",
  );
const read = (text: string, options: ReadOptions = {}) =>
  readFile(textInput(text), { columns: COLUMNS, ...options });

describe("several series in one table", () => {
  for (const title of ["id", "Patient ID", "subject", "measure", "unit", "trial"]) {
    it(`a column "${title}" that varies is asked for, and its values are not told`, async () => {
      const error = await rejected(read(table(title, ["anna", "anna", "bob"])));
      expect(error.code).to.equal("SELECTION_REQUIRED");
      expect(error.details.column).to.equal(title);
      expect(error.hint).to.contain(`--where "${title}=VALUE"`).and.to.contain("--each");
      expect(error.message).to.not.contain("anna");
    });
  }

  it("one series is chosen, or all are", async () => {
    const text = table("id", ["anna", "anna", "bob"]);
    expect((await read(text, { where: { id: "anna" } })).readings).to.have.length(2);
    expect((await read(text, { where: { id: "*" } })).readings).to.have.length(3);
  });

  it("numbers of rows say nothing; numbers that come again do", async () => {
    expect((await read(table("id", ["1", "2", "5"]))).readings).to.have.length(3);
    expect((await read(table("id", ["7", "7", "7"]))).readings).to.have.length(3);
    for (const labels of [
      ["1", "2", "1"],
      ["1", "2", "2"],
      ["1", "1", "2"],
    ]) {
      expect((await rejected(read(table("id", labels)))).code, labels.join()).to.equal("SELECTION_REQUIRED");
    }
  });

  it("labels are listed, each once", async () => {
    expect(await labelsOf(textInput(table("trial", ["b", "a", "b"])), "trial")).to.deep.equal(["b", "a"]);
    expect((await rejected(labelsOf(textInput(table("trial", ["b"])), "who"))).code).to.equal(
      "FILE_NOT_UNDERSTOOD",
    );
  });
});

describe("forms and units of time", () => {
  const one = async (time: string, options: ReadOptions, title = "time"): Promise<number> => {
    const text = `${title},value\n${time},100\n`;
    const { readings } = await readFile(textInput(text), {
      columns: { ...COLUMNS, time: title },
      ...options,
    });
    return readings[0]!.time;
  };

  it("a form that is named", async () => {
    const options = { zone: "UTC" };
    expect(await one("2026:03:02:00:00", { ...options, timeForm: "YYYY:MM:DD:HH:mm" })).to.equal(START);
    expect(await one("02.03.2026_00.00.30", { ...options, timeForm: "DD.MM.YYYY_HH.mm.ss" })).to.equal(
      START + 30,
    );
    const unnamed = await rejected(one("2026:03:02:00:00", options));
    expect(unnamed.hint).to.contain("--time-form YYYY:MM:DD:HH:mm");
    for (const [time, form, code] of [
      ["2026:02:30:00:00", "YYYY:MM:DD:HH:mm", "FILE_NOT_UNDERSTOOD"],
      ["2026-03-02 00:00", "YYYY:MM:DD:HH:mm", "FILE_NOT_UNDERSTOOD"],
      ["2026:03:02:00:00", "YYYY:MM:DD", "INVALID_ARGUMENT"],
      ["2026:03:02:00:00", "YYYY:MM:DD:HH:mm:mm", "INVALID_ARGUMENT"],
    ] as const) {
      expect((await rejected(one(time, { ...options, timeForm: form }))).code, form).to.equal(code);
    }
  });

  it("relative times: the unit is said by the title or by the caller, never guessed", async () => {
    const error = await rejected(one("5", { start: START }));
    expect(error.code).to.equal("TIME_UNIT_REQUIRED");
    expect(error.hint).to.contain("--time-unit");
    expect(await one("5", { start: START, timeUnit: "min" })).to.equal(START + 300);
    expect(await one("5", { start: START }, "Minutes since start")).to.equal(START + 300);
    expect(await one("5", { start: START }, "t_ms")).to.equal(START + 0.005);
    expect(await one("5", { start: START }, "Time [s]")).to.equal(START + 5);
    const looked = await rejected(inspectFile(textInput("time,value\n5,100\n"), { columns: COLUMNS }));
    expect(looked.code).to.equal("TIME_UNIT_REQUIRED");
  });
});

describe("intervals between beats", () => {
  const options = { metric: "heart-rate" as const, start: START };

  it("become heart rates, at the times that they add up to, and the report says so", async () => {
    const { readings, report } = await readFile(textInput("rr\n1000\n800\n600\n"), {
      ...options,
      columns: { value: "rr", unit: "ms" },
    });
    expect(readings.map(({ value }) => value)).to.deep.equal(["60.0000", "75.0000", "100.0000"]);
    expect(readings.map(({ time }) => Number((time - START).toFixed(3)))).to.deep.equal([1, 1.8, 2.4]);
    expect(readings[0]).to.include({ metric: "heart-rate", unit: "/min" });
    expect(report.notes.join()).to.contain("intervals between beats");
  });

  it("a missing one makes later times unknown; a time column settles that", async () => {
    const columns = { value: "rr", unit: "ms" };
    expect((await rejected(readFile(textInput("rr,x\n1000,\n,\n"), { ...options, columns }))).code).to.equal(
      "FILE_NOT_UNDERSTOOD",
    );
    const timed = await readFile(textInput(`time,rr\n${START},1000\n${START + 1},\n${START + 2},500\n`), {
      ...options,
      columns: { ...columns, time: "time" },
    });
    expect(timed.readings.map(({ time, value }) => [time - START, value])).to.deep.equal([
      [0, "60.0000"],
      [2, "120.0000"],
    ]);
  });
});

describe("the repeated hour", () => {
  it("is read alike from the oldest reading on and from the newest", async () => {
    const local = (minutes: number): string =>
      `2026-10-25 ${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}:00`;
    // 0:00 to 2:55, the second 2:00 to 2:55, 3:00 to 4:55.
    const minutes = [...steps(0, 180), ...steps(120, 300)];
    const rows = minutes.map((minute, i) => `${local(minute)},${100 + i}`);
    const from = (lines: readonly string[]) =>
      read(["time,value", ...lines, ""].join("\n"), { zone: "Europe/Berlin", now: START + 400 * 86_400 });
    const oldest = await from(rows);
    const newest = await from(rows.toReversed());
    expect(oldest.readings.map(({ value }) => Number(value))).to.deep.equal(minutes.map((_, i) => 100 + i));
    expect(newest.readings).to.deep.equal(oldest.readings);
    const times = newest.readings.map(({ time }) => time);
    expect(times.slice(1).every((time, i) => time - times[i]! === 300)).to.equal(true);
  });
});

function steps(from: number, to: number): number[] {
  return Array.from({ length: (to - from) / 5 }, (_, i) => from + 5 * i);
}
