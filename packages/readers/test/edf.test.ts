// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { bytesInput, readFile } from "../src/index.ts";
import { edfOf, type MadeEdf } from "./edfSupport.ts";
import { rejected } from "./support.ts";

const NOW = 1_800_000_000;
/** 2026-03-02 09:00 in Berlin. */
const START = Date.UTC(2026, 2, 2, 8) / 1000;
const read = (made: MadeEdf, zone = "Europe/Berlin") => readFile(bytesInput(edfOf(made)), { zone, now: NOW });

describe("EDF", () => {
  it("an oximeter's second after second, with what was not measured", async () => {
    const { format, readings, report } = await read({
      recording: "SRN=23211234567 MID=36",
      seconds: 2,
      signals: [
        {
          label: "Pulse.1s",
          dimension: "bpm",
          physical: [-1, 300],
          digital: [-1, 300],
          records: [
            [60, 61],
            [-1, 62],
          ],
        },
        {
          label: "SpO2.1s",
          dimension: "%",
          physical: [-1, 100],
          digital: [-1, 100],
          records: [
            [97, 96],
            [-1, 95],
          ],
        },
        { label: "Crc16", records: [[1], [2]] },
      ],
    });
    expect(format).to.equal("edf");
    expect(readings.filter(({ metric }) => metric === "spo2")).to.deep.equal(
      [
        [0, "97"],
        [1, "96"],
        [3, "95"],
      ].map(([at, value]) => ({
        metric: "spo2",
        time: START + Number(at),
        value,
        unit: "%",
        source: "ResMed 23211234567",
      })),
    );
    expect(report.skipped).to.deep.equal({ "no measurement (below zero)": 2 });
  });

  it("values by the two ends of the range: exact where they end, else to four places", async () => {
    const scaled = async (physical: [string, string], digital: [number, number], stored: number[]) => {
      const signal = { label: "SpO2", dimension: "%", physical, digital, records: [stored] };
      return (await read({ seconds: stored.length, signals: [signal] })).readings.map(({ value }) => value);
    };
    expect(await scaled(["0", "102.3"], [0, 1023], [970, 965])).to.deep.equal(["97", "96.5"]);
    expect(await scaled(["0", "100"], [-32768, 32767], [30800, 31456])).to.deep.equal(["96.9986", "97.9995"]);
    expect(await scaled(["100", "0"], [0, 100], [3, 4])).to.deep.equal(["97", "96"]);
  });

  it("EDF+: each record says when it begins, and an unclosed file has as many as there are", async () => {
    const note = { label: "EDF Annotations", samples: 16 };
    const made: MadeEdf = {
      recording: "Startdate 02-MAR-2026 X X Nonin_3150",
      reserved: "EDF+D",
      count: -1,
      signals: [
        { label: "SpO2", dimension: "%", records: [[97], [96]] },
        { ...note, records: ["+0\u0014\u0014\u0000", "+3600.5\u0014\u0014\u0000"] },
      ],
    };
    const { readings } = await read(made);
    expect(readings.map(({ time, source }) => [time - START, source])).to.deep.equal([
      [0, "Nonin 3150"],
      [3600.5, "Nonin 3150"],
    ]);
    expect((await rejected(read({ ...made, signals: [made.signals[0]!] }))).details.reason).to.contain(
      "EDF+D",
    );
    const [saturation] = made.signals;
    const mute = { ...note, records: ["+0\u0014\u0014\u0000", ""] };
    const error = await rejected(read({ ...made, signals: [saturation!, mute] }));
    expect(error.details.reason).to.contain("does not say when");
  });

  it("two signals of one metric are two sources, and never one series", async () => {
    const { readings, report } = await read({
      seconds: 4,
      signals: [
        { label: "HR", dimension: "bpm", physical: [0, 300], digital: [0, 300], records: [[60], [61]] },
        {
          label: "Pulse",
          dimension: "bpm",
          physical: [0, 300],
          digital: [0, 300],
          records: [
            [90, 91],
            [92, 93],
          ],
        },
      ],
    });
    expect(readings.map(({ value, source }) => [value, source])).to.deep.equal(
      ["90", "91", "92", "93"].map((value) => [value, "Pulse"]),
    );
    expect(report.skipped).to.deep.equal({ "other source": 2 });
  });

  it("a range without extent is refused, and so is a number outside its signal's range", async () => {
    const signal = { label: "SpO2", dimension: "%", records: [[3, 90]] };
    const flat = edfOf({ signals: [{ ...signal, physical: [97, 97] }] });
    expect((await rejected(readFile(bytesInput(flat), { zone: "UTC" }))).details.reason).to.contain("range");
    const { readings, report } = await read({
      seconds: 2,
      signals: [{ ...signal, physical: [0, 80], digital: [0, 80], records: [[97, 79]] }],
    });
    expect(readings.map(({ value }) => value)).to.deep.equal(["79"]);
    expect(report.refused).to.deep.equal({ "outside the signal's range": 1 });
  });

  it("ResMed's STR.edf: minutes of use of each night, at nine in the evening", async () => {
    const { readings, report } = await read({
      date: "27.03.26",
      clock: "12.00.00",
      seconds: 86_400,
      signals: [
        { label: "Date", physical: [0, 32767], digital: [0, 32767], records: [[1], [2], [3], [4]] },
        {
          label: "MaskOn",
          samples: 2,
          records: [
            [600, -1],
            [630, 700],
            [-1, -1],
            [610, -1],
          ],
        },
        {
          label: "Duration",
          dimension: "min",
          physical: [-1, 1440],
          digital: [-1, 1440],
          records: [[412], [0], [-1], [389]],
        },
      ],
    });
    // The clock goes forward in the night to the 29th: the evening stays the evening.
    const evening = (day: number, hour: number) => Date.UTC(2026, 2, day, hour) / 1000;
    expect(readings.map(({ time, value, unit }) => [time, value, unit])).to.deep.equal([
      [evening(27, 20), "412", "min"],
      [evening(28, 20), "0", "min"],
      [evening(30, 19), "389", "min"],
    ]);
    expect(report.skipped).to.deep.equal({ "no measurement (below zero)": 1 });
    expect(report.notes.join()).to.contain("21:00");
  });

  it("ResMed's nights stay apart in epochs from noon UTC, wherever clocks change", async () => {
    const nights = Array.from({ length: 400 }, (_, i) => [300 + (i % 9)]);
    for (const zone of [
      "Europe/London",
      "Europe/Athens",
      "Australia/Sydney",
      "Australia/Adelaide",
      "Pacific/Auckland",
      "America/St_Johns",
      "Atlantic/Azores",
    ]) {
      const made: MadeEdf = {
        date: "01.01.25",
        clock: "12.00.00",
        seconds: 86_400,
        signals: [
          { label: "Duration", dimension: "min", physical: [-1, 1440], digital: [-1, 1440], records: nights },
        ],
      };
      const { readings } = await read(made, zone);
      const epochs = readings.map(({ time }) => Math.floor((time - 43_200) / 86_400));
      expect(new Set(epochs).size, zone).to.equal(400);
    }
  });

  it("a start in the hour that autumn has twice counts as the first, and is said", async () => {
    const { readings, report } = await read({
      date: "25.10.26",
      clock: "02.30.00",
      seconds: 3600,
      signals: [{ label: "SpO2", dimension: "%", records: [[97], [96]] }],
    });
    const first = Date.UTC(2026, 9, 25, 0, 30) / 1000;
    expect(readings.map(({ time }) => time)).to.deep.equal([first, first + 3600]);
    expect(report.assumedEarlier).to.equal(2);
  });

  it("refuses what is cut, has impossible dates, or holds nothing to read, and asks for the zone", async () => {
    const whole: MadeEdf = { signals: [{ label: "SpO2", dimension: "%", records: [[97], [96]] }] };
    const bytes = edfOf(whole);
    const reasonOf = async (file: Uint8Array) =>
      (await rejected(readFile(bytesInput(file), { zone: "UTC", now: NOW }))).details.reason;
    expect(await reasonOf(bytes.slice(0, -1))).to.contain("cut off");
    expect(await reasonOf(bytes.slice(0, 300))).to.contain("cut off");
    expect(await reasonOf(edfOf({ ...whole, date: "31.02.26" }))).to.contain("start");
    expect(await reasonOf(edfOf({ ...whole, recording: "Startdate 03-MAR-2026 X X X" }))).to.contain("start");
    expect(await reasonOf(edfOf({ ...whole, count: 3 }))).to.contain("cut off");
    const flow = edfOf({ signals: [{ label: "Flow.40ms", dimension: "L/s", records: [[1]] }] });
    const error = await rejected(readFile(bytesInput(flow), { zone: "UTC" }));
    expect(error.hint).to.contain("STR.edf");
    expect((await rejected(readFile(bytesInput(bytes)))).code).to.equal("ZONE_REQUIRED");
  });
});
