// SPDX-License-Identifier: GPL-3.0-or-later
import { BlobWriter, TextReader, ZipWriter } from "@zip.js/zip.js/lib/zip-core-native.js";
import { expect } from "chai";
import { bytesInput, readFile } from "../src/index.ts";
import { rejected } from "./support.ts";

const NOW = 1_790_000_000;
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/** A cell: a text, or a number with a style (1 is a date with a clock, 2 a date, 3 a clock). */
type MadeCell = string | readonly [digits: string, style?: number, type?: string];

/** The smallest workbook that Excel opens. */
async function workbookOf(
  sheets: Readonly<Record<string, readonly (readonly MadeCell[])[]>>,
  properties = "",
): Promise<Uint8Array> {
  const names = Object.keys(sheets);
  const cell = (made: MadeCell, at: string): string =>
    typeof made === "string"
      ? `<c r="${at}" t="inlineStr"><is><t>${made.replaceAll("&", "&amp;")}</t></is></c>`
      : `<c r="${at}" s="${made[1] ?? 0}"${made[2] === undefined ? "" : ` t="${made[2]}"`}><v>${made[0]}</v></c>`;
  const sheetXml = (rows: readonly (readonly MadeCell[])[]): string => {
    const lines = rows.map((row, i) => {
      const cells = row.map((made, k) =>
        made === "" ? "" : cell(made, `${String.fromCharCode(65 + k)}${i + 1}`),
      );
      return `<row r="${i + 1}">${cells.join("")}</row>`;
    });
    return `<worksheet xmlns="${MAIN}"><sheetData>${lines.join("")}</sheetData></worksheet>`;
  };
  const formats = ["", "yyyy\\-mm\\-dd\\ hh:mm:ss", "yyyy\\-mm\\-dd", "hh:mm:ss"];
  const files: Record<string, string> = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    "xl/workbook.xml": `<workbook xmlns="${MAIN}" xmlns:r="${DOCUMENT}">${properties}<sheets>${names.map((name, i) => `<sheet name="${name}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`).join("")}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${names.map((_, i) => `<Relationship Id="rId${i + 1}" Type="${DOCUMENT}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`).join("")}</Relationships>`,
    "xl/styles.xml": `<styleSheet xmlns="${MAIN}"><numFmts count="3">${formats
      .slice(1)
      .map((code, i) => `<numFmt numFmtId="${164 + i}" formatCode="${code}"/>`)
      .join(
        "",
      )}</numFmts><cellXfs count="4">${formats.map((_, i) => `<xf numFmtId="${i === 0 ? 0 : 163 + i}"/>`).join("")}</cellXfs></styleSheet>`,
    ...Object.fromEntries(
      names.map((name, i) => [`xl/worksheets/sheet${i + 1}.xml`, sheetXml(sheets[name]!)]),
    ),
  };
  const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false });
  for (const [name, text] of Object.entries(files)) await writer.add(name, new TextReader(text));
  return new Uint8Array(await (await writer.close()).arrayBuffer());
}

/** Days of a spreadsheet: 46083 is 2026-03-02. */
const serial = (seconds: number): string => String(46_083 + seconds / 86_400);
const START = Date.UTC(2026, 2, 2) / 1000;

describe("Excel workbooks", () => {
  const columns = { time: "When", value: "Value", unit: "mg/dL" };
  const table: readonly (readonly MadeCell[])[] = [
    ["When", "Value", "Note"],
    [[serial(300), 1], ["110"], 'a "note", with & comma'],
    [[serial(600.25), 1], ["112.50"], ""],
    [[serial(900), 1], ["1.1E2"], ""],
  ];

  it("dates of cells become times to the millisecond, and numbers keep their digits", async () => {
    const bytes = await workbookOf({ Glucose: table, Empty: [] });
    const { format, readings } = await readFile(bytesInput(bytes), { columns, zone: "UTC", now: NOW });
    expect(format).to.equal("generic-csv");
    expect(readings.map(({ time, value }) => [time - START, value])).to.deep.equal([
      [300, "110"],
      [600.25, "112.50"],
      [900, "110"],
    ]);
  });

  it("asks for the sheet where several can be read, and for the date where it is in a column of its own", async () => {
    const days = [
      ["Date", "Time", "Value"],
      [["46083", 2], ["0.5", 3], ["110"]],
      [["46083", 2], ["0.50347222222222221", 3], ["112"]],
    ] as const;
    const bytes = await workbookOf({ One: table, Two: days });
    const error = await rejected(readFile(bytesInput(bytes), { zone: "UTC" }));
    expect(error.code).to.equal("SELECTION_REQUIRED");
    expect(error.hint).to.contain('"One"').and.to.contain('"Two"');
    const { readings } = await readFile(bytesInput(bytes), {
      entry: "Two",
      columns: { time: "Date", clock: "Time", value: "Value", unit: "mg/dL" },
      zone: "UTC",
      now: NOW,
    });
    expect(readings.map(({ time, value }) => [time - START, value])).to.deep.equal([
      [43_200, "110"],
      [43_500, "112"],
    ]);
  });

  it("Tidepool's export: the sheet of the sensor, and that of the meter, with their devices", async () => {
    const titles = [
      "Zulu Time",
      "Local Time",
      "Tidepool Data Type",
      "Value",
      "Units",
      "Device Id",
      "Annotations",
    ];
    const row = (type: string, seconds: number, value: string, note = ""): MadeCell[] => [
      [serial(seconds), 1],
      [serial(seconds + 3600), 1],
      type,
      [value],
      "mmol/L",
      `${type} 1`,
      note,
    ];
    const low = '[{"code":"bg/out-of-range","value":"low","threshold":40}]';
    const bytes = await workbookOf({
      Basal: [
        ["Zulu Time", "Tidepool Data Type", "Rate"],
        [[serial(0), 1], "basal", ["0.5"]],
      ],
      CGM: [titles, row("cbg", 300, "6.66089"), row("cbg", 600, "2.2", low)],
      SMBG: [titles, row("smbg", 300, "6.4")],
    });
    const { format, readings } = await readFile(bytesInput(bytes), { entry: "CGM", now: NOW });
    expect(format).to.equal("tidepool-table");
    expect(readings.map(({ time, value, source }) => [time - START, value, source])).to.deep.equal([
      [300, "6.66089", "cbg 1"],
      [600, "LOW", "cbg 1"],
    ]);
    const meter = await readFile(bytesInput(bytes), { entry: "SMBG", now: NOW });
    expect(meter.readings[0]).to.include({ value: "6.4", origin: "meter" });
    expect((await rejected(readFile(bytesInput(bytes)))).hint).to.contain('"CGM" (tidepool-table)');
  });

  it("numbers have the digits that a spreadsheet shows", async () => {
    const rows = ["5.5999999999999996", "0.30000000000000004", "7.20", "11"].map((digits, i): MadeCell[] => [
      [serial(300 * i), 1],
      [digits],
    ]);
    const bytes = await workbookOf({ One: [["When", "Value"], ...rows] });
    const { readings } = await readFile(bytesInput(bytes), {
      columns: { time: "When", value: "Value", unit: "h" },
      metric: "device-usage",
      zone: "UTC",
      now: NOW,
    });
    expect(readings.map(({ value }) => value)).to.deep.equal(["5.6", "0.3", "7.20", "11"]);
  });

  it("a duration of more than a day, or below zero, is not a time of day", async () => {
    for (const digits of ["1.05", "-0.25"]) {
      const bytes = await workbookOf({
        One: [
          ["When", "Use"],
          [
            [serial(0), 1],
            [digits, 3],
          ],
          [
            [serial(86_400), 1],
            ["0.3", 3],
          ],
        ],
      });
      const columns = { time: "When", value: "Use", unit: "min" };
      const error = await rejected(
        readFile(bytesInput(bytes), { columns, metric: "device-usage", zone: "UTC", now: NOW }),
      );
      expect(error.code, digits).to.equal("FILE_NOT_UNDERSTOOD");
    }
  });

  it("dates as texts, and a calendar that is named in an unusual way, are refused", async () => {
    const iso = await workbookOf({
      One: [
        ["When", "Value"],
        [["2026-03-02T08:01:00", 1, "d"], ["110"]],
      ],
    });
    expect((await rejected(readFile(bytesInput(iso)))).details.reason).to.contain("ISO 8601");
    const commented = await workbookOf({
      One: [
        ["When", "Value"],
        [[serial(0), 1], ["1<!-- -->10"]],
      ],
    });
    expect((await rejected(readFile(bytesInput(commented)))).details.reason).to.contain("comments");
    const named = await workbookOf({ One: table }, '<workbookPr date1904="true"/>');
    expect((await rejected(readFile(bytesInput(named)))).details.reason).to.contain("unusual");
    const old = await workbookOf({ One: table }, '<workbookPr date1904="1"/>');
    const { readings } = await readFile(bytesInput(old), { columns, zone: "UTC", now: 1_950_000_000 });
    expect(readings[0]!.time - START).to.equal(1462 * 86_400 + 300);
  });

  it("other documents and damaged workbooks are refused", async () => {
    const bytes = await workbookOf({ One: table });
    const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false });
    await writer.add("[Content_Types].xml", new TextReader("<Types/>"));
    await writer.add("word/document.xml", new TextReader("<w/>"));
    const letter = new Uint8Array(await (await writer.close()).arrayBuffer());
    expect((await rejected(readFile(bytesInput(letter)))).details.reason).to.contain("no workbook");
    const broken = new ZipWriter(new BlobWriter(), { useWebWorkers: false });
    await broken.add("[Content_Types].xml", new TextReader("<Types/>"));
    await broken.add("xl/workbook.xml", new TextReader("<workbook"));
    const cut = new Uint8Array(await (await broken.close()).arrayBuffer());
    expect((await rejected(readFile(bytesInput(cut)))).details.reason).to.contain("damaged");
    expect((await rejected(readFile(bytesInput(bytes), { entry: "Three" }))).code).to.equal(
      "INVALID_ARGUMENT",
    );
  });
});
