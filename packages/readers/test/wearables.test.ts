// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { type FileReadings, type ReadOptions, readFile, textInput } from "../src/index.ts";
import { rejected } from "./support.ts";

const read = (lines: readonly string[], options: ReadOptions = {}): Promise<FileReadings> =>
  readFile(textInput([...lines, ""].join("\n")), options);
const shown = ({ readings }: FileReadings): string[] =>
  readings.map(
    ({ time, metric, value, unit }) =>
      `${new Date(1000 * time).toISOString().replace(".000Z", "Z")} ${metric} ${value} ${unit}`,
  );

describe("Samsung Health", () => {
  const P = "com.samsung.health.heart_rate.";
  const HEADER = [
    "\uFEFFcom.samsung.shealth.tracker.heart_rate,7006011,3",
    `${P}start_time,${P}time_offset,${P}heart_rate,${P}binning_data,${P}pkg_name,${P}deviceuuid`,
  ];

  it("times are UTC whatever the zone, rows end in a comma, and the device is the source", async () => {
    const found = await read(
      [...HEADER, "2024-11-20 12:46:04.258,UTC+0100,70.0,,com.sec.android.app.shealth,Cv7s,"],
      { zone: "Europe/Paris" },
    );
    expect(found.format).to.equal("samsung-health");
    expect(shown(found)).to.deep.equal(["2024-11-20T12:46:04.258Z heart-rate 70.0 /min"]);
    expect(found.report.sources?.[0]?.sources.map(({ name }) => name)).to.deep.equal([
      "com.sec.android.app.shealth Cv7s",
    ]);
    const blood = [
      "com.samsung.health.blood_glucose,7006011,3",
      ["start_time", "time_offset", "glucose"]
        .map((title) => `com.samsung.health.blood_glucose.${title}`)
        .join(),
      "2024-11-20 12:46:04.258,UTC+0100,5.5,",
    ];
    expect((await read(blood)).readings[0]).to.include({ value: "5.5", unit: "mmol/L", origin: "meter" });
  });

  it("columns that are named by hand are the same", async () => {
    const found = await read([...HEADER, "2024-11-20 12:46:04.258,UTC+0100,70.0,,,,"], {
      columns: { time: `${P}start_time`, value: `${P}heart_rate`, unit: "/min" },
      zone: "Europe/Paris",
    });
    expect(shown(found)).to.deep.equal(["2024-11-20T12:46:04.258Z heart-rate 70.0 /min"]);
  });

  it("means of an hour, empty rows and impossible offsets are counted and left", async () => {
    const { readings, report } = await read([
      ...HEADER,
      "2024-11-20 12:00:00.000,UTC+0100,70.0,a1.binning_data.json,,,",
      ",,,,,,",
      "2024-11-20 13:00:00.000,UTC+28550,70.0,,,,",
      "2024-11-20 14:00:00.000,UTC-0530,71.0,,,,",
    ]);
    expect(readings).to.have.length(1);
    expect(report.skipped).to.deep.equal({
      "mean of a span, whose values are in another file": 1,
      missing: 1,
    });
    expect(report.refused).to.deep.equal({ "impossible offset from UTC": 1 });
  });

  it("saturation and glucose have the SDK's units", async () => {
    const O = "com.samsung.health.oxygen_saturation.";
    const oxygen = [
      `tag_id,${O}spo2,${O}start_time,${O}time_offset`,
      "31000,95.0,2024-11-20 12:46:04.258,UTC+0100,",
    ];
    expect(shown(await read(oxygen))).to.deep.equal(["2024-11-20T12:46:04.258Z spo2 95.0 %"]);
    const G = "com.samsung.health.blood_glucose.";
    const glucose = [`${G}start_time,${G}glucose,${G}time_offset`, "2024-11-20 12:46:04.258,5.4,UTC+0100,"];
    expect(shown(await read(glucose))).to.deep.equal(["2024-11-20T12:46:04.258Z glucose 5.4 mmol/L"]);
    const named = { columns: { time: `${G}start_time`, value: `${G}glucose`, unit: "mg/dL" } };
    expect((await rejected(read(glucose, named))).hint).to.contain("--unit mmol/L");
  });
});

describe("oximeters of Wellue and Viatom", () => {
  it("ViHealth: month names, -- and the sentinels of eight and sixteen bits", async () => {
    const found = await read(
      [
        "Time,Oxygen Level,Pulse Rate,Motion,O2 Reminder,PR Reminder",
        "23:00:00 May 20 2026,96,62,0,,",
        "23:00:04 May 20 2026,--,--,0,,",
        "23:00:08 May 20 2026,255,65535,0,,",
        "23:00:12 May 20 2026,95%,63 bpm,0,,",
      ],
      { zone: "Europe/Berlin" },
    );
    expect(shown(found)).to.deep.equal([
      "2026-05-20T21:00:00Z spo2 96 %",
      "2026-05-20T21:00:00Z heart-rate 62 /min",
      "2026-05-20T21:00:12Z spo2 95 %",
      "2026-05-20T21:00:12Z heart-rate 63 /min",
    ]);
    expect(found.report.skipped).to.deep.equal({ missing: 4 });
  });

  it("O2 Insight Pro: 12 hours without a blank, quoted, a comma at the end", async () => {
    const lines = [
      "Time,SpO2(%),Pulse Rate(bpm),Motion,SpO2 Reminder,PR Reminder,",
      '"08:48:26PM Nov 27, 2025",96,72,0,0,0,',
    ];
    expect(shown(await read(lines, { zone: "UTC", metric: "spo2" }))).to.deep.equal([
      "2025-11-27T20:48:26Z spo2 96 %",
    ]);
    expect((await rejected(read(lines))).code).to.equal("ZONE_REQUIRED");
  });

  it("a named column is read alone, day first with the clock before it", async () => {
    const found = await read(
      ["Time,Oxygen Level,Pulse Rate,Motion", "23:00:16 13/06/2026,96,62,0", "23:00:17 13/06/2026,95,63,0"],
      { columns: { time: "Time", value: "Oxygen Level", unit: "%" }, zone: "UTC" },
    );
    expect(shown(found)).to.deep.equal(["2026-06-13T23:00:16Z spo2 96 %", "2026-06-13T23:00:17Z spo2 95 %"]);
  });
});

describe("Fitbit in Google Takeout, as CSV", () => {
  it("heart rate with its data source, which chooses between devices", async () => {
    const found = await read([
      "timestamp,beats per minute,data source",
      "2026-09-12T03:55:01Z,80,Fitbit Air",
      "2026-09-12T03:56:01Z,81,Fitbit Air",
      "2026-09-12T03:56:30Z,40,Some Phone",
    ]);
    expect(found.format).to.equal("fitbit-csv");
    expect(found.readings.map(({ value }) => value)).to.deep.equal(["80", "81"]);
  });

  it("minute SpO2: rows that are not valid, and the floor of 50 that means no measurement", async () => {
    const { readings, report } = await read([
      "timestamp,value,confidence,coverage,valid,unused",
      "2026-02-03T01:00:00Z,95.0,2,55,True,False",
      "2026-02-03T01:01:00Z,50.0,0,0,False,True",
      "2026-02-03T01:02:00Z,50.0,0,0,True,False",
    ]);
    expect(readings.map(({ value }) => value)).to.deep.equal(["95.0"]);
    expect(report.skipped).to.deep.equal({ "marked not valid": 1, missing: 1 });
  });

  it("oxygen saturation", async () => {
    const lines = ["timestamp,oxygen saturation percentage", "2026-02-03T01:00:00Z,95.4"];
    expect(shown(await read(lines))).to.deep.equal(["2026-02-03T01:00:00Z spo2 95.4 %"]);
  });
});

describe("other wearables", () => {
  it("Oura: offsets, semicolons", async () => {
    const found = await read(["timestamp;bpm;source", "2026-03-05T10:00:00+02:00;60;awake"]);
    expect(shown(found)).to.deep.equal(["2026-03-05T08:00:00Z heart-rate 60 /min"]);
  });

  it("Zepp: date and time of day on the phone's clock, or one time with an offset", async () => {
    const local = ["date,time,heartRate", "2026-01-01,07:13,107", "2026-01-01,07:14,null"];
    expect(shown(await read(local, { zone: "Europe/Warsaw" }))).to.deep.equal([
      "2026-01-01T06:13:00Z heart-rate 107 /min",
    ]);
    expect((await rejected(read(local))).code).to.equal("ZONE_REQUIRED");
    expect(shown(await read(["time,heartRate", "2026-01-01 07:13:00+0000,90"]))).to.deep.equal([
      "2026-01-01T07:13:00Z heart-rate 90 /min",
    ]);
  });

  it("Mi Fitness: a JSON object in each row, other kinds counted by name, and the place of a row that has no object", async () => {
    const lines = [
      "Uid,Sid,Key,Time,Value,UpdateTime",
      '1,watch,heart_rate,1767225600,"{""time"":1767225600,""bpm"":72}",1767225700',
      '1,watch,single_spo2,1767225600,"{""time"":1767225600,""spo2"":97}",1767225700',
      '1,watch,steps,1767225600,"{""steps"":12}",1767225700',
    ];
    const found = await read(lines);
    expect(shown(found)).to.deep.equal([
      "2026-01-01T00:00:00Z heart-rate 72 /min",
      "2026-01-01T00:00:00Z spo2 97 %",
    ]);
    expect(found.report.skipped).to.deep.equal({ steps: 1 });
    const two = await rejected(
      read([...lines, lines[1]!.replace(/^1/, "2").replaceAll("1767225600", "1767225660")]),
    );
    expect(two.code).to.equal("SELECTION_REQUIRED");
    expect(two.hint).to.contain('--where "Uid=VALUE"');
    const broken = await rejected(read([lines[0]!, '1,watch,heart_rate,1767225600,"{""bpm"":",1']));
    expect(broken.details).to.include({ line: 2, column: 31 });
  });

  it("Withings: values follow each other by their durations; the metric is asked for", async () => {
    const lines = ["start,duration,value", '2024-06-07T09:22:00+02:00,"[60,30,60]","[55,56,57]"'];
    const expected = [
      "2024-06-07T07:22:00Z heart-rate 55 /min",
      "2024-06-07T07:23:00Z heart-rate 56 /min",
      "2024-06-07T07:23:30Z heart-rate 57 /min",
    ];
    expect(shown(await read(lines, { metric: "heart-rate" }))).to.deep.equal(expected);
    const columns = { time: "start", value: "value", unit: "/min" };
    expect(shown(await read(lines, { columns }))).to.deep.equal(expected);
    expect((await rejected(read(lines))).hint).to.contain("--metric heart-rate");
    // It has no column to choose rows by, and a choice must not be passed over.
    const chosen = await rejected(read(lines, { metric: "heart-rate", where: { start: "x" } }));
    expect(chosen.code).to.equal("INVALID_ARGUMENT");
    for (const row of ["[60],[55,56]", "60,55", '"[60,x]","[55,56]"']) {
      const error = await rejected(read([lines[0]!, `2024-06-07T09:22:00+02:00,${row}`], { columns }));
      expect(error.code, row).to.equal("FILE_NOT_UNDERSTOOD");
    }
  });

  it("Polar Flow: seconds from the session's start, on the local clock", async () => {
    const lines = [
      "Name,Sport,Date,Start time,Duration,Total distance (km),",
      "A,Other indoor,29-08-2026,22:00:00,05:58:12,0,",
      "Sample rate,Time,HR (bpm),Speed (km/h),",
      "1,00:00:00,85,,",
      "1,00:00:01,,,",
      "1,01:30:00,187,,",
    ];
    const found = await read(lines, { zone: "Europe/Berlin" });
    expect(shown(found)).to.deep.equal([
      "2026-08-29T20:00:00Z heart-rate 85 /min",
      "2026-08-29T21:30:00Z heart-rate 187 /min",
    ]);
    expect(found.report.skipped).to.deep.equal({ missing: 1 });
    expect((await rejected(read(lines))).code).to.equal("ZONE_REQUIRED");
    const odd = lines.map((line) => line.replace("01:30:00", "1.5"));
    expect((await rejected(read(odd, { zone: "UTC" }))).details).to.include({ line: 6, column: 3 });
  });
});

describe("nights of use and doses", () => {
  const NIGHT = "Date,Session Count,Start,End,Total Time,AHI";

  it("OSCAR's summary: whole minutes a night, at its start", async () => {
    const found = await read([NIGHT, "2007-12-31,4,2008-01-01T01:16:28,2008-01-01T10:28:09,09:04:59,4.073"], {
      zone: "UTC",
    });
    expect(shown(found)).to.deep.equal(["2008-01-01T01:16:28Z device-usage 544 min"]);
  });

  it("OSCAR's sessions are added up to nights, from the first one's start", async () => {
    const found = await read(
      [
        "Date,Session,Start,End,Total Time,AHI",
        "2026-05-15,2,2026-05-16T03:00:00,2026-05-16T04:00:30,01:00:30,0.5",
        "2026-05-15,1,2026-05-15T22:00:00,2026-05-16T02:00:30,04:00:30,0.5",
        "2026-05-16,3,2026-05-16T22:00:00,2026-05-16T23:00:00,01:00:00,0.5",
      ],
      { zone: "UTC" },
    );
    expect(shown(found)).to.deep.equal([
      "2026-05-15T22:00:00Z device-usage 301 min",
      "2026-05-16T22:00:00Z device-usage 60 min",
    ]);
    expect(found.report.entries).to.equal(3);
  });

  it("OSCAR: a row told twice counts once, and what cannot all be true is refused", async () => {
    const SESSIONS = "Date,Session,Start,End,Total Time,AHI";
    const session = (id: number, start: string, end: string, total: string) =>
      `2026-05-15,${id},${start},${end},${total},0.5`;
    const first = session(1, "2026-05-15T22:00:00", "2026-05-16T02:00:00", "04:00:00");
    const twice = await read([SESSIONS, first, first], { zone: "UTC" });
    expect(shown(twice)).to.deep.equal(["2026-05-15T22:00:00Z device-usage 240 min"]);
    expect(twice.report.skipped).to.deep.equal({ "row that repeats another": 1 });
    const over = session(2, "2026-05-16T01:00:00", "2026-05-16T04:00:00", "03:00:00");
    const overlap = await read([SESSIONS, first, over], { zone: "UTC" });
    expect(overlap.readings).to.have.length(0);
    expect(overlap.report.refused).to.deep.equal({ "sessions of one night that overlap": 2 });
    const night = "2026-05-15,1,2026-05-15T22:00:00,2026-05-16T02:00:00,04:00:00,1";
    const other = await read([NIGHT, night, night.replace(",04:00", ",03:00")], { zone: "UTC" });
    expect(other.report.refused).to.deep.equal({ "two rows for one night": 2 });
    const spring = session(3, "2026-03-29T02:30:00", "2026-03-29T05:00:00", "02:00:00");
    const before = session(1, "2026-03-28T23:00:00", "2026-03-29T01:00:00", "02:00:00");
    const skipped = await read([SESSIONS, before, spring], { zone: "Europe/Berlin" });
    expect(skipped.report.refused).to.deep.equal({ "time skipped by the clock change": 2 });
  });

  it("OSCAR's details hold no hours: the other export is named", async () => {
    const error = await rejected(
      read(["DateTime,Session,Event,Data/Duration", "2026-05-16T03:26:54,1,ClearAirway,14.00"], {
        zone: "UTC",
      }),
    );
    expect(error.hint).to.contain("Summary");
    const odd = [NIGHT, "2026-03-01,1,2026-03-01T22:40:11,2026-03-02T02:00:11,3.33,2.5"];
    expect((await rejected(read(odd, { zone: "UTC" }))).details).to.include({ line: 2, column: 54 });
  });

  it("Health Auto Export: at the scheduled time; unscheduled and unanswered doses fill no place", async () => {
    const lines = [
      "Date,Scheduled Date,Medication,Nickname,Dosage,Scheduled Dosage,Unit,Status,Archived,Codings",
      "2025-01-01 08:20:00 +1030,2025-01-01 08:00:00 +1030,Ramipril,,1.0,1.0,count,Taken,No,",
      "2025-01-02 08:20:00 +1030,2025-01-02 08:00:00 +1030,Ramipril,,,1.0,count,Skipped,No,",
      "2025-01-03 08:20:00 +1030,2025-01-03 08:00:00 +1030,Ramipril,,,1.0,count,Not Interacted,No,",
      "2025-01-03 09:20:00 +1030,,Ramipril,,1.0,,count,Taken,No,",
    ];
    const found = await read(lines);
    expect(shown(found)).to.deep.equal(["2024-12-31T21:30:00Z doses 1 1", "2025-01-01T21:30:00Z doses 0 1"]);
    expect(found.report.skipped).to.deep.equal({ "dose without an answer": 1, "dose without a schedule": 1 });
  });

  it("Dosage: a medicine at a time, 12 hours with a narrow blank", async () => {
    const lines = [
      "Date,Time,Name,Dose,Status,Time Confirmed",
      '"2026-03-01","8:00\u202fAM","Metformin","1 Pill","Confirmed","8:05\u202fAM"',
      '"2026-03-01","8:00\u202fPM","Metformin","1 Pill","Missed",""',
      '"2026-03-01","8:00\u202fPM","Aspirin","1 Pill","Auto-Confirmed",""',
    ];
    const error = await rejected(read(lines, { zone: "UTC" }));
    expect(error.code).to.equal("SELECTION_REQUIRED");
    expect(error.hint).to.contain('--where "Name=VALUE"');
    const found = await read(lines, { zone: "UTC", where: { Name: "Metformin" } });
    expect(shown(found)).to.deep.equal(["2026-03-01T08:00:00Z doses 1 1", "2026-03-01T20:00:00Z doses 0 1"]);
    // The app confirms on its own: nobody took it, as far as the log knows.
    const own = await read(lines, { zone: "UTC", where: { Name: "Aspirin" } });
    expect(own.report.skipped).to.include({ "dose without an answer": 1 });
  });
});
