// SPDX-License-Identifier: GPL-3.0-or-later
import type { FormatName, ReadOptions } from "../src/index.ts";
import { appleExport, appleRecord } from "./appleHealthSupport.ts";
import { edfOf } from "./edfSupport.ts";
import { bundle, glucose, quantity } from "./fhirSupport.ts";
import { fitFileOf, fitRecord, withCheckSum } from "./fitSupport.ts";
import { databaseOf, HEALTH_CONNECT_SCHEMA } from "./healthConnectSupport.ts";

/** A small file of a format: its text, or its bytes if it is not a text. */
export type FuzzSample = {
  readonly content: string | Uint8Array;
  readonly options?: ReadOptions;
  /** Makes changed bytes agree with their check sums again, so that what is behind those is tried too. */
  readonly repair?: (bytes: Uint8Array) => Uint8Array;
};

const AT = "2024-05-14T15:20:00Z";
const json = (content: unknown, options: ReadOptions = {}): FuzzSample => ({
  content: JSON.stringify(content),
  options,
});

/** One sample of each format, each of which gives readings. A new format adds its own. */
export const FUZZ_SAMPLES: Partial<Record<FormatName, FuzzSample>> = {
  fit: {
    content: fitFileOf((encoder) => {
      encoder.writeMessage(20, fitRecord(0, 61));
      encoder.writeMessage(20, fitRecord(1, 62));
    }),
    repair: withCheckSum,
  },
  edf: {
    content: edfOf({
      recording: "Startdate 02-MAR-2025 X X X",
      reserved: "EDF+C",
      date: "02.03.25",
      signals: [
        { label: "SpO2", dimension: "%", records: [[97], [96]] },
        { label: "EDF Annotations", samples: 8, records: ["+0\u0014\u0014\u0000", "+1\u0014\u0014\u0000"] },
      ],
    }),
    options: { zone: "Europe/Berlin" },
  },
  "health-connect": {
    content: databaseOf(
      `${HEALTH_CONNECT_SCHEMA} INSERT INTO oxygen_saturation_record_table VALUES (1, 1, 1, 2, 1767000000000, 96.5);`,
    ),
  },
  "tidepool-table": {
    content:
      "Zulu Time,Local Time,Tidepool Data Type,Value,Units,Device Id,Annotations\n" +
      '2024-05-14 15:20:00,2024-05-14 17:20:00,cbg,6.66089,mmol/L,Sensor 1,"[{""code"":""bg/out-of-range"",""value"":""low""}]"\n',
  },
  "dexcom-clarity": {
    content:
      "Index,Timestamp (YYYY-MM-DDThh:mm:ss),Event Type,Event Subtype,Patient Info,Device Info,Source Device ID," +
      "Glucose Value (mg/dL),a,b,c,d,Transmitter Time (Long Integer),Transmitter ID\n" +
      "1,,FirstName,,A,,,\n2,2023-11-05T00:05:00,EGV,,,,iOS G7,120,,,,,1000,8X\n" +
      "3,2023-11-05T01:10:00,EGV,,,,iOS G7,Low,,,,,8500,8X\n4,2023-11-05T01:10:00,EGV,,,,iOS G7,119,,,,,4900,8X\n",
    options: { zone: "America/New_York" },
  },
  "freestyle-libre": {
    content:
      "Device,Serial Number,Device Timestamp,Record Type,Historic Glucose mg/dL,Scan Glucose mg/dL\n" +
      "FreeStyle LibreLink,1,05-14-2024 08:00 AM,0,120,\nFreeStyle LibreLink,1,05-14-2024 08:15 AM,0,121,\n",
    options: { zone: "UTC", dateOrder: "MDY" },
  },
  glooko: {
    content:
      "Name:A,Date Range:22.06.2025 - 22.06.2025\nZeitstempel,CGM-Glukosewert (mg/dl),Seriennummer\n" +
      '22.06.2025 23:55,"215,0",1\n22.06.2025 23:50,2001,1\n',
    options: { zone: "Europe/Berlin" },
  },
  carelink: {
    content:
      "Last Name;First Name\n-------;MiniMed;Sensor;1;-------\n" +
      "Index;Date;Time;BG Source;BG Reading (mg/dL);Sensor Glucose (mg/dL)\n" +
      "1,0;2025/07/05;03:43:00;;;108\n2,0;2025/07/05;03:38:00;;105;\n",
    options: { zone: "Europe/Zurich" },
  },
  tandem: {
    content:
      "t:connect\nDeviceType,SerialNumber,Description,EventDateTime,Readings (CGM / BGM)\n" +
      '"t:slim X2","1","EGV","2021-04-01T00:01:33","235",\n"t:slim X2","1","BG","2021-04-01T00:06:33","230",\n' +
      "Type,EventID\nIOB,81\n",
    options: { zone: "America/Denver" },
  },
  "xdrip-sidiary": {
    content:
      "DAY;TIME;UDT_CGMS;BG_LEVEL;CH_GR;BOLUS;REMARK\n14.05.2024;19:20;120;;;;\n14.05.2024;19:25;127;118;;;\n",
    options: { zone: "Europe/Berlin" },
  },
  "monitor-csv": {
    content: "Time [s], HR, PULSE, SpO2\n0,94,93,97\n1,95,93,96\n",
    options: { start: 1_700_000_000 },
  },
  "accelerometer-csv": {
    content: "t_ms,x_g,y_g,z_g\n0,0.1,0.2,0.9\n10,0.1,0.2,1.1\n",
    options: { start: 1_700_000_000 },
  },
  "samsung-health": {
    content:
      "com.samsung.shealth.tracker.heart_rate,7006011,3\n" +
      "com.samsung.health.heart_rate.start_time,com.samsung.health.heart_rate.time_offset,com.samsung.health.heart_rate.heart_rate\n" +
      "2024-11-20 12:46:04.258,UTC+0100,70.0,\n2024-11-20 12:47:04.258,UTC+0100,71.0,\n",
  },
  "wellue-oximeter": {
    content:
      "Time,Oxygen Level,Pulse Rate,Motion\n23:00:00 May 20 2025,96,62,0\n23:00:04 May 20 2025,--,--,0\n" +
      "23:00:08 May 20 2025,95,61,0\n",
    options: { zone: "UTC", metric: "spo2" },
  },
  "fitbit-csv": {
    content: "timestamp,value,confidence,coverage,valid,unused\n2025-02-03T01:00:00Z,95.0,2,55,True,False\n",
  },
  "oura-csv": { content: "timestamp;bpm;source\n2025-03-05T10:00:00Z;60;awake\n" },
  zepp: {
    content: "date,time,heartRate\n2025-01-01,07:13,107\n2025-01-01,07:14,null\n",
    options: { zone: "UTC" },
  },
  "mi-fitness": {
    content: 'Uid,Sid,Key,Time,Value,UpdateTime\n1,w,heart_rate,1735689600,"{""bpm"":72}",1735689700\n',
  },
  withings: {
    content: 'start,duration,value\n2024-06-07T09:22:00+02:00,"[60,60]","[55,56]"\n',
    options: { metric: "heart-rate" },
  },
  "polar-flow": {
    content:
      "Name,Sport,Date,Start time,Duration\nA,Other,29-08-2025,22:00:00,05:58:12\n" +
      "Sample rate,Time,HR (bpm)\n1,00:00:00,85\n1,00:00:01,86\n",
    options: { zone: "UTC" },
  },
  oscar: {
    content:
      "Date,Session Count,Start,End,Total Time,AHI\n" +
      "2025-03-01,1,2025-03-01T22:40:11,2025-03-02T02:00:11,03:20:00,2.5\n" +
      "2025-03-02,1,2025-03-02T22:51:40,2025-03-03T05:50:10,06:58:30,1.9\n",
    options: { zone: "UTC" },
  },
  "medication-log": {
    content: 'Date,Time,Name,Dose,Status\n"2025-03-01","8:00\u202fAM","A","1 Pill","Confirmed"\n',
    options: { zone: "UTC" },
  },
  "generic-csv": {
    content: 't;v\n2026-01-01T00:00:00Z;"5,6"\n2026-01-01T00:05:00Z;Low\n',
    options: { columns: { time: "t", value: "v", unit: "mmol/L" } },
  },
  fhir: json(
    bundle(
      glucose(quantity(101, "mg/dL"), { effectiveDateTime: "2024-05-14T15:15:00Z" }),
      glucose(quantity(102, "mg/dL"), { effectiveDateTime: AT }),
    ),
  ),
  nightscout: json([
    { type: "sgv", sgv: 120, date: 1_715_700_000_000, dateString: AT, device: "xDrip" },
    { type: "mbg", mbg: 110, date: { $numberLong: "1715700300000" } },
  ]),
  tidepool: json([
    { type: "cbg", deviceId: "G6", time: AT, units: "mmol/L", value: 6.6609, annotations: "[]" },
    { type: "upload", uploadId: "1", time: AT },
  ]),
  "dexcom-api": json({
    recordType: "egv",
    records: [{ systemTime: AT, value: 120, status: null, unit: "mg/dL", displayDevice: "iOS" }],
  }),
  "libre-link-up": json({
    data: { graphData: [{ FactoryTimestamp: "7/11/2024 3:22:43 AM", ValueInMgPerDl: 80, isLow: false }] },
  }),
  "health-auto-export": json({
    data: {
      metrics: [
        {
          name: "blood_glucose",
          units: "mmol/L",
          data: [{ date: "2024-09-21 7:00:00\u202fam +1000", qty: 5.5, source: "Dexcom" }],
        },
      ],
    },
  }),
  oura: json({ data: [{ bpm: 60, source: "awake", timestamp: AT }] }),
  fitbit: json(
    {
      "activities-heart": [{ dateTime: "2023-09-12", value: {} }],
      "activities-heart-intraday": { dataset: [{ time: "00:00:05", value: 62 }], datasetType: "second" },
    },
    { zone: "UTC" },
  ),
  "fitbit-spo2": json(
    { dateTime: "2021-10-04", minutes: [{ minute: "2021-10-04T14:03:00", value: 95.3 }] },
    { zone: "UTC" },
  ),
  "google-fit": json({
    dataSourceId: "raw:com.google.heart_rate.bpm:x",
    point: [
      {
        startTimeNanos: "1715700000000000000",
        endTimeNanos: "1715700000000000000",
        dataTypeName: "com.google.heart_rate.bpm",
        value: [{ fpVal: 61 }],
      },
    ],
  }),
  "apple-health": {
    content: appleExport(
      appleRecord({
        type: "HeartRate",
        unit: "count/min",
        value: "60",
        startDate: "2022-11-18 08:00:00 +0100",
        inside: '<MetadataEntry key="HKWasUserEntered" value="0"/>',
      }),
      appleRecord({
        type: "BloodGlucose",
        unit: "mg/dL",
        value: "120",
        startDate: "2022-11-18 08:05:00 +0100",
      }).replace("Jane", "J\u000bane"),
    ),
  },
  tcx: {
    content:
      `<TrainingCenterDatabase><Activities><Activity Sport="Running"><Lap><Track><Trackpoint><Time>${AT}</Time><HeartRateBpm><Value>120</Value>` +
      "</HeartRateBpm></Trackpoint></Track></Lap><Creator><Name>Watch</Name></Creator></Activity></Activities></TrainingCenterDatabase>",
  },
  gpx: {
    content: `<gpx creator="App"><trk><trkseg><trkpt><time>${AT}</time><extensions><hr>120</hr></extensions></trkpt></trkseg></trk></gpx>`,
  },
  "open-mhealth": json({
    blood_glucose: { unit: "mg/dL", value: 95 },
    effective_time_frame: { date_time: AT },
  }),
  "iot-message": json([{ telemetry: { HeartRate: 61, SpO2: 97 }, enqueuedTime: AT }]),
  ihealth: json({ BGUnit: 0, BGDataList: [{ BG: 95, MDate: 1_715_700_000, TimeZone: "0100" }] }),
};
