// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { type ReadOptions, readFile, textInput } from "../src/index.ts";
import { rejected } from "./support.ts";

const UTC = { zone: "UTC" };
const instants = async (text: string, options: ReadOptions): Promise<string[]> =>
  (await readFile(textInput(text), options)).readings.map(({ time }) =>
    new Date(1000 * time).toISOString().replace(".000", ""),
  );
const one = async (time: string, options: ReadOptions = UTC): Promise<string> =>
  (
    await instants(`time;value\n"${time}";95\n`, {
      columns: { time: "time", value: "value", unit: "%" },
      ...options,
    })
  )[0]!;

describe("times as people's files have them", () => {
  const written: [string, string][] = [
    ["23:00:00 May 20 2026", "2026-05-20T23:00:00Z"],
    ["08:48:26PM Nov 27, 2025", "2025-11-27T20:48:26Z"],
    ["20-May-2026 23:00", "2026-05-20T23:00:00Z"],
    ["20-May-26 11:00 PM", "2026-05-20T23:00:00Z"],
    ["May 20, 2026 at 11:00:00\u202fPM", "2026-05-20T23:00:00Z"],
    ["Wed, 20 May 2026 23:00:00 +0200", "2026-05-20T21:00:00Z"],
    ["Sept. 3, 2025, 12:05 a.m.", "2025-09-03T00:05:00Z"],
    ["8. März 2026 07:30", "2026-03-08T07:30:00Z"],
    ["8 mars 2026 07:30", "2026-03-08T07:30:00Z"],
    ["12 août 2025 07:30", "2025-08-12T07:30:00Z"],
    ["2024-09-21 7:00:00 am +1000", "2024-09-20T21:00:00Z"],
    ["2024-09-21 7:00:00\u202fpm +10:00", "2024-09-21T09:00:00Z"],
    ["2024-9-1 7:05", "2024-09-01T07:05:00Z"],
    ["21.09.2024 07:00:00 UTC+0100", "2024-09-21T06:00:00Z"],
    ["9/21/2024 7:00:00 PM -0500", "2024-09-22T00:00:00Z"],
    ["23:00:16 13/06/2026", "2026-06-13T23:00:16Z"],
  ];
  for (const [text, instant] of written) {
    it(text, async () => {
      expect(await one(text)).to.equal(instant);
    });
  }

  it("a word that is not a weekday may be a zone, and is not passed over", async () => {
    expect(await one("10:00:00 Mittwoch 20 May 2026")).to.equal("2026-05-20T10:00:00Z");
    for (const word of ["EST", "CEST", "PST"]) {
      const error = await rejected(one(`10:00:00 ${word} 20 May 2026`));
      expect(error.code).to.equal("FILE_NOT_UNDERSTOOD");
    }
  });

  it("years of two digits that may come first are asked about", async () => {
    const now = Date.parse("2026-06-01T00:00:00Z") / 1000;
    const table = (...times: string[]) =>
      ["time;value", ...times.map((time) => `${time} 10:00;95`)].join("\n");
    const columns = { time: "time", value: "value", unit: "%" };
    const days = table("26-03-02", "26-03-03", "26-03-12");
    const error = await rejected(instants(days, { columns, now, ...UTC }));
    expect(error.code).to.equal("DATE_ORDER_REQUIRED");
    expect(error.hint).to.contain("YMD");
    expect(await instants(days, { columns, now, ...UTC, dateOrder: "YMD" })).to.deep.equal([
      "2026-03-02T10:00:00Z",
      "2026-03-03T10:00:00Z",
      "2026-03-12T10:00:00Z",
    ]);
    expect(await instants(table("02-03-26", "13-03-26"), { columns, now, ...UTC })).to.deep.equal([
      "2026-03-02T10:00:00Z",
      "2026-03-13T10:00:00Z",
    ]);
    const long = await rejected(instants(table("02/03/2026"), { columns, now, ...UTC, dateOrder: "YMD" }));
    expect(long.message).to.contain("year first");
  });

  it("what does not exist is refused with its place, and so is half a time", async () => {
    for (const text of ["23:00:00 Feb 30 2026", "13:00 PM May 2, 2026", "20-May-2026 25:00"]) {
      const error = await rejected(one(text));
      expect(error.details, text).to.include({ line: 2, column: 1 });
      expect(error.message, text).to.contain("does not exist");
    }
    expect((await rejected(one("23:00:00 Foo 20 2026"))).hint).to.contain("--time-form");
    expect((await rejected(one("2026-05-20"))).hint).to.contain("--time-of-day");
    expect((await rejected(one("23:00:00"))).hint).to.contain("--time-of-day");
  });

  it("clocks of 12 and of 24 hours in one column are refused", async () => {
    const text = "time;value\n20-May-2026 11:00 PM;95\n20-May-2026 11:05;96\n";
    const error = await rejected(
      readFile(textInput(text), { columns: { time: "time", value: "value", unit: "%" }, ...UTC }),
    );
    expect(error.details.line).to.equal(3);
  });

  it("days as spreadsheets count them are asked about, and read when named", async () => {
    const asked = await rejected(one("45000.5"));
    expect(asked.code).to.equal("TIME_UNIT_REQUIRED");
    expect(asked.hint).to.contain("--time-form spreadsheet");
    expect(await one("45000.5", { ...UTC, timeForm: "spreadsheet" })).to.equal("2023-03-15T12:00:00Z");
    expect(await one("45000.5034722222", { ...UTC, timeForm: "spreadsheet" })).to.equal(
      "2023-03-15T12:05:00Z",
    );
    expect(await one("43538.5", { ...UTC, timeForm: "spreadsheet-1904" })).to.equal("2023-03-15T12:00:00Z");
    expect((await rejected(one("noon", { ...UTC, timeForm: "spreadsheet" }))).details.line).to.equal(2);
  });
});

describe("date and time of day in two columns", () => {
  const named = (time: string, clock?: string): ReadOptions => ({
    columns: { time, value: "v", unit: "mg/dL", ...(clock === undefined ? {} : { clock }) },
    zone: "Europe/Berlin",
  });

  it("are joined where the second is named like a time of day, whichever is named", async () => {
    const text = "DAY;TIME;v\n14.05.2026;19:20;120\n14.05.2026;19:25;127\n";
    const expected = ["2026-05-14T17:20:00Z", "2026-05-14T17:25:00Z"];
    expect(await instants(text, named("DAY"))).to.deep.equal(expected);
    expect(await instants(text, named("TIME"))).to.deep.equal(expected);
    expect(await instants(text.replace("TIME", "start"), named("DAY", "start"))).to.deep.equal(expected);
    expect((await rejected(instants(text.replace("TIME", "start"), named("DAY")))).hint).to.contain(
      "--time-of-day",
    );
  });

  it("their order of day and month is decided as in one column", async () => {
    const text = "Date,Time,v\n5/1/2026,7:20 PM,120\n5/14/2026,7:25 PM,127\n";
    expect((await instants(text, named("Date")))[0]).to.equal("2026-05-01T17:20:00Z");
    const open = "Date,Time,v\n5/1/2026,7:20 PM,120\n";
    expect((await rejected(instants(open, named("Date")))).code).to.equal("DATE_ORDER_REQUIRED");
  });

  it("a column Time of whole times is not joined", async () => {
    const text = "Time,Date,v\n2026-05-14 19:20,2026-05-13,120\n";
    expect(await instants(text, named("Time"))).to.deep.equal(["2026-05-14T17:20:00Z"]);
  });
});

describe("values that are no numbers", () => {
  const doses = (text: string, options: ReadOptions = UTC) =>
    readFile(textInput(text), {
      columns: { time: "Date", value: "Status", unit: "1" },
      metric: "doses",
      ...options,
    });

  it("words for a dose, in several languages; unanswered ones are counted and left", async () => {
    const words = ["Taken", "SKIPPED", "Confirmed", "Not Interacted", "genommen", "oublié", "Auto-Confirmed"];
    const text = ["Date,Status", ...words.map((word, i) => `2026-03-0${i + 1}T08:00,${word}`), ""].join("\n");
    const { readings, report } = await doses(text);
    expect(readings.map(({ value }) => value)).to.deep.equal(["1", "0", "1", "1", "0"]);
    expect(report.skipped).to.deep.equal({ "dose without an answer": 2 });
    const unknown = await rejected(doses("Date,Status\n2026-03-01T08:00,perhaps\n"));
    expect(unknown.message).to.not.contain("perhaps");
    expect(unknown.details).to.include({ line: 2, column: 18 });
    expect(
      (await rejected(doses("Date,Status\n2026-03-01T08:00,taken\n2026-03-02T08:00,1\n"))).code,
    ).to.equal("FILE_NOT_UNDERSTOOD");
  });

  it("a date alone is enough for a value of a whole day, and for no other", async () => {
    const { readings, report } = await doses("Date,Status\n2026-03-01,taken\n2026-03-02,missed\n");
    expect(readings.map(({ time }) => new Date(1000 * time).toISOString())).to.deep.equal([
      "2026-03-01T23:59:59.000Z",
      "2026-03-02T23:59:59.000Z",
    ]);
    expect(report.notes.join(" ")).to.contain("end of their day");
  });

  it("name the metric that would read them", async () => {
    const other = (value: string) =>
      rejected(
        readFile(textInput(`t,v\n2026-03-01T22:40Z,${value}\n`), {
          columns: { time: "t", value: "v", unit: "1" },
        }),
      );
    expect((await other("Skipped")).hint).to.contain("--metric doses");
    expect((await other("03:20:00")).hint).to.contain("--metric device-usage");
    expect((await other("abc")).hint).to.contain("--value");
  });

  it("durations are whole minutes, whatever unit is named", async () => {
    const text =
      "Start,Total Time\n2026-03-01T22:40,03:20:59\n2026-03-02T22:40,7:32\n2026-03-03T22:40,4 h 5 min\n";
    const { readings } = await readFile(textInput(text), {
      columns: { time: "Start", value: "Total Time", unit: "h" },
      metric: "device-usage",
      ...UTC,
    });
    expect(readings.map(({ value, unit }) => `${value} ${unit}`)).to.deep.equal([
      "200 min",
      "452 min",
      "245 min",
    ]);
    const mixed = text.replace("7:32", "7.5");
    expect(
      (
        await rejected(
          readFile(textInput(mixed), {
            columns: { time: "Start", value: "Total Time", unit: "h" },
            metric: "device-usage",
            ...UTC,
          }),
        )
      ).details.line,
    ).to.equal(3);
  });

  it("saturation as a fraction is read when its unit is named, digit by digit", async () => {
    const { readings } = await readFile(textInput("time,v\n2026-03-01T22:40Z,0.975\n2026-03-01T22:41Z,1\n"), {
      columns: { time: "time", value: "v", unit: "1" },
      metric: "spo2",
    });
    expect(readings.map(({ value, unit }) => `${value} ${unit}`)).to.deep.equal(["97.5 %", "100 %"]);
  });
});
