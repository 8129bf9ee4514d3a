// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { detectFormat, type ReadOptions, readFile, textInput } from "../src/index.ts";
import { rejected } from "./support.ts";

const read = (text: string, options: ReadOptions = {}) =>
  readFile(textInput(text), { zone: "Europe/Berlin", ...options });
const valuesOf = ({ readings }: Awaited<ReturnType<typeof read>>) => readings.map(({ value }) => value);
const utc = (...[year, month, ...rest]: [number, number, ...number[]]): number =>
  Date.UTC(year, month - 1, ...rest) / 1000;

describe("Glooko", () => {
  const TITLE = "Name:A B,Date Range:17.08.2026 - 17.08.2026\n";
  const file = (...values: string[]): string =>
    `${TITLE}Zeitstempel,CGM-Glukosewert (mg/dl),Seriennummer\n${values
      .map((value, i) => `17.08.2026 09:${String(i).padStart(2, "0")},${value},0-1\n`)
      .reverse()
      .join("")}`;
  const columns = { time: "Zeitstempel", value: "CGM-Glukosewert (mg/dl)", unit: "mg/dl" };

  it("decimal commas, newest first, and the codes of CamAPS, with columns named or not", async () => {
    const text = file('"110,0"', "1", '"1,0"', "2001", '"215,5"');
    const found = await read(text);
    expect(found.format).to.equal("glooko");
    expect(valuesOf(found)).to.deep.equal(["110.0", "LOW", "LOW", "HIGH", "215.5"]);
    expect(found.readings[0]!.time).to.equal(utc(2026, 8, 17, 7));
    expect(found.report).to.deep.include({ entries: 5, taken: 5, low: 2, high: 1 });
    expect(await read(text, { columns })).to.deep.equal(found);
  });

  it("the codes count in its files alone", async () => {
    const text = file(...new Array<string>(30).fill('"110,0"'), "1").replace(TITLE, "");
    const plain = text.replace("Zeitstempel", "Zeit").replace("CGM-", "");
    const { format, report } = await read(plain, { columns: { ...columns, time: "Zeit", value: "#2" } });
    expect(format).to.equal("generic-csv");
    expect(report).to.deep.include({ taken: 30, low: 0 });
    expect(report.refused).to.have.property("outside what can be measured", 1);
    expect((await read(text)).report).to.deep.include({ taken: 31, low: 1 });
  });

  it("mmol/L in any language, known by its first line", async () => {
    const text =
      "Nome:A,Intervallo:01/08/2026 - 31/08/2026\nx,y CGM (mmol/l)\n31/08/2026 10:00,5.6\n31/08/2026 10:05,0.1\n";
    const found = await read(text);
    expect(valuesOf(found)).to.deep.equal(["5.6", "LOW"]);
    expect(found.readings[0]).to.include({ unit: "mmol/L", time: utc(2026, 8, 31, 8) });
    expect((await detectFormat(textInput(text.slice(text.indexOf("\n") + 1)))).name).to.equal("generic-csv");
  });

  it("bg_data has values of meters, and those that were typed in", async () => {
    const text = `${TITLE}Timestamp,Glucose Value (mg/dl),Manual Reading,Serial Number\n2026-08-17 07:19,72,M,1\n2026-08-17 08:19,80,,1\n`;
    const { readings, report } = await read(text);
    expect(readings.map(({ value }) => value)).to.deep.equal(["80"]);
    expect(report.skipped).to.deep.equal({ "typed in next to meter": 1 });
  });

  it("a value that is not a number is refused with its place, and other rows are left out", async () => {
    const error = await rejected(read(file("110", "11O")));
    expect(error.details).to.include({ line: 3, column: 18 });
    const { report } = await read(file("110", "120"), { where: { Seriennummer: "0-2" } });
    expect(report.skipped).to.deep.equal({ "other rows": 2 });
    expect((await rejected(read(file("110"), { zone: "" }))).code).to.equal("ZONE_REQUIRED");
  });
});

describe("CareLink", () => {
  const HEADER =
    "Index;Date;Time;New Device Time;BG Source;BG Reading (mg/dL);Linked BG Meter ID;Basal Rate (U/h);" +
    "Sensor Calibration BG (mg/dL);Sensor Glucose (mg/dL);ISIG Value";
  const PERSON =
    'Last Name;First Name;Device;MiniMed\n"A";"B";"Serial Number";X\nPatient DOB;;CGM;Guardian\n\n\n';
  const section = (name: string, ...rows: string[]): string =>
    `-------;MiniMed 780G;${name};SN1;------- \n${[HEADER, ...rows].join("\n")}\n\n`;
  const text =
    PERSON +
    section(
      "Pump",
      "1,00000;2026/07/05;03:40:00;;LINKED;118;M1;;;;",
      "2,00000;2026/07/05;03:39:00;;ENTERED_IN_BG_ENTRY;120;;;;;",
      "3,00000;2026/07/05;03:30:00;;;;;0,7;;;",
      "4,00000;2026/07/05;03:20:00;;;;;;110;;",
    ) +
    section(
      "Sensor",
      "5,00000;2026/07/05;03:43:00;;;;;;;108;19,24",
      "6,00000;2026/07/05;03:38:00;;;;;;;105;18,06;",
    );

  it("sections, newest first, date and time in two columns, meters apart from the sensor", async () => {
    const found = await read(text);
    expect(found.format).to.equal("carelink");
    expect(found.readings).to.deep.equal([
      {
        metric: "glucose",
        time: utc(2026, 7, 5, 1, 38),
        value: "105",
        unit: "mg/dL",
        source: "MiniMed 780G SN1",
      },
      {
        metric: "glucose",
        time: utc(2026, 7, 5, 1, 43),
        value: "108",
        unit: "mg/dL",
        source: "MiniMed 780G SN1",
      },
    ]);
    expect(found.report.skipped).to.deep.equal({
      header: 7,
      "pump event": 1,
      calibration: 1,
      "meter next to a sensor": 1,
      "typed in next to a sensor": 1,
    });
    expect(found.report.entries).to.equal(13);
    const columns = { time: "Date", value: "Sensor Glucose (mg/dL)", unit: "mg/dL" };
    expect(await read(text, { columns })).to.deep.equal(found);
    expect((await rejected(read(text, { columns: { ...columns, unit: "mmol/L" } }))).code).to.equal(
      "INVALID_ARGUMENT",
    );
  });

  it("US exports: commas, month first, many rows above the header", async () => {
    const header = HEADER.replaceAll(";", ",").replaceAll("mg/dL", "mmol/L");
    const us = `${"PATIENT INFO\nName,A\n".repeat(6)}${header}\n1,8/29/2009,9:27:00,,,,,,,7.4,12\n2,8/30/2009,9:27:00,,,,,,,5.0,12\n`;
    const { format, readings } = await read(us, { zone: "America/New_York" });
    expect(format).to.equal("carelink");
    expect(readings[0]).to.include({ value: "7.4", unit: "mmol/L", time: utc(2009, 8, 29, 13, 27) });
  });

  it("a section with other columns, or a value that is not a number, is refused with its place", async () => {
    const other = text + section("Sensor").replace("ISIG Value", "Other");
    expect((await rejected(read(other))).details).to.include({ line: 19, column: 1 });
    expect((await rejected(read(text.replace(";105;", ";1O5;")))).details).to.include({ line: 16 });
  });
});

describe("Tandem", () => {
  const text =
    "Tandem Diabetes Care Inc.\nt:connect Therapy Timeline Data Export\nPatient Name, A B\n\n" +
    "DeviceType,SerialNumber,Description,EventDateTime,Readings (CGM / BGM)\n" +
    '"t:slim X2 Insulin Pump","1","EGV","2021-04-01T00:01:33","235",\n' +
    '"t:slim X2 Insulin Pump","1","EGV","2021-04-01T00:06:33","230",\n' +
    '"t:slim X2 Insulin Pump","1","BG","2021-04-01T00:07:00","228",\n\n' +
    'Type,EventID,EventDateTime,IOB\n"IOB","81","2021-04-01T00:00:19","13.24"\n';

  it("t:connect: the readings' section, without unit where a value says it", async () => {
    const { format, readings, report } = await read(text);
    expect(format).to.equal("tandem");
    expect(readings).to.deep.equal([
      {
        metric: "glucose",
        time: utc(2021, 3, 31, 22, 1, 33),
        value: "235",
        unit: "mg/dL",
        source: "t:slim X2 Insulin Pump 1",
      },
      {
        metric: "glucose",
        time: utc(2021, 3, 31, 22, 6, 33),
        value: "230",
        unit: "mg/dL",
        source: "t:slim X2 Insulin Pump 1",
      },
    ]);
    expect(report.skipped).to.deep.equal({ header: 5, other: 1, "meter next to a sensor": 1 });
    expect(report.sources?.[0]?.sources[0]?.name).to.equal("t:slim X2 Insulin Pump 1");
  });

  it("what no value decides is asked for", async () => {
    const low = text.replaceAll(/"2\d\d"/g, '"7.5"');
    const error = await rejected(read(low));
    expect(error.code).to.equal("SELECTION_REQUIRED");
    expect(error.hint).to.contain("--unit mmol/L");
    expect((await read(low, { unit: "mmol/l" })).readings[0]).to.include({ value: "7.5", unit: "mmol/L" });
    expect((await rejected(read(low, { unit: "bpm" }))).code).to.equal("INVALID_ARGUMENT");
  });

  it("Tandem Source: one file, with the unit in its title", async () => {
    const source =
      "Device Type,Serial Number,Description,Event Date Time,Readings (mg/dL)\nTandem Mobi™ System,1,EGV,2026-03-05T00:04:33,31\n";
    const { format, readings } = await read(source);
    expect(format).to.equal("tandem");
    expect(readings[0]).to.include({ value: "31", unit: "mg/dL" });
    const mixed = `${source}\nDevice Type,Serial Number,Description,Event Date Time,BG (mmol/L)\n`;
    expect((await rejected(read(mixed))).details).to.include({ line: 4 });
  });
});

describe("xDrip+ for SiDiary", () => {
  const file = (...rows: string[]): string =>
    ["DAY;TIME;UDT_CGMS;BG_LEVEL;CH_GR;BOLUS;REMARK", ...rows, ""].join("\n");
  const text = file(
    "14.05.2026;19:20;120;;;;",
    "14.05.2026;19:25;127;118;;;",
    "14.05.2026;20:20;;;30;3.5;Lunch",
    "14.05.2026;20:25;;;;;",
  );

  it("day and time in two columns, meters apart, with columns named or not", async () => {
    const found = await read(text);
    expect(found.format).to.equal("xdrip-sidiary");
    expect(found.readings).to.deep.equal([
      { metric: "glucose", time: utc(2026, 5, 14, 17, 20), value: "120", unit: "mg/dL" },
      { metric: "glucose", time: utc(2026, 5, 14, 17, 25), value: "127", unit: "mg/dL" },
    ]);
    expect(found.report).to.deep.include({
      entries: 5,
      skipped: { meal: 1, blank: 1, "meter next to a sensor": 1 },
    });
    for (const time of ["DAY", "TIME", "#1"]) {
      expect(await read(text, { columns: { time, value: "UDT_CGMS", unit: "mg/dL" } })).to.deep.equal(found);
    }
  });

  it("a unit that no value decides is asked for", async () => {
    const low = file("14.05.2026;19:20;7,2;;;;", "14.05.2026;19:25;58;;;;");
    expect((await rejected(read(low))).code).to.equal("SELECTION_REQUIRED");
    const columns = { time: "DAY", value: "UDT_CGMS", unit: "mmol/L" };
    expect(valuesOf(await read(low, { columns }))).to.deep.equal(["7.2", "58"]);
  });

  it("the column of meters can be named, and is read as any other", async () => {
    const columns = { time: "DAY", value: "BG_LEVEL", unit: "mg/dL" };
    const found = await read(text, { columns });
    expect(found.format).to.equal("generic-csv");
    expect(valuesOf(found)).to.deep.equal(["118"]);
  });
});
