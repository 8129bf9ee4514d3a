// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import fc from "fast-check";
import { type ReadOptions, readFile, textInput } from "../src/index.ts";
import { findHeader, type Row, readRows } from "../src/internal/csv.ts";
import { beyondScale, localDecimal, plainDecimal } from "../src/internal/values.ts";
import { COLUMNS, generic } from "./csvSupport.ts";
import { rejected } from "./support.ts";

describe("CSV rows", () => {
  const cell = fc.string({
    unit: fc.constantFrom("a", "1", ",", ";", '"', "\n", " ", "é", "\t"),
    maxLength: 6,
  });
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

  it("come back cell by cell, and an error about any cell names where it begins", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(",", ";", "\t"),
        fc.constantFrom("\n", "\r\n"),
        fc.array(fc.array(fc.tuple(cell, fc.boolean()), { minLength: 3, maxLength: 3 }), {
          minLength: 1,
          maxLength: 8,
        }),
        async (delimiter, ending, table) => {
          const rows = [["h1", "h2", "h3"].map((text) => [text, false] as [string, boolean]), ...table];
          const lines = rows.map((row) =>
            row
              .map(([text, always]) =>
                always || /["\n,;\t]/.test(text) || text === "" ? quoted(text) : text,
              )
              .join(delimiter),
          );
          const text = lines.join(ending) + ending;
          const header = findHeader(text, (titles) => (titles[2] === "h3" ? true : undefined))!;
          expect(header).to.include({ delimiter, titleRows: 0, width: 3 });
          const read: Row[] = [];
          await readRows(textInput(text), header, (row) => read.push(row));
          expect(read.map(({ cells }) => cells)).to.deep.equal(
            table.map((row) => row.map(([value]) => value)),
          );
          let offset = lines[0]!.length + ending.length;
          for (const [i, row] of table.entries()) {
            for (const [j, [value, always]] of row.entries()) {
              const before = text.slice(0, offset);
              const error = read[i]!.bad(j, "test") as Error & { details: Record<string, unknown> };
              expect(error.details).to.include({
                line: before.split("\n").length,
                column: before.length - before.lastIndexOf("\n"),
              });
              const shown = always || /["\n,;\t]/.test(value) || value === "" ? quoted(value) : value;
              offset += shown.length + (j < 2 ? 1 : ending.length);
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it("quotes that do not fit are refused where they stand", async () => {
    const bad: [string, { line: number; column: number }][] = [
      ['time,value\n1700000000,5"0\n', { line: 2, column: 13 }],
      ['time,value\n"1700000000"x,50\n', { line: 2, column: 13 }],
      ['time,value\n1700000000,50\n\n1700000300,"50\n1,2\n', { line: 4, column: 12 }],
    ];
    for (const [text, place] of bad) {
      const error = await rejected(generic(text));
      expect(error.code).to.equal("FILE_NOT_UNDERSTOOD");
      expect(error.details, text).to.include(place);
    }
    const endless = `time,value\n1700000000,"${"5\n".repeat(900_000)}`;
    expect((await rejected(generic(endless))).details).to.include({ line: 2, column: 1 });
  });

  it("rows that are too long or too short are refused; empty cells at the end may be there or not", async () => {
    const bad: [string, { line: number; column: number }][] = [
      ["time,value\n1700000000,5,6\n", { line: 2, column: 14 }],
      ["time,value\n1700000000,50\n1700000300\n", { line: 3, column: 11 }],
    ];
    for (const [text, place] of bad) expect((await rejected(generic(text))).details, text).to.include(place);
    expect((await generic("time,value,note\n1700000000,50\n1700000300,51,,,\n")).readings).to.have.length(2);
  });

  it("line ends of three kinds, blank lines, and rows in any order of columns", async () => {
    for (const ending of ["\n", "\r\n", "\r"]) {
      const text = ["value,note,time", "50,,1700000000", "", "51,x,1700000300"].join(ending);
      const { readings } = await generic(text);
      expect(readings.map(({ value }) => value)).to.deep.equal(["50", "51"]);
    }
  });
});

describe("numbers", () => {
  it("keep exactly their digits; exponents move the point", () => {
    const cases: [string, string | undefined][] = [
      ["107.6", "107.6"],
      ["107.60", "107.60"],
      ["+5", "5"],
      ["-0.5", "-0.5"],
      [".5", "0.5"],
      ["007", "7"],
      ["1e-05", "0.00001"],
      ["1.25E2", "125"],
      ["-1.5e1", "-15"],
      ["180.0000000001", "180.0000000001"],
      ["", undefined],
      ["-", undefined],
      [".", undefined],
      ["1 000", undefined],
      ["0x10", undefined],
      ["1e999", undefined],
    ];
    for (const [text, plain] of cases) expect(plainDecimal(text), text).to.equal(plain);
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }), (value) => {
        const plain = plainDecimal(String(value));
        if (plain !== undefined) expect(Number(plain)).to.equal(value + 0);
      }),
    );
  });

  it("a decimal comma is read, one that may group thousands is refused", () => {
    expect(localDecimal("5,6")).to.equal("5.6");
    expect(localDecimal("0,125")).to.equal("0.125");
    expect(localDecimal("5,1234")).to.equal("5.1234");
    for (const text of ["1,234", "12,345", "1,234.5", "1,2,3"])
      expect(localDecimal(text), text).to.equal(undefined);
  });

  it("words for readings beyond the scale, in any case", () => {
    for (const word of ["LOW", "Low", "lo", "LO"]) expect(beyondScale(word)).to.equal("LOW");
    for (const word of ["HIGH", "high", "Hi", "HI"]) expect(beyondScale(word)).to.equal("HIGH");
    for (const word of ["", "lower", "hello"]) expect(beyondScale(word)).to.equal(undefined);
  });
});

describe("generic CSV", () => {
  it("every form of time says the same instant", async () => {
    const time = Date.UTC(2026, 0, 15, 12, 30) / 1000;
    const forms: [string, ReadOptions][] = [
      ["2026-01-15T12:30:00Z", {}],
      ["2026-01-15T13:30:00.000+01:00", {}],
      ["2026-01-15 13:30:00+0100", {}],
      ["2026-01-15T13:30", { zone: "Europe/Berlin" }],
      ["2026-01-15 13:30:00", { zone: "+01:00" }],
      ["2026/01/15 13:30", { zone: "+01:00" }],
      ["1/15/26 12:30", { zone: "UTC" }],
      ["15.1.2026 12:30:00", { zone: "UTC" }],
      ["15-01-2026 12:30 PM", { zone: "UTC" }],
      ["01/15/2026 12:30pm", { zone: "UTC" }],
      [String(time), {}],
      [`${time}.0`, {}],
      [`${time}000`, {}],
      ["30", { start: time - 30, timeUnit: "s" }],
    ];
    for (const [text, options] of forms) {
      expect((await generic(`time,value\n${text},100\n`, options)).readings[0]!.time, text).to.equal(time);
    }
  });

  it("clocks of twelve hours: midnight and noon", async () => {
    const at = async (text: string): Promise<string> => {
      const { readings } = await generic(`time,value\n${text},100\n`, { zone: "UTC" });
      return new Date(readings[0]!.time * 1000).toISOString().slice(11, 16);
    };
    expect(await at("1/15/26 12:05 AM")).to.equal("00:05");
    expect(await at("1/15/26 1:05 AM")).to.equal("01:05");
    expect(await at("1/15/26 12:05 PM")).to.equal("12:05");
    expect(await at("1/15/26 11:05 p.m.")).to.equal("23:05");
    for (const text of ["1/15/26 13:05 PM", "1/15/26 0:05 AM", "1/15/26 24:00"]) {
      expect((await rejected(generic(`time,value\n${text},100\n`, { zone: "UTC" }))).code).to.equal(
        "FILE_NOT_UNDERSTOOD",
      );
    }
  });

  it("what the file does not say is asked for, each by its own code, and never guessed", async () => {
    const code = async (text: string, options: ReadOptions = {}): Promise<string> =>
      (await rejected(generic(text, options))).code;
    expect(await code("time,value\n2026-01-15T12:30:00,100\n")).to.equal("ZONE_REQUIRED");
    expect(await code("time,value\n2026-01-15T12:30:00,100\n", { zone: "Moon/Base" })).to.equal(
      "ZONE_UNKNOWN",
    );
    expect(await code("time,value\n0,100\n")).to.equal("START_REQUIRED");
    expect(await code("time,value\n1/2/26 12:30,100\n3/4/26 12:30,100\n", { zone: "UTC" })).to.equal(
      "DATE_ORDER_REQUIRED",
    );
    expect((await rejected(readFile(textInput("time,value\n1,2\n")))).code).to.equal("SELECTION_REQUIRED");
    expect(await code("time,value\n1,2\n", { columns: { value: "value", unit: "mg/dL" } })).to.equal(
      "SELECTION_REQUIRED",
    );
    const wrongUnit = { metric: "glucose", columns: { ...COLUMNS, unit: "kg" } } as const;
    expect(await code("time,value\n1,2\n", wrongUnit)).to.equal("INVALID_ARGUMENT");
  });

  it("the order of day and month: given where nothing decides, decided by a later row, refused when rows differ", async () => {
    const open = "time,value\n1/2/26 12:30,100\n";
    const first = async (options: ReadOptions, text = open): Promise<string> =>
      new Date((await generic(text, { zone: "UTC", ...options })).readings[0]!.time * 1000)
        .toISOString()
        .slice(0, 10);
    expect(await first({ dateOrder: "MDY" })).to.equal("2026-01-02");
    expect(await first({ dateOrder: "DMY" })).to.equal("2026-02-01");
    expect(await first({}, `${open}13/2/26 12:30,100\n`)).to.equal("2026-02-01");
    expect(await first({}, `${open}1/13/26 12:30,100\n`)).to.equal("2026-01-02");
    const error = await rejected(generic(`${open}13/2/26 12:30,100\n1/13/26 12:30,100\n`, { zone: "UTC" }));
    expect(error.code).to.equal("FILE_NOT_UNDERSTOOD");
    expect(error.details).to.include({ line: 4, column: 1 });
  });

  it("a time of another form than those before it is refused with its place", async () => {
    const second: [string, string, ReadOptions][] = [
      ["2026-01-15T12:30:00Z", "2026-01-15T12:35:00", { zone: "UTC" }],
      ["1/15/26 1:30 PM", "1/15/26 13:35", { zone: "UTC" }],
      ["1700000000", "1700000300000", {}],
      ["1700000000", "300", {}],
      ["0", "1700000300", { start: 0, timeUnit: "s" }],
      ["2026-01-15T12:30:00Z", "yesterday", {}],
      ["2026-01-15T12:30:00Z", "2026-02-30T12:30:00Z", {}],
      ["2026-01-15T12:30:00Z", "", {}],
    ];
    for (const [one, two, options] of second) {
      const error = await rejected(generic(`value,time\n100,${one}\n101,${two}\n`, options));
      expect(error.code, two).to.equal("FILE_NOT_UNDERSTOOD");
      expect(error.details, two).to.include({ line: 3, column: 5 });
    }
  });

  it("delimiters by content, decimal commas, LOW and HIGH, missing words, sentinel zeros, and rows to keep", async () => {
    const text = [
      "time;value;who",
      "1700000000;5,6;a",
      "1700000300;Low;a",
      "1700000600;HIGH;a",
      "1700000900;NaN;a",
      "1700001200;0,0;a",
      "1700001500;9,9;b",
      "1700001800;-1;a",
      "",
    ].join("\n");
    for (const delimiter of [";", "\t"]) {
      const { readings, report } = await generic(text.replaceAll(";", delimiter), {
        columns: { ...COLUMNS, unit: "mmol/l", where: { who: "a" } },
      });
      expect(readings.map(({ value, unit }) => `${value} ${unit}`)).to.deep.equal([
        "5.6 mmol/L",
        "LOW mmol/L",
        "HIGH mmol/L",
      ]);
      expect(report).to.deep.include({
        entries: 7,
        taken: 3,
        low: 1,
        high: 1,
        skipped: { missing: 1, "sentinel zero": 1, "other rows": 1 },
        refused: { "impossible value": 1 },
      });
    }
    const error = await rejected(
      generic(`${text}1700002000;1,234;a\n`, { columns: { ...COLUMNS, unit: "mmol/L" } }),
    );
    expect(error.details).to.include({ line: 9, column: 12 });
    expect((await rejected(generic(text, { where: { nobody: "a" } }))).code).to.equal("FILE_NOT_UNDERSTOOD");
  });

  it("columns by number; a first row of titles is taken as a header, one of values is not", async () => {
    const columns = { time: "#1", value: "#2", unit: "mg/dL" };
    for (const text of ["t,v\n1700000000,100\n", "1700000000,100\n", "1700000000;100\n"]) {
      const { readings } = await generic(text, { columns });
      expect(readings, text).to.have.length(1);
    }
    const { report } = await generic("2026-01-01T00:00:00Z,\n2026-01-01T00:05:00Z,100\n", { columns });
    expect(report).to.deep.include({ entries: 2, taken: 1, skipped: { missing: 1 } });
    const noInterval = { columns: { value: "#1", unit: "mg/dL" }, interval: 0, start: 0 };
    expect((await rejected(generic("1\n2\n", noInterval))).code).to.equal("INVALID_ARGUMENT");
    expect((await rejected(generic("a,b\n1,2\n", { columns: { ...columns, value: "#3" } }))).code).to.equal(
      "FILE_NOT_UNDERSTOOD",
    );
  });

  it("random tables: whatever the order and quoting of columns, the same readings", async () => {
    const value = fc.tuple(fc.integer({ min: 40, max: 400 }), fc.integer({ min: 0, max: 999 }));
    // A minute apart at least: equal values within 30 s are copies of one (ADR 0033).
    const minute = fc.integer({ min: 0, max: 100_000 }).map((n) => 60 * n);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(minute, { minLength: 1, maxLength: 20 }),
        fc.array(value, { minLength: 20, maxLength: 20 }),
        fc.shuffledSubarray(["time", "value", "note"], { minLength: 3 }),
        fc.constantFrom(",", ";", "\t"),
        fc.array(fc.boolean(), { minLength: 100, maxLength: 100 }),
        async (times, values, titles, delimiter, quotes) => {
          let at = 0;
          const written = (text: string): string => (quotes[at++ % quotes.length] ? `"${text}"` : text);
          const rows = times.map((time, i) => {
            const cells: Record<string, string> = {
              time: String(1_700_000_000 + time),
              value: `${values[i]![0]}.${values[i]![1]}`,
              note: "",
            };
            return titles.map((title) => written(cells[title]!)).join(delimiter);
          });
          const text = [titles.map(written).join(delimiter), ...rows].join("\r\n");
          const { readings, report } = await generic(text);
          const expected = times
            .map((time, i) => ({ time: 1_700_000_000 + time, value: `${values[i]![0]}.${values[i]![1]}` }))
            .sort((a, b) => a.time - b.time);
          expect(readings.map(({ time, value }) => ({ time, value }))).to.deep.equal(expected);
          expect(report.entries).to.equal(times.length);
        },
      ),
      { numRuns: 200 },
    );
  });
});
