// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { type FileReadings, readFile, textInput } from "../src/index.ts";

const HEADER =
  "Index,Timestamp (YYYY-MM-DDThh:mm:ss),Event Type,Event Subtype,Patient Info,Device Info,Source Device ID," +
  "Glucose Value (mg/dL),Insulin Value (u),Carb Value (grams),Duration (hh:mm:ss)," +
  "Glucose Rate of Change (mg/dL/min),Transmitter Time (Long Integer),Transmitter ID";
/** 2026-10-25 02:00 in Berlin, for the first time. */
const HOUR = Date.UTC(2026, 9, 25, 0) / 1000;
const UNTOLD = "time in a repeated hour, and nothing tells which of the two";

/** A reading at real minutes from the hour's beginning, as a wall clock in Berlin showed it. */
type Sample = { minute: number; value: number; source?: string };

function localOf(minute: number): string {
  const shown = HOUR + 7200 + 60 * (minute < 60 ? minute : minute - 60);
  return new Date(1000 * shown).toISOString().slice(0, 19);
}

function rowOf({ minute, value, source = "" }: Sample, transmitter: boolean): string {
  const counter = transmitter ? `${50_000 + 60 * minute},8XX` : ",";
  return `1,${localOf(minute)},EGV,,,,${source},${value},,,,,${counter}`;
}

/** A value every five minutes, each its own, from an hour before the repeated hour to an hour after it. */
const night = (skip: (minute: number) => boolean = () => false): Sample[] =>
  Array.from({ length: 48 }, (_, i) => ({ minute: 5 * i - 60, value: 100 + i })).filter(
    ({ minute }) => !skip(minute),
  );

const sortedByLocal = (samples: readonly Sample[]): Sample[] =>
  samples.toSorted((a, b) => localOf(a.minute).localeCompare(localOf(b.minute)) || b.value - a.value);

async function read(samples: readonly Sample[], transmitter = false): Promise<FileReadings> {
  const rows = samples.map((sample) => rowOf(sample, transmitter));
  return readFile(textInput([HEADER, ...rows].join("\n")), { zone: "Europe/Berlin", source: "*" });
}

const instants = ({ readings }: FileReadings): [number, number][] =>
  readings.map(({ time, value }) => [(time - HOUR) / 60, Number(value)]);

const real = (samples: readonly Sample[]): [number, number][] =>
  samples.map(({ minute, value }) => [minute, value]);

describe("the hour that a clock change repeats", () => {
  it("the transmitter's seconds tell the passes apart, however the file is sorted", async () => {
    const samples = night();
    for (const order of [
      samples,
      samples.toReversed(),
      sortedByLocal(samples),
      sortedByLocal(samples).toReversed(),
    ]) {
      const found = await read(order, true);
      expect(instants(found)).to.deep.equal(real(samples));
      expect(found.report).to.include({ ambiguousTimes: 24, assumedEarlier: 0 });
      expect(found.report.notes[0]).to.contain("place 24 of them");
    }
  });

  it("they do so for one pass alone, which nothing else places", async () => {
    const second = night((minute) => minute >= 0 && minute < 60);
    expect(instants(await read(second, true))).to.deep.equal(real(second));
  });

  it("two passes one after the other are told by the file's order, from either end", async () => {
    const samples = night();
    for (const order of [samples, samples.toReversed()]) {
      const found = await read(order);
      expect(instants(found)).to.deep.equal(real(samples));
      expect(found.report).to.include({ ambiguousTimes: 24, assumedEarlier: 0 });
    }
  });

  it("mixed passes without another clock are left out and counted, and nothing else is", async () => {
    const samples = night();
    const outside = samples.filter(({ minute }) => minute < 0 || minute >= 120);
    const jittered = samples.map((one) => (one.minute < 60 ? one : { ...one, minute: one.minute + 1 / 6 }));
    for (const order of [
      sortedByLocal(samples),
      sortedByLocal(samples).toReversed(),
      sortedByLocal(jittered),
    ]) {
      const found = await read(order);
      expect(found.report.refused).to.deep.equal({ [UNTOLD]: 24 });
      expect(found.report).to.include({ taken: outside.length, assumedEarlier: 0 });
      expect(found.readings.map(({ value }) => Number(value))).to.deep.equal(
        outside.map(({ value }) => value),
      );
    }
  });

  it("one pass is taken as the first, and said to be in doubt", async () => {
    const first = night((minute) => minute >= 60 && minute < 120);
    const found = await read(first);
    expect(instants(found)).to.deep.equal(real(first));
    expect(found.report).to.include({ ambiguousTimes: 12, assumedEarlier: 12 });
    expect(found.report.notes[0]).to.contain("Taken as the first: 12 readings");
  });

  it("copies of rows are no second pass", async () => {
    const first = night((minute) => minute >= 60 && minute < 120);
    const found = await read(first.flatMap((sample) => [sample, sample]));
    expect(instants(found)).to.deep.equal(real(first));
    expect(found.report).to.include({ duplicates: first.length, assumedEarlier: 24 });
  });

  it("a phone and a watch are each decided by themselves", async () => {
    const samples = night().flatMap((sample) => [
      { ...sample, source: "phone" },
      { minute: sample.minute + 0.1, value: sample.value + 100, source: "watch" },
    ]);
    const found = await read(samples);
    expect(instants(found)).to.deep.equal(real(samples));
    expect(found.report.refused).to.deep.equal({});
  });

  it("many readings of one hour do not take long", async function () {
    this.timeout(20_000);
    const many = Array.from({ length: 60_000 }, (_, i) => ({
      minute: (i % 720) / 6,
      value: 100 + (i % 200),
      source: `phone ${i % 500}`,
    }));
    const { report } = await read([...night(), ...many], true);
    expect(report.ambiguousTimes).to.equal(60_024);
  });

  it("removing readings never adds one to the hour", async () => {
    const samples = sortedByLocal(night());
    const whole = await read(samples);
    for (let at = 0; at < samples.length; at++) {
      const fewer = await read(samples.filter((_, i) => i !== at));
      expect(fewer.readings.length).to.be.at.most(whole.readings.length);
    }
  });
});
