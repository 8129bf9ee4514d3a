// SPDX-License-Identifier: GPL-3.0-or-later
import type { LocalTime } from "@vitalproof/sdk";
import type { BinaryFormat, FileInput } from "../format.ts";
import { joined } from "../input.ts";
import { LocalClock, SKIPPED_BY_CLOCK } from "../internal/localClock.ts";
import { notUnderstood } from "../internal/notUnderstood.ts";
import { COPY_ANEW, FIXED_LENGTH, type Header, headerLength, readHeader, type Signal } from "./edf/header.ts";
import { Collector, type Counted } from "./json/collector.ts";

const DAY = 86_400;
const NO_MEASUREMENT = "no measurement (below zero)";
const OUTSIDE = "outside the signal's range";
const LONGEST_ONSET = 64;
const ANNOTATION_END = "\u0014";

/** Signals that are read, by label and unit; ResMed ends the labels of its oximeter with the seconds of a sample. */
const SIGNALS = [
  { metric: "spo2", label: /^(SpO2|SaO2)(\.\d+s)?$/i, dimension: /^%$/, unit: "%" },
  {
    metric: "heart-rate",
    label: /^(Pulse|Pulse ?rate|PR|HR|Heart ?rate)(\.\d+s)?$/i,
    dimension: /^(bpm|\/min|1\/min|beats\/min)$/i,
    unit: "/min",
  },
] as const;

/**
 * Hours after the noon with which ResMed's day begins. Epochs of nights begin at noon UTC; at this hour no zone that changes
 * its clocks has two nights in one of them.
 */
const EVENING = 9;

/** ResMed's name for the minutes of use: AirSense 10 and 11, and S9. */
const USAGE = /^(Duration|Mask Dur)$/;

/**
 * EDF and EDF+: oxygen saturation and pulse of oximeters and sleep recorders, and nights of use from STR.edf on a ResMed card.
 * A file is read record by record. Times are of the recorder's clock.
 * Source: the specifications of EDF (1992) and EDF+ (2003).
 */
export const edf: BinaryFormat = {
  name: "edf",
  title: "EDF recording",

  begins(bytes) {
    const start = String.fromCharCode(...bytes.subarray(0, 184));
    return /^0 {7}/.test(start) && /\d\d\.\d\d\.\d\d\d\d[.:]\d\d[.:]\d\d$/.test(start);
  },

  async read(input, options, take) {
    const pieces = new Pieces(input);
    const fixed = await pieces.next(FIXED_LENGTH);
    if (fixed === undefined) throw cutOff();
    const rest = await pieces.next(headerLength(fixed) - FIXED_LENGTH);
    if (rest === undefined) throw cutOff();
    const header = readHeader(joined(fixed, rest));
    const recording = new Recording(header, new LocalClock(options.zone), new Collector(take));
    let records = 0;
    for (;;) {
      const record = await pieces.next(header.recordLength);
      if (record === undefined) break;
      recording.read(record, records);
      records += 1;
    }
    // A recorder that did not close its file says -1, and its last record may be a part of one.
    if (header.records !== undefined && (records !== header.records || pieces.rest > 0)) throw cutOff();
    return recording.report();
  },
};

/** What a file's records say. */
class Recording {
  readonly #header: Header;
  readonly #clock: LocalClock;
  readonly #collector: Collector;
  readonly #usage: Signal | undefined;
  readonly #annotations: Signal | undefined;

  constructor(header: Header, clock: LocalClock, collector: Collector) {
    this.#header = header;
    this.#clock = clock;
    this.#collector = collector;
    const { signals, seconds } = header;
    const usage = signals.find(({ label }) => USAGE.test(label));
    this.#usage = seconds === DAY && usage?.samples === 1 ? usage : undefined;
    this.#annotations = header.plus ? signals.find(({ label }) => label === "EDF Annotations") : undefined;
    if (header.interrupted && this.#annotations === undefined) {
      throw notUnderstood("it is interrupted (EDF+D), and no signal says when its records begin", {
        hint: COPY_ANEW,
      });
    }
    if (this.#usage === undefined && !signals.some((signal) => metricOf(signal) !== undefined))
      throw nothingToRead(header);
  }

  read(record: Uint8Array, number: number): void {
    if (this.#usage !== undefined) this.#readNight(record, number, this.#usage);
    else this.#readSignals(record, number);
  }

  report() {
    if (this.#usage !== undefined)
      this.#collector.note(
        "Minutes of use of each night, at 21:00: nine hours after the noon with which ResMed's day begins.",
      );
    return this.#collector.report("edf", this.#clock);
  }

  #readNight(record: Uint8Array, number: number, usage: Signal): Counted {
    const { start, device } = this.#header;
    const time = this.#clock.instantOf(later(start, number, EVENING));
    const collector = this.#collector;
    if (time === undefined) return collector.refuse(SKIPPED_BY_CLOCK);
    if (!/^(min(utes)?)?$/i.test(usage.dimension))
      return collector.refuse("unit of the duration is not minutes");
    const value = usage.physical(storedAt(record, usage, 0));
    if (value === undefined) return collector.refuse(OUTSIDE);
    if (value.startsWith("-")) return collector.skip(NO_MEASUREMENT);
    const clock = this.#clock;
    return collector.reading({ metric: "device-usage", time, value, unit: "min", source: device, clock });
  }

  #readSignals(record: Uint8Array, number: number): void {
    const { signals, seconds } = this.#header;
    const onset = this.#onsetOf(record) ?? number * seconds;
    for (const signal of signals) {
      const found = metricOf(signal);
      if (found === undefined) continue;
      for (let sample = 0; sample < signal.samples; sample++) {
        const since = onset + (sample * seconds) / signal.samples;
        const value = signal.physical(storedAt(record, signal, sample));
        this.#readSample(found, value, since, this.#sourceOf(signal, found));
      }
    }
  }

  #readSample(
    { metric, unit }: (typeof SIGNALS)[number],
    value: string | undefined,
    since: number,
    source: string | undefined,
  ): Counted {
    const collector = this.#collector;
    if (value === undefined) return collector.refuse(OUTSIDE);
    if (value.startsWith("-")) return collector.skip(NO_MEASUREMENT);
    // Seconds of the recording do not stop where the zone's clock is set: only the start is on it.
    const time = this.#clock.instantOf(this.#header.start, since);
    if (time === undefined) return collector.refuse(SKIPPED_BY_CLOCK);
    return collector.reading({ metric, time, value, unit, source, clock: this.#clock });
  }

  /** Two signals of one metric are two sources: a recorder may have two sensors. */
  #sourceOf({ label }: Signal, metric: (typeof SIGNALS)[number]): string | undefined {
    const { device, signals } = this.#header;
    const several = signals.filter((signal) => metricOf(signal) === metric).length > 1;
    return several ? [device, label].filter((part) => part !== undefined).join(" ") : device;
  }

  /** EDF+: seconds from the start to the record, in the first of its annotations ("+1800.5"). */
  #onsetOf(record: Uint8Array): number | undefined {
    const signal = this.#annotations;
    if (signal === undefined) return undefined;
    const bytes = record.subarray(signal.at, signal.at + Math.min(2 * signal.samples, LONGEST_ONSET));
    const [onset = "", note] = String.fromCharCode(...bytes).split(ANNOTATION_END);
    if (note !== "" || !/^[+-]\d{1,9}(\.\d{1,9})?$/.test(onset))
      throw notUnderstood("a record does not say when it begins", { hint: COPY_ANEW });
    return Number(onset);
  }
}

/** A time on the calendar, some days and hours later. */
function later(
  { year, month, day, hour, minute, second }: LocalTime,
  days: number,
  hours: number,
): LocalTime {
  const date = new Date(Date.UTC(year, month - 1, day + days, hour + hours, minute, second));
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute,
    second,
  };
}

function metricOf({ label, dimension }: Signal): (typeof SIGNALS)[number] | undefined {
  return SIGNALS.find((metric) => metric.label.test(label) && metric.dimension.test(dimension));
}

function storedAt(record: Uint8Array, signal: Signal, sample: number): number {
  return new DataView(record.buffer, record.byteOffset).getInt16(signal.at + 2 * sample, true);
}

function nothingToRead({ signals }: Header): Error {
  const labels = signals.map(({ label }) => label).filter((label) => label !== "");
  return notUnderstood("none of its signals is an oxygen saturation, a pulse, or ResMed's minutes of use", {
    details: { signals: labels.length },
    hint: "Of a ResMed card, pass STR.edf, or a file of DATALOG whose name ends with SA2.edf or SAD.edf.",
  });
}

function cutOff(): Error {
  return notUnderstood("it is cut off: it does not have as many records as its header says", {
    hint: COPY_ANEW,
  });
}

/** A file's bytes in pieces of the lengths that are asked for. */
class Pieces {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #held: Uint8Array = new Uint8Array(0);

  constructor(input: FileInput) {
    this.#chunks = input.stream()[Symbol.asyncIterator]();
  }

  /** Bytes after the last whole piece. */
  get rest(): number {
    return this.#held.length;
  }

  /** The next `length` bytes; undefined where the file has not so many. */
  async next(length: number): Promise<Uint8Array | undefined> {
    while (this.#held.length < length) {
      const { done, value } = await this.#chunks.next();
      if (done === true) return undefined;
      this.#held = joined(this.#held, value);
    }
    const piece = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return piece;
  }
}
