// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { PROFILES, profileOf } from "@vitalproof/sdk";
import { expect } from "chai";
import fc from "fast-check";
import {
  bytesInput,
  CONTRADICTING,
  detectFormat,
  fileInput,
  inspectFile,
  likelyProfile,
  METRICS,
  metricOfLoinc,
  profilesFor,
  type ReadOptions,
  readFile,
  streamReadings,
  textInput,
  ucumOf,
} from "../src/index.ts";
import { findHeader, type Row, readRows } from "../src/internal/csv.ts";
import { Seen } from "../src/internal/seen.ts";
import { firstInvalid } from "../src/internal/utf8.ts";
import { beyondScale, localDecimal, plainDecimal } from "../src/internal/values.ts";
import { rejected } from "./support.ts";

const COLUMNS = { time: "time", value: "value", unit: "mg/dL" };
const generic = (text: string, options: ReadOptions = {}) =>
  readFile(textInput(text), { columns: COLUMNS, ...options });

describe("input", () => {
  const utf16 = (text: string, big: boolean): Uint8Array => {
    const bytes = Buffer.from(`\uFEFF${text}`, "utf16le");
    return big ? bytes.swap16() : bytes;
  };

  it("UTF-8 with and without byte order mark and UTF-16 in both orders give the same text", async () => {
    const text = "Zeit,Wert\n2026-01-01T00:00:00Z,100 ≥ 😀\n";
    const inputs = [
      new TextEncoder().encode(text),
      new TextEncoder().encode(`\uFEFF${text}`),
      utf16(text, false),
      utf16(text, true),
    ];
    for (const bytes of inputs) expect(await bytesInput(bytes).text()).to.equal(text);
  });

  it("characters that lie across the borders of pieces stay whole", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: "grapheme", maxLength: 60 }),
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom("utf8", "le", "be"),
        async (text, size, encoding) => {
          const clean = text.replaceAll("\0", "").replace(/^\uFEFF/, "");
          const bytes =
            encoding === "utf8" ? new TextEncoder().encode(clean) : utf16(clean, encoding === "be");
          const input = bytesInput(bytes);
          const pieces = {
            ...input,
            async *stream() {
              for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
            },
          };
          const parts: string[] = [];
          const { decoded } = await import("../src/input.ts");
          for await (const part of decoded(pieces)) parts.push(part);
          expect(parts.join("")).to.equal(clean);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("bytes that are no text are refused with byte, line and column", async () => {
    const bad: [Uint8Array, { byte: number; line: number; column: number }][] = [
      [Buffer.from("time,value\nGrö", "latin1"), { byte: 13, line: 2, column: 3 }],
      [Buffer.concat([Buffer.from("\uFEFFab\n"), Buffer.from([0xc3])]), { byte: 6, line: 2, column: 1 }],
      [Buffer.from([0x61, 0xed, 0xa0, 0x80]), { byte: 1, line: 1, column: 2 }],
      [Buffer.from("a\nb\0c"), { byte: 3, line: 2, column: 2 }],
      [Buffer.from("time,value\n1,2", "utf16le"), { byte: 1, line: 1, column: 2 }],
      [Buffer.from([0xff, 0xfe, 0x61, 0x00, 0x00, 0xdc, 0x62, 0x00]), { byte: 4, line: 1, column: 2 }],
      [
        Buffer.concat([Buffer.from("x\n".repeat(50_000)), Buffer.from([0x78, 0xff])]),
        { byte: 100_001, line: 50_001, column: 2 },
      ],
    ];
    for (const [bytes, place] of bad) {
      const error = await rejected(bytesInput(bytes).text());
      expect(error.code).to.equal("FILE_NOT_UNDERSTOOD");
      expect(error.details).to.include(place);
    }
  });

  it("the first invalid byte is where TextDecoder stops", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        const at = firstInvalid(bytes);
        const decoder = new TextDecoder("utf-8", { fatal: true });
        expect(() => decoder.decode(bytes.subarray(0, at))).to.not.throw();
        if (at < bytes.length) expect(() => decoder.decode(bytes)).to.throw();
      }),
      { numRuns: 5_000 },
    );
  });

  it("a file is streamed from disk, with progress, can be stopped, and says when it cannot be read", async () => {
    const folder = mkdtempSync(join(tmpdir(), "vitalproof-"));
    try {
      const path = join(folder, "a.csv");
      const rows = Array.from({ length: 20_000 }, (_, i) => `${1_700_000_000 + i},${100 + (i % 50)}`);
      writeFileSync(path, ["time,value", ...rows].join("\n"));
      const shares: number[] = [];
      const { readings } = await readFile(fileInput(path), {
        columns: COLUMNS,
        onProgress: (share) => shares.push(share),
      });
      expect(readings).to.have.length(20_000);
      expect(shares.length).to.be.greaterThan(3);
      expect(shares.at(-1)).to.equal(1);
      expect(
        (await rejected(readFile(fileInput(path), { columns: COLUMNS, signal: AbortSignal.abort() }))).code,
      ).to.equal("ABORTED");
      for (const wrong of [join(folder, "none.csv"), folder]) {
        const error = await rejected((async () => readFile(fileInput(wrong)))());
        expect(error.code).to.equal("FILE_UNREADABLE");
        expect(JSON.stringify(error)).to.not.contain(folder);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("detection", () => {
  it("goes by content, whatever the delimiter, titles above the header and the byte order mark", async () => {
    const files: [string, string][] = [
      ["dexcom-clarity", "Index,Timestamp (YYYY-MM-DDThh:mm:ss),Event Type,Glucose Value (mg/dL)\n"],
      [
        "dexcom-clarity",
        "\uFEFFIndex;Timestamp (YYYY-MM-DDThh:mm:ss);Event Type;Glucose Value (mmol/L)\n1;;Device;\n",
      ],
      [
        "freestyle-libre",
        "Glucose Data,Generated on,01-08-2018 10:00 UTC\nDevice,Serial Number,Device Timestamp,Record Type,Historic Glucose mmol/L\n",
      ],
      [
        "freestyle-libre",
        "Some Body\nID\tTime\tRecord Type\tHistoric Glucose (mg/dL)\n1\t2018/08/01 12:00\t0\t100\n",
      ],
      ["monitor-csv", "Time [s], HR, PULSE, RESP, SpO2\n0,94,93,25,97\n"],
      ["accelerometer-csv", "trial,t_ms,x_g,y_g,z_g\na,0,0,0,1\n"],
      ["generic-csv", "when,what\n2026-01-01T00:00:00Z,5\n2026-01-01T00:05:00Z,6\n"],
      ["generic-csv", "1\n2\n3\n"],
      ["generic-csv", "when;what\n2026-01-01T00:00:00Z;5"],
    ];
    for (const [name, text] of files) expect((await detectFormat(textInput(text))).name, text).to.equal(name);
  });

  it("what nothing matches is refused with all that was tried, an empty file as such", async () => {
    for (const text of ["", "\n\n", "\uFEFF"]) {
      expect((await rejected(detectFormat(textInput(text)))).details.reason).to.equal("it is empty");
    }
    for (const text of ["hello", '{"a": 1}', "<html><p>a,b</p>\n<p>c,d</p></html>", "%PDF-1.7\nx\n"]) {
      const error = await rejected(readFile(textInput(text)));
      expect(error.code).to.equal("FILE_NOT_UNDERSTOOD");
      expect(error.details.tried).to.include.members(["dexcom-clarity", "freestyle-libre", "generic-csv"]);
    }
  });

  it("a file that claims to be another is refused, by every CSV format", async () => {
    const text = "when,what\n2026-01-01T00:00:00Z,5\n2026-01-01T00:05:00Z,6\n";
    for (const format of ["dexcom-clarity", "freestyle-libre", "monitor-csv", "accelerometer-csv"] as const) {
      const error = await rejected(readFile(textInput(text), { format, zone: "UTC", start: 0 }));
      expect(error.code, format).to.equal("FILE_NOT_UNDERSTOOD");
    }
    expect((await rejected(readFile(textInput(text), { format: "x" as "fhir" }))).code).to.equal(
      "INVALID_ARGUMENT",
    );
  });
});

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

  it("columns by number; a header of titles is found, a first row of values is none", async () => {
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
    const value = fc.tuple(fc.integer({ min: 10, max: 400 }), fc.integer({ min: 0, max: 999 }));
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 20 }),
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

describe("FreeStyle Libre", () => {
  const V2 =
    "Glucose Data,Generated on,01-02-2026 10:00 UTC,Generated by,Some Body\n" +
    "Device,Serial Number,Device Timestamp,Record Type,Historic Glucose mg/dL,Scan Glucose mg/dL,Notes\n";
  const row = (time: string, type: number, historic = "", scan = "", note = ""): string =>
    `FreeStyle LibreLink,XYZ,${time},${type},${historic},${scan},${note}\n`;

  it("LibreView: historic values are read, scans and the rest counted by record type", async () => {
    const text =
      V2 +
      row("13-01-2026 23:50", 0, "100") +
      row("13-01-2026 23:55", 1, "", "104") +
      row("14-01-2026 00:05", 0, "LO") +
      row("14-01-2026 00:06", 5) +
      row("14-01-2026 00:07", 6, "", "", '"said, ""fine"""') +
      row("14-01-2026 00:20", 0, "HI") +
      row("14-01-2026 00:20", 0, "HI");
    const { format, readings, report } = await readFile(textInput(text), { zone: "Europe/Berlin" });
    expect(format).to.equal("freestyle-libre");
    expect(readings.map(({ value }) => value)).to.deep.equal(["100", "LOW", "HIGH"]);
    expect(readings[0]!.time).to.equal(Date.UTC(2026, 0, 13, 22, 50) / 1000);
    expect(report).to.deep.include({
      entries: 8,
      taken: 3,
      low: 1,
      high: 1,
      duplicates: 1,
      skipped: { header: 1, scan: 1, food: 1, note: 1 },
    });
  });

  it("the order of its dates is decided by the file or given, and twelve hours by AM and PM", async () => {
    const open = V2 + row("01-02-2026 1:05 AM", 0, "100") + row("01-02-2026 1:20 PM", 0, "101");
    expect((await rejected(readFile(textInput(open), { zone: "UTC" }))).code).to.equal("DATE_ORDER_REQUIRED");
    const { readings } = await readFile(textInput(open), { zone: "UTC", dateOrder: "DMY" });
    expect(readings.map(({ time }) => time)).to.deep.equal([
      Date.UTC(2026, 1, 1, 1, 5) / 1000,
      Date.UTC(2026, 1, 1, 13, 20) / 1000,
    ]);
    expect((await rejected(readFile(textInput(open), { dateOrder: "DMY" }))).code).to.equal("ZONE_REQUIRED");
  });

  it("mmol/L, and a value that is none", async () => {
    const text = V2.replaceAll("mg/dL", "mmol/L") + row("2026-01-13 23:50", 0, "5.6");
    const { readings } = await readFile(textInput(text), { zone: "UTC" });
    expect(readings[0]).to.include({ value: "5.6", unit: "mmol/L" });
    const other = await readFile(textInput(text), { zone: "UTC", where: { Device: "another" } });
    expect(other.report).to.deep.include({ taken: 0, skipped: { header: 1, "other rows": 1 } });
    const error = await rejected(readFile(textInput(V2 + row("2026-01-13 23:50", 0, "5x")), { zone: "UTC" }));
    expect(error.details).to.include({ line: 3, column: 44 });
  });

  it("the hour that a clock change repeats is read in the file's order, as in every format without zone", async () => {
    const times = ["01:55", "02:10", "02:25", "02:10", "02:25", "03:00"];
    const text = V2 + times.map((time, i) => row(`25-10-2026 ${time}`, 0, String(100 + i))).join("");
    const { readings, report } = await readFile(textInput(text), { zone: "Europe/Berlin" });
    expect(readings.map(({ value }) => value)).to.deep.equal(["100", "101", "102", "103", "104", "105"]);
    expect(report).to.include({ ambiguousTimes: 4, assumedEarlier: 0, outOfOrder: 0 });
    expect(report.notes).to.have.length(1);
  });
});

describe("monitor and accelerometer tables", () => {
  it("zeros, blanks and NaN are missing; a respiration of zero is not; PULSE stands in where there is no HR", async () => {
    const text = "Time [s], HR, PULSE, RESP, SpO2\n-0,0,90,0,97\n1,NaN,90,12,\n2,80,90,-1,0\n2,80,90,13,98\n";
    const { readings, report } = await readFile(textInput(text), { start: 100 });
    expect(readings.map(({ metric, time, value }) => `${metric} ${time} ${value}`)).to.deep.equal([
      "spo2 100 97",
      "other 100 0",
      "other 101 12",
      "heart-rate 102 80",
      "spo2 102 98",
      "other 102 13",
    ]);
    expect(report).to.deep.include({
      entries: 16,
      taken: 6,
      duplicates: 1,
      skipped: { "sentinel zero": 2, missing: 2, "PULSE next to HR": 4 },
      refused: { "impossible value": 1 },
    });
    const pulse = await readFile(textInput("Time [s],PULSE\n0,90\n"), { start: 0 });
    expect(pulse.readings[0]).to.include({ metric: "heart-rate", value: "90" });
    const error = await rejected(readFile(textInput("Time [s], HR\n0,90\n1, 9O\n"), { start: 0 }));
    expect(error.details).to.include({ line: 3, column: 3 });
  });

  it("axes in m/s2, exponents, samples with a missing axis, and axes of two units are no such table", async () => {
    const text = "t_s,z [m/s2],x [m/s2],y [m/s2]\n0.05,9.81,1e-05,-0.5\n0.10,9.81,,0\n";
    const { readings, report } = await readFile(textInput(text), { start: 10 });
    expect(readings).to.deep.equal([
      { metric: "acceleration", time: 10.05, value: ["0.00001", "-0.5", "9.81"], unit: "m/s2" },
    ]);
    expect(report.skipped).to.deep.equal({ missing: 1 });
    expect((await detectFormat(textInput("t_s,x_g,y_g,z [m/s2]\n0,0,0,1\n"))).name).to.equal("generic-csv");
    const error = await rejected(readFile(textInput("t_ms,x_g,y_g,z_g\n5,0,0,up\n"), { start: 0 }));
    expect(error.details).to.include({ line: 2, column: 7 });
  });
});

describe("duplicates and counts", () => {
  it("the same metric, time and value is handed on once; of two values at one time neither is", async () => {
    const text =
      "time,value\n1700000000,100\n1700000300,101\n1700000000,100\n1700000000,102\n1700000000,100\n";
    const { readings, report } = await generic(text);
    expect(readings.map(({ time, value }) => [time - 1_700_000_000, value])).to.deep.equal([[300, "101"]]);
    expect(report).to.include({ entries: 5, taken: 1, duplicates: 2, outOfOrder: 1 });
    expect(report.refused).to.deep.equal({ [CONTRADICTING]: 2 });
  });

  it("remembers exactly what a set of strings would", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -5, max: 900 }), fc.constantFrom("a", "b", "c")), {
          maxLength: 4_000,
        }),
        fc.constantFrom(1, 0.001, 300, 86_400),
        (pairs, step) => {
          const seen = new Seen();
          const set = new Set<string>();
          const values = new Map<number, Set<string>>();
          for (const [i, value] of pairs) {
            const key = `${i * step} ${value}`;
            expect(seen.add(i * step, "series", value)).to.equal(!set.has(key));
            set.add(key);
            values.set(i * step, (values.get(i * step) ?? new Set()).add(value));
          }
          for (const [time, told] of values) expect(seen.contradicts(time, "series")).to.equal(told.size > 1);
          const several = [...values.values()].filter(({ size }) => size > 1);
          expect(seen.contradictions().all).to.equal(several.reduce((sum, { size }) => sum + size, 0));
          expect(seen.contradicts(0, "another series")).to.equal(false);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("entries are the sum of what became of them", async () => {
    const cell = fc.constantFrom("100", "100", "101", "LOW", "high", "", "NaN", "0", "-5");
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), cell), { maxLength: 30 }),
        async (rows) => {
          const text = [
            "time,value",
            ...rows.map(([i, value]) => `${1_700_000_000 + 300 * i},${value}`),
            "",
          ].join("\n");
          const { readings, report } = await generic(text);
          const sum = (counts: Readonly<Record<string, number>>): number =>
            Object.values(counts).reduce((total, count) => total + count, 0);
          expect(report.taken).to.equal(readings.length);
          expect(report.entries).to.equal(
            report.taken + report.duplicates + sum(report.skipped) + sum(report.refused),
          );
          expect(report.entries).to.equal(rows.length);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe("metrics", () => {
  it("LOINC codes and spellings of units; no unit of one system becomes one of the other", () => {
    expect(metricOfLoinc("8867-4")).to.equal("heart-rate");
    expect(metricOfLoinc("15074-8")).to.equal("glucose");
    expect(metricOfLoinc("59408-5")).to.equal("spo2");
    expect(metricOfLoinc("8310-5")).to.equal(undefined);
    expect(ucumOf("glucose", "mg/dl")).to.equal("mg/dL");
    expect(ucumOf("glucose", "mmol/l")).to.equal("mmol/L");
    expect(ucumOf("heart-rate", "bpm")).to.equal("/min");
    expect(ucumOf("acceleration", "g")).to.equal("[g]");
    expect(ucumOf("glucose", "g")).to.equal(undefined);
    expect(ucumOf("spo2", "mg/dL")).to.equal(undefined);
    const codes = Object.values(METRICS).flatMap(({ loinc }) => loinc);
    expect(new Set(codes).size).to.equal(codes.length);
  });

  it("every profile with a LOINC code belongs to a metric that knows its code and unit", () => {
    for (const { loinc, ucum, name } of Object.values(PROFILES)) {
      if (loinc === "") continue;
      const metric = metricOfLoinc(loinc);
      expect(metric, name).to.not.equal(undefined);
      expect(METRICS[metric!].ucum, name).to.include(ucum);
      expect(profilesFor(metric!, ucum).map((profile) => profile.name)).to.include(name);
    }
  });

  it("a profile is likely where its slots keep every reading", () => {
    expect(likelyProfile("glucose", "mg/dL", 300)).to.deep.equal(profileOf("glucose-mg-dl-5min"));
    expect(likelyProfile("glucose", "mg/dL", 299)!.name).to.equal("glucose-mg-dl-5min");
    expect(likelyProfile("glucose", "mg/dL", 900)!.name).to.equal("glucose-mg-dl-15min");
    expect(likelyProfile("glucose", "mmol/L", 300)!.name).to.equal("glucose-mmol-l-5min");
    expect(likelyProfile("heart-rate", "/min", 1)!.name).to.equal("heart-rate-1s");
    expect(likelyProfile("heart-rate", "/min", 60)!.name).to.equal("heart-rate-1min");
    expect(likelyProfile("acceleration", "[g]", 0.049)!.name).to.equal("acceleration-20hz");
    expect(likelyProfile("doses", "1", 43_200)!.name).to.equal("doses-12h");
    expect(likelyProfile("af-flag", "1", 60)!.name).to.equal("af-flag-1min");
    expect(likelyProfile("glucose", "mg/dL", 180)?.interval ?? 0).to.be.at.most(225);
    expect(likelyProfile("glucose", "kg", 300)).to.equal(undefined);
  });
});

describe("inspection", () => {
  it("jitter moves, crowding drops, and what a profile cannot hold is refused by reason", async () => {
    const start = 1_700_006_400;
    const at = (seconds: number, value: string): string => `${start + seconds},${value}`;
    const text = [
      "time,value",
      at(-300, "99"),
      at(0, "100"),
      at(299, "101"),
      at(601, "102"),
      at(902, "103.5"),
      at(1201, "Low"),
    ];
    const crowded = [at(36_000, "90"), at(36_001, "91"), at(36_002, "92"), at(36_003, "93")];
    const inspection = await inspectFile(textInput([...text, ...crowded, ""].join("\n")), {
      columns: COLUMNS,
    });
    const [series] = inspection.series;
    expect(series).to.include({ readings: 10, low: 1, high: 0, min: "90", max: "103.5", mean: "96.8333" });
    // A day begins at midnight UTC, where no zone is given.
    expect(start % 300).to.equal(0);
    expect(series!.slotting).to.deep.include({
      profile: "glucose-mg-dl-5min",
      kept: 7,
      moved: 2,
      dropped: 2,
      refused: { "not-representable": 1 },
      slots: 122,
    });
    expect(series!.slotting!.coverage).to.equal(7 / 122);
  });

  it("samples with three axes take one place each, at 20 Hz", async () => {
    const rows = Array.from(
      { length: 1_300 },
      (_, i) => `${50 * i + (i % 3)},0.02,-0.98,${i === 7 ? "0.01" : "0"}`,
    );
    const inspection = await inspectFile(textInput(["t_ms,x_g,y_g,z_g", ...rows, ""].join("\n")));
    expect(inspection.clock).to.equal("file");
    expect(inspection.series[0]!.slotting).to.deep.include({
      profile: "acceleration-20hz",
      kept: 1_299,
      dropped: 0,
      refused: { "not-representable": 1 },
      slots: 1_300,
      epochs: 3,
      epochSlots: 1_800,
    });
  });

  it("the mean is exact: halves away from zero, long decimals and minus signs", async () => {
    const mean = async (...values: string[]): Promise<string | null> => {
      const rows = values.map((value, i) => `${1_700_000_000 + i},${value}`);
      const options = { columns: { ...COLUMNS, unit: "Cel" } };
      return (await inspectFile(textInput(["time,value", ...rows].join("\n")), options)).series[0]!.mean;
    };
    expect(await mean("1", "2")).to.equal("1.5000");
    expect(await mean("0.00005")).to.equal("0.0001");
    expect(await mean("-0.00005")).to.equal("-0.0001");
    expect(await mean("0.000049999")).to.equal("0.0000");
    expect(await mean("1", "1", "2")).to.equal("1.3333");
    expect(await mean("-1", "-1", "-2")).to.equal("-1.3333");
  });

  it("a file without readings has no series", async () => {
    const { series, report } = await inspectFile(textInput("time,value\n"), { columns: COLUMNS });
    expect(series).to.deep.equal([]);
    expect(report.entries).to.equal(0);
  });
});

describe("privacy", () => {
  it("T33: nothing that stands in a file stands in an error or a report about it", async () => {
    const marker = "4711471";
    const files: [string, ReadOptions][] = [
      [`time,value\n1700000000,${marker}x\n`, { columns: COLUMNS }],
      [`time,value\n${marker}x,100\n`, { columns: COLUMNS }],
      [`time,value\n1700000000,100,${marker}\n`, { columns: COLUMNS }],
      [`time,value\n1700000000,"${marker}\n`, { columns: COLUMNS }],
      [`${marker},b\n1,2\n3,4\n`, {}],
      [`${marker},b\n1,2\n3,4\n`, { columns: COLUMNS }],
      [`{"${marker}": 1}`, {}],
      [`Index,Timestamp (x),Event Type,Glucose Value (mg/dL)\n1,${marker},EGV,100\n`, { zone: "UTC" }],
      [
        `Index,Timestamp (x),Event Type,Glucose Value (mg/dL)\n1,2026-01-01T00:00:00,EGV,${marker}\n`,
        { zone: "UTC" },
      ],
      [`Time [s],HR\n0,${marker}x\n`, { start: 0 }],
      [`t_ms,trial,x_g,y_g,z_g\n0,${marker},0,0,0\n0,x,0,0,0\n`, { start: 0 }],
    ];
    for (const [text, options] of files) {
      const error = await rejected(readFile(textInput(text), options));
      expect(`${inspect(error)}${JSON.stringify(error)}`, text).to.not.contain(marker);
    }
    const dexcom = `Index,Timestamp (x),Event Type,Glucose Value (mg/dL)\n1,,${marker},\n2,,FirstName,${marker}\n`;
    const report = await streamReadings(textInput(dexcom), { zone: "UTC" }, () => {});
    expect(report.skipped).to.deep.equal({ other: 1, FirstName: 1 });
    expect(JSON.stringify(report)).to.not.contain(marker);
  });
});
